"""The bank with 50 agents: the rows of the reference table, and how often the shown mode flips."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gate.model import GateModel
from gate.solver import rules
from gate.solver.blocks import Actions
from gate.solver.figures import evaluate, wait_figures
from gate.solver.optimum import solve
from scripts.validation import models as m
from scripts.validation.closed_forms import controls_of
from scripts.validation.estimates import Control, estimate, ratio
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, OPEN, at_least, at_most, within
from simulation.virtual_runs import Runs
from tests.gate.reference import Row, rows

REPLICATIONS, HOURS = 40, 12
LEVEL_WITHIN, ATTEMPTS_WITHIN, CAPTURE = 0.01, 0.02, 0.97
NAMES = ("never", "always", "threshold", "optimal=told")
COLUMNS = {"never": "never", "always": "always", "optimal=told": "opt"}
GAPS = (1, 2)


@cache
def bank_rows() -> tuple[Row, ...]:
    """Return the reference's rows of 50 agents at a cost of 0.05."""
    return tuple(row for row in rows() if row.model.agents == 50 and row.cost == m.COST_PER_S)


@cache
def bank_runs(index: int) -> Runs:
    """Return the replications of a row."""
    queue = m.queue(bank_rows()[index].model.arrivals_per_hour)
    return m.simulated(m.scenario(50, [queue], HOURS), NAMES, REPLICATIONS, 31 + index)


def row_controls(model: GateModel, runs: Runs) -> list[Control]:
    """Return what is known of never: arrivals, agents' work, service level."""
    never = rules.never(model)
    busy = model.agents * evaluate(model, never).occupancy_ratio
    level = wait_figures(model, never).service_level_ratio
    return [
        *controls_of(runs["never"], model.arrivals_per_hour, busy),
        Control([m.service_level(run) for run in runs["never"]], level),
    ]


def reference() -> Finding:
    """The reference table's rows of 50 agents, c = 0.05."""
    verdicts: list[str] = []
    body = table(
        "load | policy | service level | reference | within 0.01 | attempts/h | reference |"
        " within 2 % | value/h | exact | captured | at least 97 %",
        _reference_rows(verdicts),
    )
    text = (
        "`tests/gate/data/cross-sell-reference.csv`, 50 agents, c = 0.05; each row"
        f" {REPLICATIONS} replications of {HOURS} hours after 1 of warm-up. Value per hour is over"
        " never; 'captured' its share of the exact optimum. `optimal=told` knows the true rates and"
        f" times. Policies are not asked for more than the table says.\n\n{body}\n\n"
        f"{_count(verdicts)}"
    )
    return Finding("The reference table, by simulation", text, MISSED not in verdicts)


def _count(verdicts: list[str]) -> str:
    missed, still_open = verdicts.count(MISSED), verdicts.count(OPEN)
    return (
        f"Of {len(verdicts)} targets {len(verdicts) - missed - still_open} are reached,"
        f" {still_open} open, {missed} missed."
    )


def _reference_rows(verdicts: list[str]) -> Iterator[str]:
    for index, row in enumerate(bank_rows()):
        runs, model = bank_runs(index), row.model
        controls = row_controls(model, runs)
        never = evaluate(model, rules.never(model)).value_per_hour
        best = solve(model).value_per_hour - never
        for name in COLUMNS:
            own = controls[:2] if name == "never" else controls
            level = estimate([m.service_level(run) for run in runs[name]], own)
            exact_level = row.number(f"{COLUMNS[name]}_SL")
            found = [within(level, exact_level, LEVEL_WITHIN)]
            cells = [f"{row.load:.2f} | {name} | {level.text(4)} | {exact_level:.4f} | {found[0]}"]
            if name == "never":
                cells.append("0 | 0 | - | 0 | 0 | - | -")
            else:
                attempts = estimate([m.attempts_per_hour(run) for run in runs[name]], own)
                exact = row.number(f"{COLUMNS[name]}_att_h")
                found.append(within(attempts, exact, ATTEMPTS_WITHIN * exact))
                value = estimate(m.values_over_never(runs, name), own)
                share = row.number("cap_always") if name == "always" else 1.0
                cells += [
                    f"{attempts.text(1)} | {exact:.1f} | {found[1]}",
                    f"{value.text(1)} | {share * best:.1f} | {value.over(best).text(3)}",
                ]
                if name == "always":
                    cells.append("-")
                else:
                    found.append(at_least(value.over(best), CAPTURE))
                    cells.append(found[2])
            verdicts += found
            yield " | ".join(cells)


def display() -> Finding:
    """The displayed mode: how often it flips, and what it would cost to decide by it."""
    verdicts: list[str] = []
    flips = table(
        "load | policy | flips/h, displayed | flips/h, bare gate | displayed ÷ bare |"
        " displayed ÷ bare threshold | at most half",
        _flip_rows(verdicts),
    )
    costs = table(
        "load | K | threshold captures | "
        + " | ".join(f"deciding by the mode, gap {gap} | costs" for gap in GAPS),
        _cost_rows(),
    )
    text = (
        "The mode shown to people (`gate/display.py`, `gate.display_gap` 1) against the gate"
        " itself, and against the gate of the threshold K = -1, from the same simulations.\n\n"
        f"{flips}\n\n"
        "The decision does not follow the displayed mode. If it did, it would be a hysteresis:"
        " open at K + 1 - gap contacts fewer than agents' limit, closed above K. What that costs,"
        " exactly (Markov chain), with the best K of the reference, as a share of the optimum:\n\n"
        f"{costs}"
    )
    return Finding("The displayed mode", text, MISSED not in verdicts)


def _flip_rows(verdicts: list[str]) -> Iterator[str]:
    for index, row in enumerate(bank_rows()):
        runs = bank_runs(index)
        bare_threshold = [m.totals(run).bare_flips for run in runs["threshold"]]
        for name in ("threshold", "optimal=told"):
            shown = [m.totals(run).mode_flips for run in runs[name]]
            bare = [m.totals(run).bare_flips for run in runs[name]]
            of_own = ratio(list(zip(shown, bare, strict=True)))
            of_threshold = ratio(list(zip(shown, bare_threshold, strict=True)))
            verdicts.append(at_most(of_threshold, 0.5))
            hours = runs[name][0].hours
            per_hour = [estimate([one / hours for one in each]).text(1) for each in (shown, bare)]
            yield (
                f"{row.load:.2f} | {name} | {' | '.join(per_hour)} | {of_own.text(3)} |"
                f" {of_threshold.text(3)} | {verdicts[-1]}"
            )


def _cost_rows() -> Iterator[str]:
    for row in bank_rows():
        model, k = row.model, int(row.figures["bestK"].removeprefix("K="))
        never = evaluate(model, rules.never(model)).value_per_hour
        best = solve(model).value_per_hour - never

        def captured(actions: Actions, model: GateModel = model, never: float = never) -> float:
            return evaluate(model, actions).value_per_hour - never

        bare = captured(rules.threshold(model, k)) / best
        cells = []
        for gap in GAPS:
            shown = captured(rules.hysteresis(model, gap - k, k + 1)) / best
            cells.append(f"{shown:.4f} | {bare - shown:.4f}")
        yield f"{row.load:.2f} | {k} | {bare:.4f} | {' | '.join(cells)}"
