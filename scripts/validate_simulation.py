"""Measure the simulator against exact figures; write docs/simulation-validation.md.

Run it with `python scripts/validate_simulation.py`: about four minutes on two cores. Exit code 1 if
a figure lies outside what it must reach.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from gate.erlang import ErlangQueue, queue_figures
from gate.model import GateModel
from gate.solver import rules
from gate.solver.figures import evaluate, wait_figures
from simulation.results import Intervals, results_of
from simulation.results_student import Interval
from simulation.scenario import Scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_pool import available_cores
from simulation.virtual_runs import Plan, run_plan

PAGE = Path(__file__).parents[1] / "docs" / "simulation-validation.md"
HOUR_MS = 3_600_000
SERVICE_MS, MARKETING_MS, PATIENCE_MS = 210_000, 75_000, 120_000
REPLICATIONS, HOURS = 24, 12
LEVEL_WITHIN, ATTEMPTS_WITHIN = 0.01, 0.02

HEAD = """# The simulator: measured against exact figures

Written by `scripts/validate_simulation.py` on {date}. Each row is {replications} replications of
{hours} hours of the live engine in virtual time, each model with a seed of its own; ± is the half
width of the 95 % confidence interval, so about one figure in twenty may lie outside its own. Exact
figures are Erlang's formulas (`gate/erlang.py`) and the Markov chain (`gate/solver`). The
model: service 210 s, marketing 75 s, patience 120 s, answered within 20 s.

| model | policy | service level | exact | attempts/h | exact | abandoned | exact | ASA, s | exact |
|---|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """Exact long-run figures."""

    level: float
    attempts: float
    abandoned: float
    asa_s: float


def main() -> int:
    """Write the page; return 1 if something is not as it must be."""
    lines, good = [], True
    for line, is_good in _rows():
        print(line, flush=True)
        lines.append(line)
        good = good and is_good
    head = HEAD.format(date=datetime.now(UTC).date(), replications=REPLICATIONS, hours=HOURS)
    verdict = "All" if good else "**Not all**"
    tail = (
        f"\n{verdict} service levels are within 0.01 and attempts within 2 %, or their interval.\n"
    )
    PAGE.write_text(head + "\n".join(lines) + "\n" + tail, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0 if good else 1


def _rows() -> Iterator[tuple[str, bool]]:
    seeds = count(1)
    for load in (0.80, 0.90):
        yield _erlang(load, None, next(seeds))
        yield _erlang(load, PATIENCE_MS, next(seeds))
    for agents, load in ((50, 0.80), (50, 0.90), (50, 0.95)):
        yield from _markov(agents, load, next(seeds))


def _erlang(load: float, patience_ms: int | None, seed: int) -> tuple[str, bool]:
    agents = 20
    per_hour = load * agents * HOUR_MS / SERVICE_MS
    exact = queue_figures(ErlangQueue(agents, per_hour, SERVICE_MS, patience_ms), 20_000)
    truth = Truth(exact.service_level_ratio, 0.0, exact.abandoned_ratio, exact.asa_ms / 1000)
    name = f"{'M/M/N' if patience_ms is None else 'M/M/N+M'}, N = {agents}, load {load:.2f}"
    (figures,) = _simulated(_scenario(agents, per_hour, patience_ms), ["never"], seed).values()
    return _row(name, "never", figures, truth)


def _markov(agents: int, load: float, seed: int) -> Iterator[tuple[str, bool]]:
    per_hour = round(load * agents * HOUR_MS / SERVICE_MS, 1)
    model = GateModel(agents, per_hour, SERVICE_MS, MARKETING_MS, PATIENCE_MS, 0.05)
    actions = {
        "never": rules.never(model),
        "always": rules.always(model),
        "threshold=-1": rules.threshold(model, -1),
        "threshold=1": rules.threshold(model, 1),
    }
    found = _simulated(_scenario(agents, per_hour, PATIENCE_MS), list(actions), seed)
    for policy, action in actions.items():
        exact, waits = evaluate(model, action), wait_figures(model, action)
        truth = Truth(
            waits.service_level_ratio,
            exact.attempts_per_hour,
            exact.abandoned_ratio,
            waits.asa_ms / 1000,
        )
        yield _row(f"N = {agents}, load {load:.2f}", policy, found[policy], truth)


def _scenario(agents: int, per_hour: float, patience_ms: int | None) -> Scenario:
    queue: dict[str, Any] = {
        "queue_id": "bank",
        "requires": {"bank": 1},
        "wrap_up": {"kind": "none"},
        "arrivals": {"kind": "constant", "per_hour": per_hour},
        "service_ms": {"kind": "exponential", "mean": SERVICE_MS},
        "marketing_ms": {"kind": "exponential", "mean": MARKETING_MS},
    }
    if patience_ms is not None:
        queue["patience_ms"] = {"kind": "exponential", "mean": patience_ms}
    return Scenario.model_validate(
        {
            "name": "validation",
            "warm_up_ms": 2 * HOUR_MS,
            "duration_ms": HOURS * HOUR_MS,
            "queues": [queue],
            "groups": [{"name": "tellers", "skills": {"bank": 5}, "agents": agents}],
        }
    )


def _simulated(scenario: Scenario, names: list[str], seed: int) -> dict[str, Intervals]:
    policies = tuple(parse_policy(name) for name in names)
    plan = Plan(scenario, policies, REPLICATIONS, seed, available_cores())
    runs, _ = run_plan(plan, lambda done, whole: None)
    return {name: one.figures for name, one in results_of(names, runs).policies.items()}


def _row(name: str, policy: str, figures: Intervals, truth: Truth) -> tuple[str, bool]:
    level, attempts = figures["service_level_ratio"], figures["attempts_per_hour"]
    good = _close(level, truth.level, LEVEL_WITHIN) and _close(
        attempts, truth.attempts, ATTEMPTS_WITHIN * truth.attempts
    )
    cells = [
        name,
        policy,
        _cell(level, 4),
        f"{truth.level:.4f}",
        _cell(attempts, 1),
        f"{truth.attempts:.1f}",
        _cell(figures["abandoned_ratio"], 4),
        f"{truth.abandoned:.4f}",
        _cell(figures["asa_ms"], 2, 1000),
        f"{truth.asa_s:.2f}",
    ]
    return f"| {' | '.join(cells)} |", good


def _close(one: Interval, truth: float, within: float) -> bool:
    if one.mean is None or one.low is None or one.high is None:
        return False
    return abs(one.mean - truth) <= within or one.low <= truth <= one.high


def _cell(one: Interval, digits: int, scale: float = 1.0) -> str:
    if one.mean is None or one.low is None or one.high is None:
        return "-"
    half = (one.high - one.low) / 2 / scale
    return f"{one.mean / scale:.{digits}f} ± {half:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main())
