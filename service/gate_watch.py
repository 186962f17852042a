"""The gate watch: measures the guard rails of every queue that has some, in the follower."""

from __future__ import annotations

from queues.guards import Service, broken_guard
from queues.metrics import QueueMetrics
from router.events import GuardChanged
from router.observer import Observer
from router.state import RoutingState


def guard_changes(state: RoutingState, observer: Observer, now_ms: int) -> list[GuardChanged]:
    """Return an event for every queue whose guard rail differs from what the engine knows."""
    changes = []
    for queue_id, queue in state.queues.items():
        line = queue.lines[""]
        metrics = observer.queues.get(queue_id) or QueueMetrics(queue.settings.time_zone)
        occupancy = 1 - line.idle / line.ready_agents if line.ready_agents else None
        service = Service(
            metrics.window(now_ms),
            metrics.denominator,
            observer.longest_waiting_ms(queue_id, now_ms),
            occupancy,
        )
        broken = broken_guard(queue.settings.gate.guards, service)
        closed_by = broken.name if broken is not None else None
        if closed_by != queue.gate.closed_by:
            changes.append(
                GuardChanged(
                    event_id="",
                    at_ms=now_ms,
                    source="engine/follower",
                    queue_id=queue_id,
                    closed_by=closed_by,
                    measured=broken.measured if broken is not None else None,
                    limit=broken.limit if broken is not None else None,
                )
            )
    return changes
