"""The guard watch: measures every queue's guard rails, beside the engine and never in it."""

from __future__ import annotations

from queues.contact_queue import ContactQueue
from queues.guards import BrokenGuard, Service, broken_guard
from queues.metrics import QueueMetrics
from router.events import GuardChanged
from router.observer import Observer
from router.state import RoutingState

TELL_AGAIN_MS = 5_000


class GuardWatch:
    """Tells of a change once, and again only if the engine seems not to have heard."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str | None, int]] = {}

    def changes(self, state: RoutingState, observer: Observer, now_ms: int) -> list[GuardChanged]:
        """Return an event for every queue whose guard rail differs from what the engine knows."""
        changes = []
        for queue_id, queue in state.queues.items():
            broken = _broken(queue, observer, now_ms)
            closed_by = broken.name if broken is not None else None
            if closed_by == queue.gate.closed_by:
                self._told.pop(queue_id, None)
            elif self._is_news(queue_id, closed_by, now_ms):
                self._told[queue_id] = (closed_by, now_ms)
                changes.append(_event(queue_id, broken, now_ms))
        return changes

    def _is_news(self, queue_id: str, closed_by: str | None, now_ms: int) -> bool:
        told, told_ms = self._told.get(queue_id, ("never told", 0))
        return told != closed_by or now_ms - told_ms > TELL_AGAIN_MS


def _broken(queue: ContactQueue, observer: Observer, now_ms: int) -> BrokenGuard | None:
    queue_id = queue.settings.queue_id
    metrics = observer.queues.get(queue_id) or QueueMetrics(queue.settings.time_zone)
    service = Service(
        metrics.window(now_ms),
        metrics.denominator,
        observer.longest_waiting_ms(queue_id, now_ms),
        queue.lines[""].occupancy_ratio,
    )
    return broken_guard(queue.settings.gate.guards, service)


def _event(queue_id: str, broken: BrokenGuard | None, now_ms: int) -> GuardChanged:
    return GuardChanged(
        event_id="",
        at_ms=now_ms,
        source="engine/follower",
        queue_id=queue_id,
        closed_by=broken.name if broken is not None else None,
        measured=broken.measured if broken is not None else None,
        limit=broken.limit if broken is not None else None,
    )
