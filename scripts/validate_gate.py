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

from gate.model import GateModel
from gate.solver.blocks import Actions
from gate.solver.figures import evaluate, wait_figures
from gate.solver.optimum import solve
from gate.solver.scaled import scaled_table
from scripts import gate_capture
from tests.gate.reference import Row, rows

PAGE = Path(__file__).parents[1] / "docs" / "gate-validation.md"


def main() -> None:
    """Write the page."""
    sections = [
        HEAD.format(date=datetime.now(UTC).date()),
        *_table(REFERENCE_HEAD, map(_reference_line, rows())),
        gate_capture.HEAD,
        *_table(gate_capture.TABLE_HEAD, gate_capture.capture_lines()),
        gate_capture.LONGER_HEAD,
        *_table(gate_capture.LONGER_TABLE_HEAD, gate_capture.longer_lines()),
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
    return " | ".join([gate_capture.name(row), *measured])


def _best_threshold(row: Row) -> Actions:
    name = row.figures["bestK"]
    if name == "always":
        return rules.always(row.model)
    return rules.threshold(row.model, int(name.removeprefix("K=")))


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
