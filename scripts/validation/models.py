"""The models that are simulated, and running them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from config.base import HOUR_MS
from simulation.results_counts import GroupCounts, QueueCounts, ReplicationCounts, added
from simulation.scenario import Scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_pool import available_cores
from simulation.virtual_runs import Plan, Runs, run_plan

SERVICE_MS, MARKETING_MS, PATIENCE_MS = 210_000, 75_000, 120_000
COST_PER_S = 0.05
DAY_MS = 24 * HOUR_MS


def exponential(mean: float) -> dict[str, Any]:
    """Return the scenario's words for an exponential distribution."""
    return {"kind": "exponential", "mean": mean}


def queue(per_hour: float, patience_ms: float | None = PATIENCE_MS, **changes: Any) -> Any:
    """Return a queue of the bank as a scenario states it, with some keys changed."""
    data = {
        "queue_id": "bank",
        "requires": {"bank": 1},
        "wrap_up": {"kind": "none"},
        "arrivals": {"kind": "constant", "per_hour": per_hour},
        "service_ms": exponential(SERVICE_MS),
        "marketing_ms": exponential(MARKETING_MS),
        **changes,
    }
    return data if patience_ms is None else {**data, "patience_ms": exponential(patience_ms)}


def scenario(
    agents: int, queues: Sequence[Any], hours: float, warm_up_hours: float = 1.0
) -> Scenario:
    """Return a scenario in which all agents serve all queues."""
    return Scenario.model_validate(
        {
            "name": "validation",
            "warm_up_ms": round(warm_up_hours * HOUR_MS),
            "duration_ms": round(hours * HOUR_MS),
            "queues": list(queues),
            "groups": [{"name": "tellers", "skills": {"bank": 5}, "agents": agents}],
        }
    )


def seldom_priced(one: Scenario) -> Scenario:
    """Return the same with prices worked out every 15 minutes: solving is what takes time."""
    queues = [
        queue.model_copy(
            update={"gate": queue.gate.model_copy(update={"recompute_ms": HOUR_MS // 4})}
        )
        for queue in one.queues
    ]
    return one.model_copy(update={"queues": queues})


def per_hour_at(load: float, agents: int) -> float:
    """Return the arrivals that bring a load, rounded as in the scenarios."""
    return round(load * agents * HOUR_MS / SERVICE_MS, 1)


def simulated(one: Scenario, names: Sequence[str], replications: int, seed: int) -> Runs:
    """Return the replications of the policies of these names, and of never, on all cores."""
    policies = tuple(parse_policy(name) for name in names)
    plan = Plan(one, policies, replications, seed, available_cores())

    def tell(done: int, whole: int) -> None:
        end = "\r" if done < whole else "\n"
        if sys.stderr.isatty() or done == whole:
            print(f"  {done} of {whole} replications", end=end, file=sys.stderr, flush=True)

    runs, is_whole = run_plan(plan, tell)
    if not is_whole:
        raise KeyboardInterrupt
    return runs


Figure = Callable[[ReplicationCounts], float]


def totals(counts: ReplicationCounts, queue_id: str | None = None) -> QueueCounts:
    """Return the sums of a queue, or of all."""
    named = counts.queues.values() if queue_id is None else [counts.queues[queue_id]]
    return added(QueueCounts, (one for cells in named for one in cells))


def arrived_per_hour(counts: ReplicationCounts) -> float:
    """Return arrivals per hour."""
    return totals(counts).arrived / counts.hours


def busy_agents(counts: ReplicationCounts) -> float:
    """Return the mean number of agents with a contact in hand."""
    groups = added(GroupCounts, (one for cells in counts.groups.values() for one in cells))
    return groups.busy_ms / (counts.hours * HOUR_MS)


def service_level(counts: ReplicationCounts) -> float:
    """Return answered in time ÷ arrived."""
    sums = totals(counts)
    return sums.in_time / sums.level_base


def abandoned(counts: ReplicationCounts) -> float:
    """Return gave up ÷ arrived."""
    sums = totals(counts)
    return sums.abandoned / sums.arrived


def asa_s(counts: ReplicationCounts, queue_id: str | None = None) -> float:
    """Return the mean wait of the answered, seconds."""
    sums = totals(counts, queue_id)
    return sums.answered_wait_ms / sums.answered / 1000


def attempts_per_hour(counts: ReplicationCounts) -> float:
    """Return marketing attempts per hour."""
    return totals(counts).attempts / counts.hours


def net_value_per_hour(counts: ReplicationCounts) -> float:
    """Return the value of the attempts less the cost of waiting, per hour."""
    sums = totals(counts)
    return (sums.value_milli - sums.waiting_cost_milli) / 1000 / counts.hours


def values_over_never(runs: Runs, name: str) -> list[float]:
    """Return a policy's value per hour over never's with the same customers, by replication."""
    pairs = zip(runs[name], runs["never"], strict=True)
    return [net_value_per_hour(one) - net_value_per_hour(never) for one, never in pairs]
