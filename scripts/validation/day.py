"""The day with one peak: what the policies capture of the exact value of the best control."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from math import exp
from pathlib import Path

from config.base import HOUR_MS, SECOND_MS
from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver import rules
from gate.solver.blocks import Actions
from gate.solver.day import Rule, Stretch, value_of_day
from gate.solver.optimum import solve
from gate.solver.window import Window
from scripts.validation import models as m
from scripts.validation.estimates import Control, estimate
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, at_least
from simulation.scenario import Scenario
from simulation.scenario_arrivals import rate_at, segments
from simulation.scenario_loader import load_scenario
from simulation.virtual_runs import Runs

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
REPLICATIONS, SEED = 40, 41
CAPTURE = 0.97


def day() -> Finding:
    """The sinusoidal day against its exact value, by backward induction."""
    scenario = load_scenario(SCENARIOS / "bank-sinusoidal-day.toml")
    verdicts: list[str] = []
    body = table(
        "policy | value/h over never | exact | captured | exactly | at least 97 %",
        _rows(scenario, verdicts),
    )
    text = (
        "`examples/scenarios/bank-sinusoidal-day.toml`: 12 hours, load 0.40 to 1.00 and back. Exact"
        " values are those of the Markov chain with the rate of the moment, by backward induction"
        " (`gate/solver/day.py`); the best control is allowed to know the whole day beforehand."
        f" {REPLICATIONS} days. `optimal=estimated` learns rates and times from what happens,"
        " beginning with the priors of the configuration, and works its prices out every 15"
        f" minutes.\n\n{body}"
    )
    return Finding("A day with a peak", text, MISSED not in verdicts)


def _rows(scenario: Scenario, verdicts: list[str]) -> Iterator[str]:
    hours = scenario.duration_ms / HOUR_MS
    never = exact_value(scenario, rules.never)
    best = (exact_value(scenario, None) - never) / hours
    names: tuple[str, ...] = ("always", "threshold", "optimal=told")
    runs = m.simulated(scenario, names, REPLICATIONS, SEED)
    controls = day_controls(scenario, runs, never)
    exact = {
        "always": exact_value(scenario, rules.always),
        "threshold": exact_value(scenario, partial(threshold_rule, k=-1)),
        "optimal=told": exact_value(scenario, rules.never, told=True),
    }
    yield f"best | - | {best:.2f} | 1 | 1 | -"
    names = (*names, "optimal=estimated")
    runs |= m.simulated(m.seldom_priced(scenario), names[-1:], REPLICATIONS, SEED)
    for name in names:
        found = estimate(m.values_over_never(runs, name), controls)
        word = "-"
        if name.startswith("optimal"):
            word = at_least(found.over(best), CAPTURE)
            verdicts.append(word)
        cells = "- | " + found.over(best).text(4) + " | -"
        if name in exact:
            truth = (exact[name] - never) / hours
            cells = f"{truth:.2f} | {found.over(best).text(4)} | {truth / best:.4f}"
        yield f"{name} | {found.text(2)} | {cells} | {word}"


def model_of(scenario: Scenario, per_hour: float) -> GateModel:
    """Return the model of a scenario of the bank with one group."""
    agents = scenario.groups[0].agents
    assert agents is not None
    return GateModel(agents, per_hour, m.SERVICE_MS, m.MARKETING_MS, m.PATIENCE_MS, m.COST_PER_S)


def exact_value(scenario: Scenario, rule: Rule | None, told: bool = False) -> float:
    """Return the value of the whole day under a rule (None: the best), or told the rates.

    `told`: with the prices of each moment's rate, worked out as often as in the simulation.
    """
    arrivals, every_ms = scenario.queues[0].arrivals, scenario.queues[0].gate.recompute_ms
    stretches = []
    for piece in segments(arrivals, scenario.start_ms, scenario.end_ms):
        at_ms = piece.from_ms
        while at_ms < piece.until_ms:
            began_ms = at_ms - (at_ms - scenario.start_ms) % every_ms
            until_ms = min(began_ms + every_ms, piece.until_ms)
            if told:
                rule = _told(model_of(scenario, rate_at(arrivals, began_ms + every_ms // 2)))
            stretches.append(Stretch((until_ms - at_ms) / SECOND_MS, piece.per_hour, rule))
            at_ms = until_ms
    return value_of_day(model_of(scenario, stretches[0].arrivals_per_hour), stretches)


def _told(model: GateModel) -> Rule:
    table = _solved(replace(model, arrivals_per_hour=round(model.arrivals_per_hour, 6)))

    def priced(model: GateModel, window: Window) -> Actions:
        return rules.priced(model, table, window)

    return priced


@cache
def _solved(model: GateModel) -> PriceTable:
    return solve(model).table


def threshold_rule(model: GateModel, window: Window, k: int) -> Actions:
    """Return a threshold, its number last: a rule once that is given."""
    return rules.threshold(model, k, window)


def day_controls(scenario: Scenario, runs: Runs, never: float) -> list[Control]:
    """Return what is known of never over the day: arrivals, agents' work, value.

    Never's value is -c times all waiting, so abandonments and with them the work begun are known.
    Of that, what is in hand at the end is as in a system with idle agents: the arrivals whose
    exponential service is not over.
    """
    hours = scenario.duration_ms / HOUR_MS
    pieces = segments(scenario.queues[0].arrivals, scenario.start_ms, scenario.end_ms)
    arrived = in_hand = 0.0
    for piece in pieces:
        arrived += piece.per_hour * (piece.until_ms - piece.from_ms) / HOUR_MS
        busy = piece.per_hour * m.SERVICE_MS / HOUR_MS
        ends = [
            exp(-(scenario.end_ms - at_ms) / m.SERVICE_MS)
            for at_ms in (piece.until_ms, piece.from_ms)
        ]
        in_hand += busy * (ends[0] - ends[1])
    waited_ms = -never / m.COST_PER_S * SECOND_MS
    served = arrived - waited_ms / m.PATIENCE_MS - in_hand
    seen = runs["never"]
    return [
        Control([m.arrived_per_hour(run) for run in seen], arrived / hours),
        Control([m.busy_agents(run) for run in seen], served * m.SERVICE_MS / HOUR_MS / hours),
        Control([m.net_value_per_hour(run) for run in seen], never / hours),
    ]
