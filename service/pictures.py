"""Pictures of queues for readers, made from a follower's state."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import NamedTuple

from bus.snapshot_parts import (
    GateNow,
    GuardNow,
    MarketingFigures,
    OverrideNow,
    PeriodFigures,
    WaitingContact,
)
from bus.snapshots import DaySnapshot, MarketingSnapshot, QueueSnapshot, WaitingSnapshot
from contacts.contact import Contact
from queues.contact_queue import ContactQueue
from queues.day_slots import SLOT_MS
from queues.metrics import WINDOW_MS, QueueCounts, QueueMetrics
from router.gatekeeper import quote_of
from router.marketing_day import DOMAIN
from router.observer import Observer
from router.standing import Standing
from router.state import RoutingState
from service.in_hand import InHand
from service.shown_modes import ShownModes

MOST_WAITING_SHOWN = 50


class View(NamedTuple):
    """What a follower knows: the state, and what it has made of the records."""

    state: RoutingState
    observer: Observer
    standing: Standing
    in_hand: InHand
    modes: ShownModes


def queue_picture(view: View, queue: ContactQueue, now_ms: int) -> QueueSnapshot:
    """Show one queue as it is at `now_ms`; the mode is seen anew."""
    state, observer, settings = view.state, view.observer, queue.settings
    queue_id = settings.queue_id
    mode, reason = view.modes.see(state, queue, now_ms)
    line = queue.lines[""]
    metrics = observer.queues.get(queue_id) or QueueMetrics(settings.time_zone)
    half_start_ms, half = metrics.half_hour(now_ms)
    position = queue.waiting + 1
    return QueueSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        queue_id=queue_id,
        name=settings.name,
        is_open=queue.is_open,
        mode=mode,
        mode_reason=reason,
        price_milli=quote_of(queue, state.now_ms).price_milli,
        marketing=line.marketing_agents,
        waiting=queue.waiting,
        longest_wait_ms=observer.longest_waiting_ms(queue_id, now_ms),
        reserved=view.in_hand.reserved[queue_id],
        in_service=view.in_hand.in_service[queue_id],
        staffed=line.signed_in_agents,
        available=line.idle,
        occupancy_ratio=line.occupancy_ratio,
        estimated_wait_ms=queue.expected_wait_ms(position, line),
        sliding=_figures(metrics, now_ms - WINDOW_MS, metrics.window(now_ms)),
        half_hour=_figures(metrics, half_start_ms, half),
        today=_figures(metrics, metrics.local.day_start_ms(now_ms), metrics.today(now_ms)),
        marketing_today=_marketing(observer, queue_id, now_ms),
        gate=_gate(view, queue),
        service_level_target_ratio=settings.service_level.target_ratio,
        threshold_ms=settings.service_level.threshold_ms,
        disposition_codes=settings.disposition_codes,
    )


def _gate(view: View, queue: ContactQueue) -> GateNow:
    queue_id = queue.settings.queue_id
    override, guard = view.state.override(queue_id), view.standing.guard_of(queue)
    return GateNow(
        policy=queue.settings.gate.policy,
        value_milli=queue.settings.gate.value_milli,
        override=None
        if override is None
        else OverrideNow(mode=override.mode, until_ms=override.until_ms, by=override.by),
        guard=None
        if guard is None
        else GuardNow(
            name=guard.name, since_ms=guard.since_ms, measured=guard.measured, limit=guard.limit
        ),
        changes=list(view.modes.changes.get(queue_id, ())),
    )


def waiting_picture(state: RoutingState, queue: ContactQueue, now_ms: int) -> WaitingSnapshot:
    """Show who waits in a queue, the first by rank."""
    places = merge(*(line.order for line in queue.lines.values()))
    contacts = (state.contacts[place[2]] for place in islice(places, MOST_WAITING_SHOWN))
    return WaitingSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        queue_id=queue.settings.queue_id,
        total=queue.waiting,
        contacts=[_waiting_contact(one) for one in contacts],
    )


def day_picture(state: RoutingState, observer: Observer, queue_id: str, now_ms: int) -> DaySnapshot:
    """Show a queue's day."""
    today = observer.today
    day_ms, slots = today.slots.read(queue_id, today.marketing.midnights_of(queue_id), now_ms)
    return DaySnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        queue_id=queue_id,
        slot_ms=SLOT_MS,
        from_ms=day_ms,
        slots=slots.listed(day_ms, now_ms),
    )


def marketing_picture(state: RoutingState, observer: Observer, now_ms: int) -> MarketingSnapshot:
    """Show what came of marketing in the whole domain today."""
    today = observer.today
    since_ms, sums = today.marketing.sums.read(DOMAIN, today.local, now_ms)
    return MarketingSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        since_ms=since_ms,
        presented=sums.presented,
        accepted=sums.accepted,
        interested=sums.interested,
        declined=sums.declined,
        not_now=sums.not_now,
        never_again=sums.never_again,
        value_milli=sums.value_milli,
        barred=dict(sums.barred),
    )


def _waiting_contact(one: Contact) -> WaitingContact:
    return WaitingContact(
        contact_id=one.contact_id,
        queued_at_ms=one.queued_at_ms,
        priority=one.priority,
        reason=one.reason,
        customer_id=one.customer_id,
        requires=sorted(one.requires or ()),
    )


def _marketing(observer: Observer, queue_id: str, now_ms: int) -> MarketingFigures:
    marketing = observer.today.marketing
    _, sums = marketing.sums.read(queue_id, marketing.midnights_of(queue_id), now_ms)
    return MarketingFigures(
        presented=sums.presented,
        accepted=sums.accepted,
        interested=sums.interested,
        declined=sums.declined,
        value_milli=sums.value_milli,
        barred=dict(sums.barred),
    )


def _figures(metrics: QueueMetrics, since_ms: int, counts: QueueCounts) -> PeriodFigures:
    return PeriodFigures(
        since_ms=since_ms,
        arrived=counts.arrived,
        accepted=counts.accepted,
        abandoned=counts.abandoned,
        short_abandoned=counts.short_abandoned,
        service_level_ratio=counts.service_level_ratio(metrics.denominator),
        asa_ms=counts.asa_ms,
        aht_ms=counts.aht_ms,
    )
