"""Pictures: snapshots of queues and agents for readers, made from a follower's state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from agents.agent import Agent, Assignment
from bus.snapshots import AgentContact, AgentSnapshot, PeriodFigures, QueueSnapshot
from contacts.vocabulary import AgentState, Mode
from gate.display import DisplayedMode
from queues.contact_queue import ContactQueue
from queues.metrics import WINDOW_MS, QueueCounts, QueueMetrics
from router.decisions import MarketingDecided
from router.gatekeeper import decide, quote_of, usual_answer, value_of
from router.observer import Observer
from router.offers import Offers
from router.state import RoutingState
from service.offer_pictures import round_picture


class InHand:
    """How many contacts of each queue agents have: not answered yet, and with the customer."""

    def __init__(self, agents: Iterable[Agent]) -> None:
        self.reserved: Counter[str] = Counter()
        self.in_service: Counter[str] = Counter()
        for agent in agents:
            for assignment in agent.assignments.values():
                if assignment.is_unanswered:
                    self.reserved[assignment.queue_id] += 1
                elif assignment.is_with_customer:
                    self.in_service[assignment.queue_id] += 1


Shown = tuple[Mode, str]
"""A mode to show, and why: a code as in a gate's decision."""


class ShownModes:
    """The mode shown for each queue and each contact: steadier than the gate's single decisions."""

    def __init__(self) -> None:
        self._modes: dict[str, DisplayedMode] = {}
        self._contacts: dict[str, tuple[DisplayedMode, str]] = {}

    def see(self, state: RoutingState, queue: ContactQueue) -> Shown:
        """Return the mode to show now for a queue."""
        load = queue.waiting - queue.lines[""].idle
        gap = queue.settings.gate.display_gap
        shown = self._modes.setdefault(queue.settings.queue_id, DisplayedMode(gap))
        shown.gap = gap
        shown.see(load, lambda at: usual_answer(state, queue, at)[0])
        return _mode(shown), usual_answer(state, queue, load)[1]

    def see_contacts(self, state: RoutingState) -> set[str]:
        """Follow the mode of every contact in hand; return the agents for whom one changed."""
        changed, answers, seen = set(), _Answers(state), self._contacts
        self._contacts = {}
        for agent in state.agents.values():
            for one in agent.assignments.values():
                if not one.is_with_customer:
                    continue
                shown, reason = seen.get(one.contact_id) or (DisplayedMode(gap=0), "")
                shown.gap = answers.gap(one)
                is_new = shown.see(0, partial(answers.is_open, agent, one)) or not reason
                now = answers.why(agent, one)
                if is_new or now != reason:
                    changed.add(agent.agent_id)
                self._contacts[one.contact_id] = shown, now
        return changed

    def of_contact(self, contact_id: str) -> Shown | None:
        """Return the mode last seen of a contact in hand."""
        found = self._contacts.get(contact_id)
        return None if found is None else (_mode(found[0]), found[1])


class _Answers:
    """What the gate would answer now; asked once for all whose answer must be the same."""

    def __init__(self, state: RoutingState) -> None:
        self._state = state
        self._known: dict[tuple[object, ...], MarketingDecided] = {}

    def gap(self, one: Assignment) -> int:
        queue = self._state.queues.get(one.queue_id)
        return queue.settings.gate.display_gap if queue is not None else 0

    def is_open(self, agent: Agent, one: Assignment, more_load: int) -> bool:
        return self._ask(agent, one, more_load).granted

    def why(self, agent: Agent, one: Assignment) -> str:
        return self._ask(agent, one, 0).reason

    def _value(self, one: Assignment) -> int | None:
        queue = self._state.queues.get(one.queue_id)
        return None if queue is None else value_of(self._state, one, queue.settings.gate)

    def _ask(self, agent: Agent, one: Assignment, more_load: int) -> MarketingDecided:
        pool = self._state.matcher.pool_of(agent)
        key = (pool, one.queue_id, self._value(one), one.may_market, more_load)
        answer = self._known.get(key)
        if answer is None:
            answer = self._known[key] = decide(self._state, one, more_load)
        return answer


def _mode(shown: DisplayedMode) -> Mode:
    return Mode.MARKETING if shown.is_marketing else Mode.SERVING


def queue_picture(
    state: RoutingState,
    observer: Observer,
    queue_id: str,
    in_hand: InHand,
    modes: ShownModes,
    now_ms: int,
) -> QueueSnapshot:
    """Show one queue as it is at `now_ms`."""
    queue = state.queues[queue_id]
    mode, reason = modes.see(state, queue)
    line = queue.lines[""]
    metrics = observer.queues.get(queue_id) or QueueMetrics(queue.settings.time_zone)
    half_start_ms, half = metrics.half_hour(now_ms)
    position = queue.waiting + 1
    return QueueSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        queue_id=queue_id,
        is_open=queue.is_open,
        mode=mode,
        mode_reason=reason,
        price_milli=quote_of(queue, state.now_ms).price_milli,
        marketing=line.marketing_agents,
        waiting=queue.waiting,
        longest_wait_ms=observer.longest_waiting_ms(queue_id, now_ms),
        reserved=in_hand.reserved[queue_id],
        in_service=in_hand.in_service[queue_id],
        staffed=line.signed_in_agents,
        available=line.idle,
        occupancy_ratio=line.occupancy_ratio,
        estimated_wait_ms=queue.expected_wait_ms(position, line),
        sliding=_figures(metrics, now_ms - WINDOW_MS, metrics.window(now_ms)),
        half_hour=_figures(metrics, half_start_ms, half),
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


def agent_picture(
    state: RoutingState, agent: Agent, modes: ShownModes, now_ms: int
) -> AgentSnapshot:
    """Show one agent as it is at `now_ms`."""
    return AgentSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        agent_id=agent.agent_id,
        state=agent.state,
        since_ms=agent.since_ms,
        reason=agent.reason,
        has_session=agent.state is not AgentState.SIGNED_OUT,
        lost=agent.lost_until_ms is not None,
        contacts=[_contact(state.offers, one, modes) for one in agent.assignments.values()],
        state_by=agent.state_by,
    )


def _contact(offers: Offers, one: Assignment, modes: ShownModes) -> AgentContact:
    mode, reason = modes.of_contact(one.contact_id) or (None, None)
    return AgentContact(
        contact_id=one.contact_id,
        queue_id=one.queue_id,
        state=one.state,
        since_ms=one.since_ms,
        until_ms=one.until_ms,
        revision=one.revision,
        customer_id=one.customer_id,
        reason=one.reason,
        mode=mode,
        mode_reason=reason,
        round=round_picture(offers, one),
    )
