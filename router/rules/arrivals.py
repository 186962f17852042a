"""Arrivals: a contact asks for a queue, is queued or refused, and may leave again while waiting."""

from __future__ import annotations

from contacts.contact import Contact
from contacts.vocabulary import AssignmentState, Disposition, Mode, Refusal, Rejection
from queues.contact_queue import ContactQueue
from queues.line import WaitingLine
from queues.ranking import rank_of
from router import events as e
from router.decisions import (
    AssignmentChanged,
    ContactDiverted,
    ContactQueued,
    ContactRefused,
    MarketingReported,
    OutcomeRecorded,
)
from router.marketing_decisions import CustomerContextSet
from router.rules.handling import end_with_customer
from router.turn import Refused, Turn


def contact_arrived(turn: Turn, event: e.ContactArrived) -> None:
    """Queue a new contact, or tell the PBX why not and where to send it."""
    if event.contact_id in turn.state.contacts:
        raise Refused(Rejection.CONTACT_EXISTS, event.contact_id)
    queue = find_queue(turn, event.queue_id)
    line = turn.state.matcher.line_for(queue, event.requires)
    refusal = why_refused(turn, queue, line)
    if refusal is None:
        queue_contact(turn, event, queue, line)
        return
    turn.state.matcher.drop_if_unused(queue, line)
    destination = queue.settings.destinations.get(refusal)
    turn.emit(ContactRefused(event.contact_id, event.queue_id, refusal, destination, event.source))


def find_queue(turn: Turn, queue_id: str) -> ContactQueue:
    """Return a queue by id; raises `Refused` if there is none."""
    queue = turn.state.queues.get(queue_id)
    if queue is None:
        raise Refused(Rejection.QUEUE_UNKNOWN, queue_id)
    return queue


def why_refused(turn: Turn, queue: ContactQueue, line: WaitingLine) -> Refusal | None:
    """Return why the queue takes no further contact in this line, None if it does."""
    settings = queue.settings
    if not queue.is_open:
        return Refusal.CLOSED
    if settings.refuse_without_staff and line.signed_in_agents == 0:
        return Refusal.NO_STAFF
    is_full = settings.max_waiting is not None and queue.waiting >= settings.max_waiting
    if is_full and turn.state.matcher.best_agent(line) is None:
        return Refusal.FULL
    return None


def queue_contact(
    turn: Turn, event: e.ContactArrived, queue: ContactQueue, line: WaitingLine
) -> None:
    """Let a new contact wait."""
    now = turn.state.now_ms
    settings = queue.settings
    priority = settings.priority if event.priority is None else event.priority
    rank = rank_of(settings, now - event.wait_credit_ms, priority)
    position = queue.position_for(rank)
    turn.emit(
        ContactQueued(
            event.contact_id,
            event.queue_id,
            settings.channel,
            priority,
            rank,
            event.requires,
            event.wait_credit_ms,
            event.source,
            None if settings.max_wait_ms is None else now + settings.max_wait_ms,
            position,
            queue.expected_wait_ms(position, line),
            event.reason,
            event.customer_id,
            event.value_milli,
            event.may_market,
        )
    )
    if event.context is not None:
        turn.emit(CustomerContextSet(event.contact_id, event.context))


def contact_ended(turn: Turn, event: e.ContactEnded) -> None:
    """The customer is gone: abandoned, or the agent's wrap-up begins."""
    contact = turn.state.contacts.get(event.contact_id)
    if contact is None:
        raise Refused(Rejection.CONTACT_UNKNOWN, event.contact_id)
    if event.marketing_ms and contact.agent_id is not None:
        report_marketing(turn, event, contact.agent_id)
    end_contact(turn, contact, Disposition.ABANDONED, Disposition.COMPLETED)


def report_marketing(turn: Turn, event: e.ContactEnded, agent_id: str) -> None:
    """Count the end of the talk as marketing, at most all of it; what was timed here stands."""
    assignment = turn.state.agents[agent_id].assignments[event.contact_id]
    talk_ms = assignment.phases_ms(turn.state.now_ms)[0]
    if talk_ms > 0 and not assignment.marketed:
        marketing_ms = min(event.marketing_ms, talk_ms)
        turn.emit(MarketingReported(event.contact_id, agent_id, marketing_ms))


def end_contact(
    turn: Turn, contact: Contact, if_waiting: Disposition, if_served: Disposition
) -> None:
    """End a contact at whatever stage it is."""
    agent_id = contact.agent_id
    if agent_id is None:
        leave_queue(turn, contact, if_waiting)
        return
    assignment = turn.state.agents[agent_id].assignments[contact.contact_id]
    if assignment.is_with_customer:
        end_with_customer(turn, assignment, if_served)
        return
    closed = AssignmentState.CLOSED
    turn.emit(
        AssignmentChanged(
            contact.contact_id, agent_id, closed, disposition=if_waiting, bridge=contact.bridge
        )
    )
    leave_queue(turn, contact, if_waiting)


def leave_queue(
    turn: Turn, contact: Contact, disposition: Disposition, *, final: bool = True
) -> None:
    """Record that a contact's stay in its queue ended without an agent."""
    now = turn.state.now_ms
    turn.emit(
        OutcomeRecorded(
            contact_id=contact.contact_id,
            leg=contact.leg,
            queue_id=contact.queue_id,
            agent_id=None,
            disposition=disposition,
            final=final,
            mode=Mode.SERVING,
            queued_at_ms=contact.queued_at_ms,
            accepted_at_ms=None,
            ended_at_ms=now,
            wait_ms=now - contact.queued_at_ms,
            rona_count=contact.rona_count,
            reason=contact.reason,
            customer_id=contact.customer_id,
            bridge=contact.bridge,
        )
    )


def divert(turn: Turn, contact: Contact, reason: Refusal) -> None:
    """Send a waiting contact to the queue's destination for this reason."""
    queue = turn.state.queues[contact.queue_id]
    destination = queue.settings.destinations.get(reason)
    turn.emit(
        ContactDiverted(contact.contact_id, contact.queue_id, reason, destination, contact.bridge)
    )
    leave_queue(turn, contact, Disposition.DIVERTED)
