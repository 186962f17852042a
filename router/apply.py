"""Apply: how each decision changes the state. Nothing is decided here.

Recovery, followers and the live engine all run exactly this; so a journal written under another
strategy, configuration or version of the rules gives the same live state again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agents.agent import Agent, Assignment
from config.routing import RoutingSettings
from contacts.contact import Contact
from contacts.vocabulary import AgentState, AssignmentState
from queues.contact_queue import requirement_key
from queues.forecast import updated_mean_ms
from router import decisions as d
from router.deadlines import DeadlineKind
from router.events import Event
from router.receipts import receipt_of
from router.records import Record
from router.state import EVERY_QUEUE, Override, RoutingState


def apply_record(state: RoutingState, record: Record) -> None:
    """Bring the state to where it was after `record`."""
    event = record.event
    begin(state, max(event.at_ms, state.now_ms))
    for decision in record.decisions:
        APPLY[type(decision)](state, decision)
    finish(state, event, record.decisions)


def begin(state: RoutingState, at_ms: int) -> None:
    """Start a record at `at_ms`."""
    state.now_ms = at_ms
    state.seq += 1


def finish(state: RoutingState, event: Event | None, decisions: Sequence[d.AnyDecision]) -> None:
    """End a record: remember the answer to its event, if it has an id."""
    if event is not None and event.event_id:
        receipt = receipt_of(event.event_id, event.source, state.seq, state.now_ms, decisions)
        state.receipts.add(receipt)


# --- contacts ------------------------------------------------------------------------------


def _contact_queued(state: RoutingState, one: d.ContactQueued) -> None:
    now = state.now_ms
    contact = Contact(
        contact_id=one.contact_id,
        queue_id=one.queue_id,
        channel=one.channel,
        priority=one.priority,
        rank=one.rank,
        serial=state.next_serial(),
        bridge=one.bridge,
        arrived_at_ms=now,
        waiting_since_ms=now - one.wait_credit_ms,
        queued_at_ms=now,
        give_up_at_ms=one.give_up_at_ms,
        extra=requirement_key(one.requires) if one.requires else "",
        requires=one.requires,
        reason=one.reason,
        customer_id=one.customer_id,
        value_milli=one.value_milli,
        may_market=one.may_market,
    )
    state.contacts[one.contact_id] = contact
    state.matcher.add_contact(contact)
    if one.give_up_at_ms is not None:
        state.set_give_up_deadline(contact)


def _contact_requeued(state: RoutingState, one: d.ContactRequeued) -> None:
    contact = state.contacts[one.contact_id]
    left_queue_id = contact.queue_id
    if contact.agent_id is None:
        state.matcher.remove_contact(contact)
    if one.new_entry:
        contact.queued_at_ms = state.now_ms
        contact.leg += 1
        contact.rona_count = 0
    contact.agent_id = None
    contact.queue_id = one.queue_id
    contact.channel = one.channel
    contact.priority = one.priority
    contact.rank = one.rank
    contact.revision = one.revision
    contact.give_up_at_ms = one.give_up_at_ms
    state.matcher.add_contact(contact)
    state.set_give_up_deadline(contact)
    _forget_empty_queue(state, left_queue_id)


def _contact_reserved(state: RoutingState, one: d.ContactReserved) -> None:
    contact = state.contacts[one.contact_id]
    agent = state.agents[one.agent_id]
    state.matcher.remove_contact(contact)
    contact.agent_id = one.agent_id
    contact.revision = one.revision
    contact.channel = state.queues[one.queue_id].settings.channel
    agent.offered_serial = state.next_serial()
    assignment = Assignment(
        contact_id=one.contact_id,
        agent_id=one.agent_id,
        queue_id=one.queue_id,
        channel=contact.channel,
        revision=one.revision,
        leg=contact.leg,
        state=AssignmentState.RESERVED,
        since_ms=state.now_ms,
        until_ms=one.expires_at_ms,
        queued_at_ms=contact.queued_at_ms,
        rona_count=contact.rona_count,
        bridge=contact.bridge,
        reason=contact.reason,
        customer_id=contact.customer_id,
        value_milli=contact.value_milli,
        may_market=contact.may_market,
    )
    agent.assignments[one.contact_id] = assignment
    state.set_assignment_deadline(assignment)
    if contact.give_up_at_ms is not None:
        state.set_give_up_deadline(contact)
    state.matcher.refresh(agent)


def _reservation_timed_out(state: RoutingState, one: d.ReservationTimedOut) -> None:
    agent = state.agents[one.agent_id]
    if one.charged:
        state.contacts[one.contact_id].rona_count += 1
        agent.unconfirmed = 0
    else:
        agent.unconfirmed += 1
        agent.idle_since_ms = state.now_ms
    _give_back(state, agent, one.contact_id, one.rank, one.revision)


def _reservation_withdrawn(state: RoutingState, one: d.ReservationWithdrawn) -> None:
    _give_back(state, state.agents[one.agent_id], one.contact_id, one.rank, one.revision)


def _give_back(
    state: RoutingState, agent: Agent, contact_id: str, rank: int, revision: int
) -> None:
    _drop_assignment(state, agent, contact_id)
    contact = state.contacts[contact_id]
    contact.agent_id = None
    contact.rank = rank
    contact.revision = revision
    state.matcher.add_contact(contact)
    if contact.give_up_at_ms is not None:
        state.set_give_up_deadline(contact)


def _drop_assignment(state: RoutingState, agent: Agent, contact_id: str) -> None:
    del agent.assignments[contact_id]
    state.deadlines.cancel((DeadlineKind.ASSIGNMENT, contact_id, agent.agent_id))
    state.matcher.refresh(agent)


def _assignment_changed(state: RoutingState, one: d.AssignmentChanged) -> None:
    agent = state.agents[one.agent_id]
    assignment = agent.assignments[one.contact_id]
    now = state.now_ms
    was_waiting = assignment.is_unanswered
    assignment.enter(one.state, now)
    assignment.until_ms = one.until_ms
    state.set_assignment_deadline(assignment)
    if one.disposition is not None:
        assignment.disposition = one.disposition
    match one.state:
        case AssignmentState.RINGING:
            agent.unconfirmed = 0
        case AssignmentState.TALK if was_waiting:
            assignment.accepted_at_ms = now
            agent.accepted_count += 1
            agent.unconfirmed = 0
        case AssignmentState.MARKETING:
            assignment.marketed = True
        case AssignmentState.WRAP_UP:
            assignment.wrap_up_extended_ms = one.extended_ms
            if assignment.ended_at_ms is None:
                assignment.ended_at_ms = now
                _let_go(state, assignment)
        case AssignmentState.CLOSED:
            _drop_assignment(state, agent, one.contact_id)
        case _:
            pass


def _let_go(state: RoutingState, assignment: Assignment) -> None:
    """End the contact's own life, unless it goes on elsewhere (a transfer is requeued first)."""
    contact = state.contacts.get(assignment.contact_id)
    if contact is not None and _is_held_by(contact, assignment):
        del state.contacts[assignment.contact_id]


