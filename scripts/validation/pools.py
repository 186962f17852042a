"""Three pools with different loads: what a gate for each captures of the sum of their optima."""

from __future__ import annotations

from collections.abc import Iterator

from gate.model import GateModel
from gate.solver import rules
from gate.solver.figures import evaluate
from gate.solver.optimum import solve
from scripts.validation import models as m
from scripts.validation.day import SCENARIOS
from scripts.validation.estimates import Control, estimate
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, at_least
from simulation.scenario import Scenario
from simulation.scenario_arrivals import rate_at
from simulation.scenario_loader import load_scenario
from simulation.virtual_runs import Runs

REPLICATIONS, SEED = 40, 51
CAPTURE = 0.97


def pools() -> Finding:
    """Three pools against the sum of their exact optima."""
    scenario = load_scenario(SCENARIOS / "three-pools.toml")
    verdicts: list[str] = []
    body = table(
        "policy | value/h over never | of the sum of the optima | exactly | at least 97 %",
        _rows(scenario, verdicts),
    )
    text = (
        "`examples/scenarios/three-pools.toml`: 20 agents each, loads 0.95, 0.80, 0.60."
        f" {REPLICATIONS} replications of 12 hours. `optimal=estimated` learns rates and times from"
        " what happens, beginning with the priors of the configuration, and works its prices out"
        f" every 15 minutes.\n\n{body}"
    )
    return Finding("Three pools", text, MISSED not in verdicts)


def pool_models(scenario: Scenario) -> dict[str, GateModel]:
    """Return the model of each pool: its queue, and the group that serves it."""
    found = {}
    for queue in scenario.queues:
        agents = sum(one.agents or 0 for one in scenario.groups if one.may_serve(queue))
        per_hour = rate_at(queue.arrivals, scenario.start_ms)
        found[queue.queue_id] = GateModel(
            agents, per_hour, m.SERVICE_MS, m.MARKETING_MS, m.PATIENCE_MS, m.COST_PER_S
        )
    return found


def pool_controls(models: dict[str, GateModel], runs: Runs) -> list[Control]:
    """Return what is known of never: each pool's arrivals, and the agents' work."""
    never, busy = runs["never"], 0.0
    for model in models.values():
        busy += model.agents * evaluate(model, rules.never(model)).occupancy_ratio
    arrivals = [
        Control([m.totals(run, name).arrived / run.hours for run in never], one.arrivals_per_hour)
        for name, one in models.items()
    ]
    return [*arrivals, Control([m.busy_agents(run) for run in never], busy)]


def _rows(scenario: Scenario, verdicts: list[str]) -> Iterator[str]:
    models = pool_models(scenario)
    never = sum(evaluate(one, rules.never(one)).value_per_hour for one in models.values())
    best = sum(solve(one).value_per_hour for one in models.values()) - never
    threshold = sum(
        evaluate(one, rules.threshold(one, -1)).value_per_hour for one in models.values()
    )
    yield f"the optima | {best:.2f} | 1 | 1 | -"
    runs = m.simulated(scenario, ("threshold", "optimal=told"), REPLICATIONS, SEED)
    controls = pool_controls(models, runs)
    estimated = m.simulated(m.seldom_priced(scenario), ("optimal=estimated",), REPLICATIONS, SEED)
    runs |= {"optimal=estimated": estimated["optimal=estimated"]}
    found = {
        name: estimate(m.values_over_never(runs, name), controls)
        for name in ("threshold", "optimal=told", "optimal=estimated")
    }
    exactly = f"{(threshold - never) / best:.4f}"
    for name, one in found.items():
        word = "-"
        if name != "threshold":
            word = at_least(one.over(best), CAPTURE)
            verdicts.append(word)
            exactly = "1" if name == "optimal=told" else "-"
        yield f"{name} | {one.text(2)} | {one.over(best).text(4)} | {exactly} | {word}"
