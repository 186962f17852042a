"""Measure the gate's mathematics against its reference table; write docs/gate-validation.md.

Run it with `python scripts/validate_gate.py`; it takes some minutes on one core.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gate.solver import rules

# isort: split
# numpy only now: gate.solver says how many threads it may use.
import numpy as np

from gate.estimates import estimated_mean_ms, estimated_patience_ms
from gate.model import HOUR_MS, GateModel
from gate.solver.blocks import Actions
from gate.solver.figures import Figures, evaluate, wait_figures
from gate.solver.optimum import solve
from gate.solver.scaled import scaled_table
from tests.gate.reference import Row, rows

PAGE = Path(__file__).parents[1] / "docs" / "gate-validation.md"
SAMPLES, SEED = 40, 20261122
PRIOR_SERVICE_MS, PRIOR_MARKETING_MS, PRIOR_PATIENCE_MS = 180_000, 60_000, 180_000
TARGETS = {0.05: 0.97, 0.15: 0.93}


def main() -> None:
    """Write the page."""
    sections = [
        HEAD.format(date=datetime.now(UTC).date()),
        *_table(REFERENCE_HEAD, map(_reference_line, rows())),
        CAPTURE_HEAD.format(samples=SAMPLES, seed=SEED),
        *_table(ESTIMATE_HEAD, map(_estimate_line, (row for row in rows() if row.cost > 0.02))),
        SCALED_HEAD,
        *_table("load | c | from 100 agents | from 200 agents", _scaled_lines()),
        SPEED_HEAD,
        *_table("agents | seconds | rounds | states", _speed_lines()),
    ]
    PAGE.write_text("\n".join(sections) + "\n", encoding="utf-8")
    print(f"wrote {PAGE}")


HEAD = """# The gate: measured against the reference values

Written by `scripts/validate_gate.py` on {date}. Everything here is computed from the Markov chain,
nothing is simulated, except the estimates of the second table, which are drawn.

## The reference table

Each cell: measured / reference, of `tests/gate/data/cross-sell-reference.csv`. Value, attempts: per
hour, value over never. SL: answered within 20 s ÷ all who arrived. Captured: share of the optimum's
value. Small differences are the rounding of the reference.
"""

REFERENCE_HEAD = (
    "N | load | c | value | attempts | SL | abandoned | SL never | SL always | attempts always | "
    "best K captures | empty queue captures | hysteresis 1/1 captures | always captures"
)

CAPTURE_HEAD = """
## The optimum from estimated numbers

Arrival rate, service, marketing and patience times are drawn as an hour (or a working day, 8 hours)
of steady load would show them ({samples} times, seed {seed}); the model is solved with them, and
its action table evaluated in the true chain. Times are shrunk towards priors that are wrong on
purpose (service 180 s, marketing 60 s: 20 observations; patience 180 s: 5). Mean and 10 % quantile
of the captured share. The first two columns: everything seen in one hour; arrivals of one hour,
times of a day. The third: one hour, and the mean times known, which shows what a single hour of
arrivals alone permits.
"""

ESTIMATE_HEAD = (
    "N | load | c | one hour | arrivals 1 h, times 8 h | arrivals 1 h, times known | aim | reached"
)

SCALED_HEAD = """
## Many agents

Above 300 agents the table is scaled from that of 300 (`gate/solver/scaled.py`). Captured share of
the exact optimum for 400 agents, from smaller systems:
"""

SPEED_HEAD = """
## Time to solve

Load 0.90, c = 0.05, from nothing (from the last table it takes one or two rounds), one thread:
"""


def _table(head: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a table in Markdown, telling of its progress."""
    yield f"| {head} |"
    yield "|" + "---|" * len(head.split("|"))
    for line in lines:
        print(line, flush=True)
        yield f"| {line} |"


def _reference_line(row: Row) -> str:
    model = row.model
    actions = {
        "optimum": rules.priced(model, solve(model).table),
        "never": rules.never(model),
        "always": rules.always(model),
        "empty": rules.threshold(model, 0),
        "hysteresis": rules.hysteresis(model, 1, 1),
        "best": _best_threshold(row),
    }
    figures = {name: evaluate(model, rule) for name, rule in actions.items()}
    level = {
        name: wait_figures(model, actions[name]).service_level_ratio
        for name in ("optimum", "never", "always")
    }
    optimum, always, never = figures["optimum"], figures["always"], figures["never"]
    best = optimum.value_per_hour - never.value_per_hour

    def captured(name: str) -> float:
        return (figures[name].value_per_hour - never.value_per_hour) / best

    cells = [
        (best, "value_opt_h", 2),
        (optimum.attempts_per_hour, "opt_att_h", 1),
        (level["optimum"], "opt_SL", 4),
        (optimum.abandoned_ratio, "opt_Pab", 4),
        (level["never"], "never_SL", 4),
        (level["always"], "always_SL", 4),
        (always.attempts_per_hour, "always_att_h", 1),
        (captured("best"), "cap_bestK", 3),
        (captured("empty"), "cap_K0", 3),
        (captured("hysteresis"), "cap_hyst11", 3),
        (captured("always"), "cap_always", 3),
    ]
    measured = [f"{value:.{digits}f} / {row.figures[name]}" for value, name, digits in cells]
    return " | ".join([_name(row), *measured])


