"""Measure what deciding at acceptance costs; print a table for docs/gate.md.

Run it with `python scripts/measure_acceptance.py`: some minutes on two cores. Every rule sees
the same customers.
"""

from __future__ import annotations

from pathlib import Path

from router import decisions as d
from simulation.results import results_of
from simulation.results_counts import ReplicationCounts
from simulation.results_student import interval
from simulation.scenario import Scenario
from simulation.scenario_loader import load_scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_customers import Customer
from simulation.virtual_policies import Policy, parse_policy
from simulation.virtual_pool import available_cores, run_tasks
from simulation.virtual_scenario import ScenarioDay

SCENARIOS = Path(__file__).parents[1] / "examples" / "scenarios"
NAMES = ("bank-50-agents", "bank-sinusoidal-day")
REPLICATIONS, SEED = 20, 1
OPTIMAL, NEVER = parse_policy("optimal"), parse_policy("never")
COMPLETE, KEPT, FROZEN = "service_complete", "acceptance, followed", "acceptance, first answer"
AT_ACCEPTANCE = Policy("acceptance", (*OPTIMAL.change, ("decided_at", "acceptance")))
RULES = {"never": NEVER, COMPLETE: OPTIMAL, KEPT: AT_ACCEPTANCE, FROZEN: AT_ACCEPTANCE}


class FrozenCentre(VirtualCentre):
    """Agents do what they were told when the contact began, whatever the panel says later."""

    def __init__(self, day: ScenarioDay, policy: Policy) -> None:
        super().__init__(day, policy)
        self._told: dict[str, d.MarketingDecided] = {}

    def _marketing_decided(self, decision: d.MarketingDecided) -> None:
        self._told[decision.contact_id] = decision

    def _look_at_the_panel(self, customer: Customer, agent_id: str) -> None:
        self._go_on(self._told.pop(customer.contact_id))


def play(scenario: Scenario, task: tuple[int, str]) -> ReplicationCounts:
    """Play one day under one rule."""
    number, rule = task
    centre = FrozenCentre if rule == FROZEN else VirtualCentre
    return centre(ScenarioDay(scenario, SEED, number), RULES[rule]).run()


def main() -> None:
    """Print a line for each scenario and rule."""
    print("| model | decided at | attempts/h | value/h | share of service_complete |")
    print("|---|---|---|---|---|")
    for name in NAMES:
        scenario = load_scenario(SCENARIOS / f"{name}.toml")
        tasks = [(number, rule) for number in range(REPLICATIONS) for rule in RULES]
        done = dict(run_tasks(play, scenario, tasks, available_cores()))
        for line in lines(name, done):
            print(line, flush=True)


def lines(name: str, done: dict[tuple[int, str], ReplicationCounts]) -> list[str]:
    """Return a scenario's lines; value is over "never", ± the half width of the 95 % interval.

    The interval of a share is that of the difference, day by day, ÷ the value of what it is
    compared with.
    """
    runs = {rule: [done[number, rule] for number in range(REPLICATIONS)] for rule in RULES}
    values = {
        rule: [
            results_of([rule], {rule: [one], "never": [never]})
            .policies[rule]
            .figures["value_per_hour"]
            .mean
            or 0.0
            for one, never in zip(runs[rule], runs["never"], strict=True)
        ]
        for rule in RULES
    }
    results = results_of([COMPLETE, KEPT, FROZEN], runs)
    best = interval(values[COMPLETE]).mean or 1.0
    found = []
    for rule, result in results.policies.items():
        attempts, value = (result.figures[one] for one in ("attempts_per_hour", "value_per_hour"))
        less = interval([a - b for a, b in zip(values[rule], values[COMPLETE], strict=True)])
        assert less.mean is not None
        assert less.high is not None
        share = f"{1 + less.mean / best:.3f} ± {(less.high - less.mean) / best:.3f}"
        found.append(f"| {name} | {rule} | {attempts.mean:.1f} | {value.mean:.1f} | {share} |")
    return found


if __name__ == "__main__":
    main()