def _is_held_by(contact: Contact, assignment: Assignment) -> bool:
    return contact.agent_id == assignment.agent_id and contact.leg == assignment.leg


def _outcome_recorded(state: RoutingState, one: d.OutcomeRecorded) -> None:
    contact = state.contacts.get(one.contact_id)
    if one.agent_id is not None:
        agent = state.agents[one.agent_id]
        assignment = agent.assignments[one.contact_id]
        _learn_handle_time(state, agent, one)
        _let_go(state, assignment)
        agent.idle_since_ms = state.now_ms
        _drop_assignment(state, agent, one.contact_id)
    elif one.final and contact is not None and contact.leg == one.leg:
        if contact.agent_id is None:
            state.matcher.remove_contact(contact)
        state.deadlines.cancel((DeadlineKind.GIVE_UP, one.contact_id, ""))
        del state.contacts[one.contact_id]
    _forget_empty_queue(state, one.queue_id)


def _learn_handle_time(state: RoutingState, agent: Agent, one: d.OutcomeRecorded) -> None:
    handle_ms = one.talk_ms + one.hold_ms + one.wrap_up_ms
    agent.busy_ms += handle_ms + one.marketing_ms
    agent.handle_mean_ms = updated_mean_ms(agent.handle_mean_ms, handle_ms)
    queue = state.queues.get(one.queue_id)
    if queue is not None:
        queue.handle_mean_ms = updated_mean_ms(queue.handle_mean_ms, handle_ms)