def _name(row: Row) -> str:
    return f"{row.model.agents} | {row.load:.2f} | {row.cost:.2f}"


def _best_threshold(row: Row) -> Actions:
    name = row.figures["bestK"]
    if name == "always":
        return rules.always(row.model)
    return rules.threshold(row.model, int(name.removeprefix("K=")))


def _estimate_line(row: Row) -> str:
    hour, day, known = (_captures(row, hours) for hours in (1.0, 8.0, None))
    aim = TARGETS[row.cost]
    texts = [f"{np.mean(each):.3f} ({np.quantile(each, 0.1):.3f})" for each in (hour, day, known)]
    reached = "in one hour" if np.mean(hour) >= aim else "in a day" if np.mean(day) >= aim else "no"
    return " | ".join([_name(row), *texts, f"{aim:.2f}", reached])


def _captures(row: Row, time_hours: float | None) -> list[float]:
    """Captured shares with arrivals of one hour, and times of `time_hours` (None: known)."""
    model, draw = row.model, np.random.default_rng(SEED)
    never = evaluate(model, rules.never(model)).value_per_hour
    best = solve(model).value_per_hour - never
    learning = evaluate(model, rules.threshold(model, -1))
    shares = []
    for _ in range(SAMPLES):
        told = _estimated(model, learning, time_hours, draw)
        actions = rules.priced(model, solve(told).table)
        shares.append((evaluate(model, actions).value_per_hour - never) / best)
    return shares


def _estimated(
    model: GateModel, learning: Figures, time_hours: float | None, draw: np.random.Generator
) -> GateModel:
    """The model as one would see it while marketing with one idle agent at least."""
    arrivals = float(draw.poisson(model.arrivals_per_hour))
    service_ms, marketing_ms, patience_ms = model.service_ms, model.marketing_ms, model.patience_ms
    assert patience_ms is not None
    if time_hours is not None:
        served = draw.poisson(model.arrivals_per_hour * time_hours)
        service_ms = estimated_mean_ms(
            draw.gamma(served, service_ms), int(served), PRIOR_SERVICE_MS
        )
        marketed = max(draw.poisson(learning.attempts_per_hour * time_hours), 1)
        marketing_ms = estimated_mean_ms(
            draw.gamma(marketed, marketing_ms), int(marketed), PRIOR_MARKETING_MS
        )
        waited_ms = learning.mean_waiting * HOUR_MS * time_hours
        left = int(draw.poisson(waited_ms / patience_ms))
        patience_ms = estimated_patience_ms(waited_ms, left, PRIOR_PATIENCE_MS)
    return GateModel(
        model.agents, arrivals, service_ms, marketing_ms, patience_ms, model.waiting_cost_per_s
    )


def _bank(agents: int, load: float, cost: float) -> GateModel:
    arrivals = load * agents / 210 * 3600
    return GateModel(agents, arrivals, 210_000, 75_000, 120_000, cost)


def _scaled_lines() -> Iterator[str]:
    for load in (0.5, 0.7, 0.8, 0.9, 0.95, 1.02, 1.1):
        for cost in (0.05, 0.15) if load in (0.9, 0.95) else (0.05,):
            model = _bank(400, load, cost)
            never = evaluate(model, rules.never(model)).value_per_hour
            best = solve(model).value_per_hour - never
            shares = []
            for agents in (100, 200):
                actions = rules.priced(model, scaled_table(model, agents))
                shares.append((evaluate(model, actions).value_per_hour - never) / best)
            yield f"{load} | {cost} | {shares[0]:.4f} | {shares[1]:.4f}"


def _speed_lines() -> Iterator[str]:
    for agents in (10, 50, 100, 200, 300, 500):
        started = time.perf_counter()
        solved = solve(_bank(agents, 0.9, 0.05))
        took = time.perf_counter() - started
        states = len(solved.table.rows) * len(solved.table.rows[0])
        yield f"{agents} | {took:.2f} | {solved.rounds} | {states}"


if __name__ == "__main__":
    main()
