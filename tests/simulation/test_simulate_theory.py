"""The live engine in virtual time against closed forms. Seeded; 4 standard errors either way.

`make validate` runs the long versions.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import fmean, stdev

import pytest

from gate.erlang import ErlangQueue, queue_figures
from gate.model import GateModel
from gate.priority import priority_waits_ms
from gate.solver import rules
from gate.solver.figures import evaluate, wait_figures
from simulation.results_counts import GroupCounts, QueueCounts, ReplicationCounts, added
from simulation.scenario import Scenario
from tests.support.scenarios import HOUR_MS, queue_data, run, scenario, total

Figure = Callable[[ReplicationCounts], float]


def small(per_hour: float = 137.14, **changes: object) -> Scenario:
    """Ten agents, service 210 s: load 0.80 at 137.14 an hour."""
    arrivals = {"kind": "constant", "per_hour": per_hour}
    return scenario(
        duration_ms=10 * HOUR_MS,
        queues=[queue_data(arrivals=arrivals, **changes)],
        groups=[{"name": "tellers", "skills": {"bank": 5}, "agents": 10}],
    )


def check(runs: list[ReplicationCounts], figure: Figure, truth: float) -> None:
    found = [figure(one) for one in runs]
    error = stdev(found) / sqrt(len(found))
    assert fmean(found) == pytest.approx(truth, abs=4 * error)
    assert error < 0.15 * max(truth, 0.05), "too few replications to tell anything"


def service_level(counts: ReplicationCounts) -> float:
    sums = total(counts)
    return sums.in_time / sums.arrived


def abandoned(counts: ReplicationCounts) -> float:
    sums = total(counts)
    return sums.abandoned / sums.arrived


def asa_s(counts: ReplicationCounts) -> float:
    sums = total(counts)
    return sums.answered_wait_ms / sums.answered / 1000


def occupancy(counts: ReplicationCounts) -> float:
    sums = added(GroupCounts, counts.groups["tellers"])
    return sums.busy_ms / sums.staffed_ms


def test_without_patience_it_is_erlang_c() -> None:
    truth = queue_figures(ErlangQueue(10, 137.14, 210_000, None), 20_000)
    runs = [run(small(patience_ms=None), replication=n) for n in range(16)]
    check(runs, service_level, truth.service_level_ratio)
    check(runs, asa_s, truth.asa_ms / 1000)
    check(runs, occupancy, 0.8)


def test_with_patience_it_is_erlang_a() -> None:
    truth = queue_figures(ErlangQueue(10, 171.43, 210_000, 120_000), 20_000)
    runs = [run(small(171.43), replication=n) for n in range(12)]
    check(runs, service_level, truth.service_level_ratio)
    check(runs, abandoned, truth.abandoned_ratio)
    check(runs, asa_s, truth.asa_ms / 1000)


def test_a_threshold_is_what_the_markov_chain_says() -> None:
    model = GateModel(10, 120.0, 210_000, 75_000, 120_000, 0.05)
    actions = rules.threshold(model, -1)
    truth, waits = evaluate(model, actions), wait_figures(model, actions)
    runs = [run(small(120.0), "threshold=-1", replication=n) for n in range(12)]
    check(runs, service_level, waits.service_level_ratio)
    check(runs, abandoned, truth.abandoned_ratio)
    check(runs, lambda one: total(one).attempts / one.hours, truth.attempts_per_hour)


def test_priorities_are_cobhams() -> None:
    """Non-preemptive, first come first served within a class."""
    share = {"kind": "constant", "per_hour": 72.0}
    both = {"patience_ms": None, "strict_priority": True, "arrivals": share, "priority_step_ms": 0}
    one = scenario(
        duration_ms=10 * HOUR_MS,
        queues=[
            queue_data(queue_id="bank", priority=1, **both),
            queue_data(queue_id="slow", **both),
        ],
        groups=[{"name": "tellers", "skills": {"bank": 5}, "agents": 10}],
    )
    urgent_ms, slow_ms = priority_waits_ms(10, [72.0, 72.0], 210_000)
    runs = [run(one, replication=n) for n in range(16)]
    check(runs, asa_s, urgent_ms / 1000)
    check(runs, lambda counts: _wait_s(total(counts, "slow")), slow_ms / 1000)


def _wait_s(sums: QueueCounts) -> float:
    return sums.answered_wait_ms / sums.answered / 1000


@pytest.mark.parametrize(
    ("policy", "level", "attempts"), [("never", 0.9249, 0.0), ("always", 0.3988, 624.3)]
)
def test_the_reference_row_of_50_agents(policy: str, level: float, attempts: float) -> None:
    """N = 50, load 0.90 of the cross-sell reference; exact figures from policy iteration."""
    runs = [run(scenario(duration_ms=6 * HOUR_MS), policy, replication=n) for n in range(5)]
    found = [service_level(one) for one in runs]
    assert fmean(found) == pytest.approx(level, abs=4 * stdev(found) / sqrt(5) + 0.005)
    per_hour = fmean(total(one).attempts / one.hours for one in runs)
    assert per_hour == pytest.approx(attempts, rel=0.02)
