"""What the desk of prices is told of a day that is replayed: only what may be estimated from.

Nobody can tell it the true rates, so prices are always worked out from what it saw so far.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from config.base import HOUR_MS
from config.gate import GateSettings
from config.routing import QueueSettings, RoutingSettings
from simulation.replay_plan import ReplayPlan
from simulation.scenario import PriceSource, Scenario
from simulation.scenario_draws import Fixed
from simulation.virtual_prices import PriceDesk

ESTIMATION_WINDOW_MS = HOUR_MS


@dataclass(frozen=True, slots=True)
class _Queue:
    queue_id: str
    gate: GateSettings
    may_market_ratio: float
    value_milli: Fixed | None
    marketing_ms: bool = True


@dataclass(frozen=True, slots=True)
class _Pool:
    name: str
    queue_ids: Collection[str]

    def may_serve(self, queue: _Queue) -> bool:
        return queue.queue_id in self.queue_ids


@dataclass(frozen=True, slots=True)
class _Seen:
    """Has the attributes of a scenario that are read when prices are estimated."""

    start_ms: int
    queues: list[_Queue]
    groups: list[_Pool]
    prices: PriceSource = "estimated"
    estimation_window_ms: int = ESTIMATION_WINDOW_MS


def price_desk(
    plan: ReplayPlan, settings: RoutingSettings, pools: Mapping[str, Collection[str]]
) -> PriceDesk:
    """Return the desk for a plan under these settings; `pools`: the queues each group serves."""
    seen = _Seen(
        plan.start_ms,
        [_queue(plan, one) for one in settings.queues],
        [_Pool(name, queues) for name, queues in pools.items()],
    )
    return PriceDesk(cast(Scenario, seen), settings.queues, "estimated", 1.0)


def _queue(plan: ReplayPlan, queue: QueueSettings) -> _Queue:
    """Values and permissions are taken for those of the queue's contacts, on average."""
    contacts = [one for one in plan.contacts if one.queue_id == queue.queue_id]
    share = sum(one.may_market for one in contacts) / len(contacts) if contacts else 1.0
    values = [one.value_milli for one in contacts if one.value_milli is not None]
    value = Fixed(kind="fixed", value=sum(values) / len(values)) if values else None
    return _Queue(queue.queue_id, queue.gate, share, value)
