"""What decisions about contacts and assignments change."""

from __future__ import annotations

from agents.agent import Agent, Assignment
from contacts.contact import Contact
from contacts.vocabulary import AssignmentState
from queues.contact_queue import requirement_key
from queues.forecast import updated_mean_ms
from router import decisions as d
from router.deadlines import DeadlineKind
from router.state import RoutingState


def contact_queued(state: RoutingState, one: d.ContactQueued) -> None:
    """A new contact waits."""
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


def contact_requeued(state: RoutingState, one: d.ContactRequeued) -> None:
    """A known contact waits again, perhaps in another queue."""
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
    forget_empty_queue(state, left_queue_id)


def contact_reserved(state: RoutingState, one: d.ContactReserved) -> None:
    """A contact is in an agent's hands, not answered yet."""
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


def reservation_timed_out(state: RoutingState, one: d.ReservationTimedOut) -> None:
    """No answer: the contact waits again; the agent is charged, or comes last from now on."""
    agent = state.agents[one.agent_id]
    if one.charged:
        state.contacts[one.contact_id].rona_count += 1
        agent.unconfirmed = 0
    else:
        agent.unconfirmed += 1
        agent.idle_since_ms = state.now_ms
    _give_back(state, agent, one.contact_id, one.rank, one.revision)


def reservation_withdrawn(state: RoutingState, one: d.ReservationWithdrawn) -> None:
    """The contact waits again, without blame."""
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
    assignment = agent.assignments.pop(contact_id)
    if assignment.round_id is not None:
        state.offers.in_hand.pop(assignment.round_id, None)
    if assignment.state is AssignmentState.MARKETING:
        state.matcher.count_agent(agent)
    if assignment.until_ms is not None:
        state.deadlines.cancel((DeadlineKind.ASSIGNMENT, contact_id, agent.agent_id))
    state.matcher.refresh(agent)


def assignment_changed(state: RoutingState, one: d.AssignmentChanged) -> None:
    """An assignment enters its next state."""
    agent = state.agents[one.agent_id]
    assignment = agent.assignments[one.contact_id]
    was_marketing = assignment.state is AssignmentState.MARKETING
    assignment.enter(one.state, state.now_ms)
    if one.until_ms != assignment.until_ms:
        assignment.until_ms = one.until_ms
        state.set_assignment_deadline(assignment)
    if one.disposition is not None:
        assignment.disposition = one.disposition
    if one.state is not AssignmentState.SERVICE_COMPLETE:
        _note_entry(state, agent, assignment, one)
    if was_marketing:
        state.matcher.count_agent(agent)


def _note_entry(
    state: RoutingState, agent: Agent, assignment: Assignment, one: d.AssignmentChanged
) -> None:
    """Take down what entering a state means beyond the state itself."""
    match one.state:
        case AssignmentState.TALK:
            if assignment.accepted_at_ms is None:
                assignment.accepted_at_ms = state.now_ms
                agent.accepted_count += 1
                state.handled.add(one.contact_id)
                agent.unconfirmed = 0
        case AssignmentState.MARKETING:
            assignment.marketed = True
            state.matcher.count_agent(agent)
        case AssignmentState.WRAP_UP:
            assignment.wrap_up_extended_ms = one.extended_ms
            if assignment.ended_at_ms is None:
                assignment.ended_at_ms = state.now_ms
                _let_go(state, assignment)
        case AssignmentState.RINGING:
            agent.unconfirmed = 0
        case AssignmentState.CLOSED:
            _drop_assignment(state, agent, one.contact_id)
        case _:
            pass


def disposition_noted(state: RoutingState, one: d.DispositionNoted) -> None:
    """The agent said what came of the contact; what is said last counts."""
    assignment = state.agents[one.agent_id].assignments[one.contact_id]
    if one.disposition_code is not None:
        assignment.disposition_code = one.disposition_code
    if one.note is not None:
        assignment.note = one.note


def marketing_reported(state: RoutingState, one: d.MarketingReported) -> None:
    """Part of the talk was marketing."""
    assignment = state.agents[one.agent_id].assignments[one.contact_id]
    assignment.enter(assignment.state, state.now_ms)
    assignment.talk_ms -= one.marketing_ms
    assignment.marketing_ms += one.marketing_ms
    assignment.marketed = True


def _let_go(state: RoutingState, assignment: Assignment) -> None:
    """End the contact's own life, unless it goes on elsewhere (a transfer is requeued first)."""
    contact = state.contacts.get(assignment.contact_id)
    if contact is not None and _is_held_by(contact, assignment):
        del state.contacts[assignment.contact_id]
        state.offers.contexts.pop(assignment.contact_id, None)


def _is_held_by(contact: Contact, assignment: Assignment) -> bool:
    return contact.agent_id == assignment.agent_id and contact.leg == assignment.leg


def outcome_recorded(state: RoutingState, one: d.OutcomeRecorded) -> None:
    """A leg is over: what it says is learned, the assignment and perhaps the contact are gone."""
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
        if contact.give_up_at_ms is not None:
            state.deadlines.cancel((DeadlineKind.GIVE_UP, one.contact_id, ""))
        del state.contacts[one.contact_id]
        state.offers.contexts.pop(one.contact_id, None)
    forget_empty_queue(state, one.queue_id)


def _learn_handle_time(state: RoutingState, agent: Agent, one: d.OutcomeRecorded) -> None:
    handle_ms = one.talk_ms + one.hold_ms + one.wrap_up_ms
    agent.busy_ms += handle_ms + one.marketing_ms
    agent.handle_mean_ms = updated_mean_ms(agent.handle_mean_ms, handle_ms)
    queue = state.queues.get(one.queue_id)
    if queue is not None:
        queue.handle_mean_ms = updated_mean_ms(queue.handle_mean_ms, handle_ms)


def forget_empty_queue(state: RoutingState, queue_id: str) -> None:
    """Drop a queue that left the configuration, once its last contact is gone."""
    queue = state.queues.get(queue_id)
    if queue is None or not queue.is_removed or queue.waiting:
        return
    if not any(one.queue_id == queue_id for one in state.contacts.values()):
        state.set_drain(queue, None)
        state.matcher.remove_queue(queue_id)
