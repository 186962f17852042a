"""Scenarios for tests: the 50-agent model as data, to be changed key by key."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from simulation.results_counts import QueueCounts, ReplicationCounts, added
from simulation.scenario import Scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import run_replication

HOUR_MS = 3_600_000

QUEUE: dict[str, Any] = {
    "queue_id": "bank",
    "requires": {"bank": 1},
    "wrap_up": {"kind": "none"},
    "arrivals": {"kind": "constant", "per_hour": 771.4},
    "service_ms": {"kind": "exponential", "mean": 210_000},
    "marketing_ms": {"kind": "exponential", "mean": 75_000},
    "patience_ms": {"kind": "exponential", "mean": 120_000},
}


def queue_data(**changes: Any) -> dict[str, Any]:
    """Return a queue with some keys changed; a value of None takes the key out."""
    data = {**deepcopy(QUEUE), **changes}
    return {key: value for key, value in data.items() if value is not None}


def scenario(**changes: Any) -> Scenario:
    """Return the model with keys of the scenario changed."""
    data: dict[str, Any] = {
        "name": "test",
        "warm_up_ms": HOUR_MS,
        "duration_ms": 4 * HOUR_MS,
        "queues": [QUEUE],
        "groups": [{"name": "tellers", "skills": {"bank": 5}, "agents": 50}],
    }
    return Scenario.model_validate({**data, **changes})


def run(
    one: Scenario, policy: str = "never", seed: int = 1, replication: int = 0
) -> ReplicationCounts:
    """Return one replication."""
    return run_replication(one, parse_policy(policy), seed, replication)


def total(counts: ReplicationCounts, queue_id: str = "bank") -> QueueCounts:
    """Return the sums of a queue."""
    return added(QueueCounts, counts.queues[queue_id])