def _forget_empty_queue(state: RoutingState, queue_id: str) -> None:
    queue = state.queues.get(queue_id)
    if queue is None or not queue.is_removed or queue.waiting:
        return
    if not any(one.queue_id == queue_id for one in state.contacts.values()):
        state.set_drain(queue, None)
        state.matcher.remove_queue(queue_id)


# --- agents --------------------------------------------------------------------------------


def _agent_session_started(state: RoutingState, one: d.AgentSessionStarted) -> None:
    agent = state.agents.get(one.agent_id)
    if agent is None:
        agent = state.agents[one.agent_id] = Agent(
            agent_id=one.agent_id,
            serial=state.next_serial(),
            session=one.session,
            skills=one.skills,
            capacity=one.capacity,
        )
    agent.session = one.session
    agent.skills = one.skills
    agent.capacity = one.capacity
    agent.team = one.team
    agent.signed_in_at_ms = state.now_ms
    agent.idle_since_ms = state.now_ms
    agent.busy_ms = 0
    agent.unconfirmed = 0
    _end_loss(state, agent)
    state.matcher.place_agent(agent)
    state.matcher.refresh(agent)


def _agent_returned(state: RoutingState, one: d.AgentReturned) -> None:
    agent = state.agents[one.agent_id]
    agent.session = one.session
    _end_loss(state, agent)
    _refresh(state, agent)


def _end_loss(state: RoutingState, agent: Agent) -> None:
    agent.lost_until_ms = None
    state.deadlines.cancel((DeadlineKind.AGENT_GRACE, agent.agent_id, ""))


def _agent_vanished(state: RoutingState, one: d.AgentVanished) -> None:
    agent = state.agents[one.agent_id]
    agent.lost_until_ms = one.until_ms
    state.deadlines.set((DeadlineKind.AGENT_GRACE, one.agent_id, ""), one.until_ms)
    _refresh(state, agent)


def _agent_state_changed(state: RoutingState, one: d.AgentStateChanged) -> None:
    agent = state.agents[one.agent_id]
    agent.state = one.state
    agent.reason = one.reason
    agent.since_ms = state.now_ms
    if one.state is AgentState.READY:
        agent.idle_since_ms = state.now_ms
    if one.state is AgentState.SIGNED_OUT:
        _end_loss(state, agent)
    _refresh(state, agent)


def _refresh(state: RoutingState, agent: Agent) -> None:
    state.matcher.count_agent(agent)
    state.matcher.refresh(agent)


# --- the engine itself ---------------------------------------------------------------------


def _queue_switched(state: RoutingState, one: d.QueueSwitched) -> None:
    queue = state.queues[one.queue_id]
    queue.is_open = one.is_open
    state.set_drain(queue, state.now_ms + 1 if one.drain else None)


def _timers_paused(state: RoutingState, one: d.TimersPaused) -> None:
    state.paused_since_ms = state.now_ms


def _timers_resumed(state: RoutingState, one: d.TimersResumed) -> None:
    state.paused_since_ms = None
    for agent in state.agents.values():
        if agent.lost_until_ms is not None:
            agent.lost_until_ms += one.shift_ms
            key = (DeadlineKind.AGENT_GRACE, agent.agent_id, "")
            state.deadlines.set(key, agent.lost_until_ms)
        for assignment in agent.assignments.values():
            if assignment.until_ms is not None:
                assignment.until_ms += min(one.shift_ms, state.now_ms - assignment.since_ms)
                state.set_assignment_deadline(assignment)


