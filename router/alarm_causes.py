"""What is worth an alarm now, from a follower's state and figures.

Costs time in proportion to queues and to what is wrong, not to agents or contacts.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.alarms import AlarmSettings
from queues.contact_queue import ContactQueue
from queues.metrics import QueueMetrics
from router.alarm_watch import AlarmCode, Cause
from router.observer import Observer
from router.standing import Standing
from router.state import RoutingState

ENGINE = "engine"


def causes(
    settings: AlarmSettings,
    state: RoutingState,
    observer: Observer,
    standing: Standing,
    now_ms: int,
) -> Iterator[Cause]:
    """Yield what is wrong at `now_ms` and not switched off."""
    yield from _of_engine(settings, state)
    for queue in state.queues.values():
        if not queue.is_removed:
            yield from _of_queue(settings, queue, observer, now_ms)
            yield from _of_guard(settings, queue, standing)
    if settings.bridge_silent:
        for bridge in state.silent_bridges:
            since_ms = standing.silent_bridges.get(bridge, state.now_ms)
            yield Cause(
                code="bridge_silent",
                subject=bridge,
                severity="critical",
                since_ms=since_ms,
                values={"bridge": bridge},
            )
    yield from _of_agents(settings, state, standing)
    yield from _of_wrap_ups(settings, state, standing, now_ms)


def _of_engine(settings: AlarmSettings, state: RoutingState) -> Iterator[Cause]:
    if settings.emergency and state.emergency is not None:
        yield Cause(
            code="emergency",
            subject=ENGINE,
            severity="critical",
            since_ms=state.emergency_since_ms or state.now_ms,
            values={"reason": state.emergency, "by": state.emergency_by},
        )
    if settings.engine_paused and state.paused_since_ms is not None:
        yield Cause(
            code="engine_paused",
            subject=ENGINE,
            severity="critical",
            since_ms=state.paused_since_ms,
        )


def _of_queue(
    settings: AlarmSettings, queue: ContactQueue, observer: Observer, now_ms: int
) -> Iterator[Cause]:
    queue_id = queue.settings.queue_id
    metrics = observer.queues.get(queue_id)
    if settings.service_level_low and metrics is not None:
        yield from _service_level(settings, queue, metrics, now_ms)
    longest_ms = observer.longest_waiting_ms(queue_id, now_ms)
    if settings.longest_wait_ms and longest_ms > settings.longest_wait_ms:
        yield Cause(
            code="longest_wait_high",
            subject=queue_id,
            queue_id=queue_id,
            values={"longest_wait_ms": longest_ms, "limit_ms": settings.longest_wait_ms},
        )
    unstaffed = queue.waiting and queue.is_open and not queue.lines[""].signed_in_agents
    if settings.nobody_signed_in and unstaffed:
        yield Cause(
            code="nobody_signed_in",
            subject=queue_id,
            severity="critical",
            queue_id=queue_id,
            values={"waiting": queue.waiting},
        )


def _service_level(
    settings: AlarmSettings, queue: ContactQueue, metrics: QueueMetrics, now_ms: int
) -> Iterator[Cause]:
    counts, target = metrics.window(now_ms), queue.settings.service_level.target_ratio
    level = counts.service_level_ratio(metrics.denominator)
    if level is None or counts.arrived < settings.service_level_min_arrived or level >= target:
        return
    yield Cause(
        code="service_level_low",
        subject=queue.settings.queue_id,
        queue_id=queue.settings.queue_id,
        values={
            "service_level_ratio": round(level, 4),
            "target_ratio": target,
            "arrived": counts.arrived,
        },
    )


def _of_guard(settings: AlarmSettings, queue: ContactQueue, standing: Standing) -> Iterator[Cause]:
    guard, queue_id = standing.guard_of(queue), queue.settings.queue_id
    if not settings.guard_active or guard is None:
        return
    measured = {"measured": guard.measured, "limit": guard.limit}
    yield Cause(
        code="guard_active",
        subject=queue_id,
        since_ms=guard.since_ms,
        queue_id=queue_id,
        values={"guard": guard.name} | {n: one for n, one in measured.items() if one is not None},
    )


def _of_agents(settings: AlarmSettings, state: RoutingState, standing: Standing) -> Iterator[Cause]:
    kinds: tuple[tuple[bool, AlarmCode, dict[str, int]], ...] = (
        (settings.agent_lost, "agent_lost", standing.lost_agents),
        (settings.rona, "rona", standing.did_not_answer),
    )
    for is_on, code, agents in kinds:
        for agent_id, since_ms in agents.items() if is_on else ():
            if agent_id in state.agents:
                yield Cause(code=code, subject=agent_id, since_ms=since_ms, agent_id=agent_id)


def _of_wrap_ups(
    settings: AlarmSettings, state: RoutingState, standing: Standing, now_ms: int
) -> Iterator[Cause]:
    for one in standing.wrap_ups.values():
        if not settings.wrap_up_ms or now_ms - one.since_ms <= settings.wrap_up_ms:
            return
        assignment = state.assignment(one.contact_id, one.agent_id)
        yield Cause(
            code="wrap_up_long",
            subject=one.contact_id,
            since_ms=one.since_ms,
            queue_id=assignment.queue_id if assignment is not None else None,
            agent_id=one.agent_id,
            values={"contact_id": one.contact_id, "limit_ms": settings.wrap_up_ms},
        )