def _epoch_began(state: RoutingState, one: d.EpochBegan) -> None:
    state.epoch = one.epoch


def _configuration_applied(state: RoutingState, one: d.ConfigurationApplied) -> None:
    settings = RoutingSettings.model_validate(one.settings)
    state.settings = settings
    state.receipts.size = settings.limits.remembered_events
    state.matcher.exclusive = frozenset(settings.limits.exclusive_channels)
    wanted = {queue.queue_id for queue in settings.queues}
    for queue_settings in settings.queues:
        queue = state.matcher.configure_queue(queue_settings)
        if queue.is_removed:
            queue.is_removed, queue.is_open = False, True
    for queue_id in [one for one in state.queues if one not in wanted]:
        state.queues[queue_id].is_removed = True
        state.queues[queue_id].is_open = False
        _forget_empty_queue(state, queue_id)
    for queue in state.queues.values():
        drains = queue.turns_away and queue.waiting > 0
        state.set_drain(queue, state.now_ms + 1 if drains else None)
    _configure_agents(state, settings)
    state.matcher.reconnect(state.agents)
    state.note_latching()


def _configure_agents(state: RoutingState, settings: RoutingSettings) -> None:
    state.listed = {agent.agent_id: agent for agent in settings.agents}
    for listed in settings.agents:
        agent = state.agents.get(listed.agent_id)
        if agent is None:
            continue
        agent.team = listed.team
        if agent.skills != listed.skills or agent.capacity != listed.capacity:
            agent.skills = dict(listed.skills)
            agent.capacity = dict(listed.capacity)
            state.matcher.place_agent(agent)


# --- the gate ------------------------------------------------------------------------------


def _gate_forced(state: RoutingState, one: d.GateForced) -> None:
    key = one.queue_id or EVERY_QUEUE
    if one.mode is None:
        state.overrides.pop(key, None)
    else:
        state.overrides[key] = Override(one.mode, one.until_ms, one.by)


def _emergency_set(state: RoutingState, one: d.EmergencySet) -> None:
    state.emergency = one.reason


def _prices_set(state: RoutingState, one: d.PricesSet) -> None:
    gate = state.queues[one.queue_id].gate
    gate.first, gate.prices_milli = one.first, one.prices_milli


def _guard_set(state: RoutingState, one: d.GuardSet) -> None:
    state.queues[one.queue_id].gate.closed_by = one.closed_by


def _gate_latched(state: RoutingState, one: d.GateLatched) -> None:
    state.queues[one.queue_id].gate.is_latched_open = one.is_open


def _nothing(state: RoutingState, one: d.Decision) -> None:
    """A word to somebody; the state stays as it is."""


APPLY: dict[type[d.Decision], Callable[[RoutingState, Any], None]] = {
    d.ContactQueued: _contact_queued,
    d.ContactRequeued: _contact_requeued,
    d.ContactReserved: _contact_reserved,
    d.ReservationTimedOut: _reservation_timed_out,
    d.ReservationWithdrawn: _reservation_withdrawn,
    d.AssignmentChanged: _assignment_changed,
    d.OutcomeRecorded: _outcome_recorded,
    d.AgentSessionStarted: _agent_session_started,
    d.AgentReturned: _agent_returned,
    d.AgentVanished: _agent_vanished,
    d.AgentStateChanged: _agent_state_changed,
    d.QueueSwitched: _queue_switched,
    d.TimersPaused: _timers_paused,
    d.TimersResumed: _timers_resumed,
    d.EpochBegan: _epoch_began,
    d.ConfigurationApplied: _configuration_applied,
    d.EventRejected: _nothing,
    d.ContactRefused: _nothing,
    d.ContactDiverted: _nothing,
    d.MarketingDecided: _nothing,
    d.MarketingClosing: _nothing,
    d.AssignmentRestated: _nothing,
    d.GateForced: _gate_forced,
    d.EmergencySet: _emergency_set,
    d.PricesSet: _prices_set,
    d.GuardSet: _guard_set,
    d.GateLatched: _gate_latched,
}
