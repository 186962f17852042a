"""Supervision: transfers, and what a supervisor does to contacts, agents and queues."""

from __future__ import annotations

from agents.agent import Agent, Assignment
from contacts.contact import Contact
from contacts.vocabulary import AtClosing, Disposition, NotReadyReason, Refusal, Rejection
from queues.contact_queue import ContactQueue
from queues.ranking import rank_of
from router import events as e
from router.decisions import AgentSkillsSet, AlarmNoted, ContactRequeued, QueueSwitched
from router.rules.agents import not_ready, sign_out, withdraw_unanswered
from router.rules.arrivals import divert, find_queue, leave_queue, why_refused
from router.rules.handling import end_with_customer
from router.rules.offering import reserve
from router.turn import Refused, Turn

DRAIN_CHUNK = 100


def contact_transferred(turn: Turn, event: e.ContactTransferred) -> None:
    """Blind transfer to a queue or an agent: the wait is kept, the giving agent wraps up."""
    contact, assignment = find_active(turn, event)
    queue = find_queue(turn, event.to_queue_id or contact.queue_id)
    target = None
    if event.to_agent_id is not None:
        target = available_agent(turn, event.to_agent_id, contact, queue)
    else:
        check_takes(turn, queue, contact)
    requeue(turn, contact, queue, contact.priority, new_entry=True, to_agent_id=event.to_agent_id)
    end_with_customer(turn, assignment, Disposition.TRANSFERRED)
    if target is not None:
        reserve(turn, contact, target)


def find_active(turn: Turn, event: e.ContactTransferred) -> tuple[Contact, Assignment]:
    """Return a contact that is with an agent, and its assignment; raises `Refused`."""
    contact = turn.state.contacts.get(event.contact_id)
    if contact is None:
        raise Refused(Rejection.CONTACT_UNKNOWN, event.contact_id)
    if event.revision is not None and event.revision != contact.revision:
        raise Refused(Rejection.REVISION_STALE, str(event.revision), str(contact.revision))
    agent_id = contact.agent_id
    is_anothers = event.agent_id is None and is_other_agent(turn, event.source, agent_id)
    if agent_id is None or event.agent_id not in (None, agent_id) or is_anothers:
        raise Refused(Rejection.CONTACT_NOT_WITH_AGENT, event.contact_id, agent_id or "")
    assignment = turn.agent(agent_id, event.source).assignments[event.contact_id]
    if not assignment.is_with_customer:
        raise Refused(Rejection.STATE_FORBIDS, "transfer", assignment.state.value)
    return contact, assignment


def is_other_agent(turn: Turn, source: str, agent_id: str | None) -> bool:
    """Tell whether an agent's client speaks at which `agent_id` is not signed in."""
    agent = turn.state.agents.get(agent_id or "")
    return source.startswith("agent/") and agent is not None and agent.session != source


def available_agent(turn: Turn, agent_id: str, contact: Contact, queue: ContactQueue) -> Agent:
    """Return an agent who has room for the contact, as one of the queue; raises `Refused`."""
    agent = turn.state.agents.get(agent_id)
    if agent is None:
        raise Refused(Rejection.AGENT_UNKNOWN, agent_id)
    if agent_id == contact.agent_id or not agent.has_room(
        queue.settings.channel, turn.state.matcher.exclusive
    ):
        raise Refused(Rejection.AGENT_NOT_AVAILABLE, agent_id, agent.state.value)
    return agent


def check_takes(turn: Turn, queue: ContactQueue, contact: Contact) -> None:
    """Raise `Refused` if the queue would refuse a new contact now."""
    line = turn.state.matcher.line_for(queue, contact.requires)
    refusal = why_refused(turn, queue, line)
    if refusal is not None:
        turn.state.matcher.drop_if_unused(queue, line)
        raise Refused(Rejection.QUEUE_REFUSES, queue.settings.queue_id, refusal.value)


def requeue(
    turn: Turn,
    contact: Contact,
    queue: ContactQueue,
    priority: int,
    *,
    new_entry: bool,
    to_agent_id: str | None = None,
) -> None:
    """Let a contact wait in a queue with the wait it has had so far."""
    settings = queue.settings
    give_up_at_ms = contact.give_up_at_ms
    if new_entry:
        limit = settings.max_wait_ms
        give_up_at_ms = None if limit is None else turn.state.now_ms + limit
    turn.emit(
        ContactRequeued(
            contact.contact_id,
            settings.queue_id,
            settings.channel,
            priority,
            rank_of(settings, contact.waiting_since_ms, priority),
            give_up_at_ms,
            contact.revision + 1,
            new_entry,
            contact.agent_id,
            to_agent_id,
            contact.bridge,
        )
    )


def find_waiting(turn: Turn, contact_id: str) -> Contact:
    """Return a contact that waits; raises `Refused`."""
    contact = turn.state.contacts.get(contact_id)
    if contact is None:
        raise Refused(Rejection.CONTACT_UNKNOWN, contact_id)
    if contact.agent_id is not None:
        raise Refused(Rejection.CONTACT_NOT_WAITING, contact_id, contact.agent_id)
    return contact


def contact_moved(turn: Turn, event: e.ContactMoved) -> None:
    """Move a waiting contact to another queue."""
    contact = find_waiting(turn, event.contact_id)
    queue = find_queue(turn, event.queue_id)
    if queue.settings.queue_id == contact.queue_id:
        return
    check_takes(turn, queue, contact)
    leave_queue(turn, contact, Disposition.TRANSFERRED, final=False)
    requeue(turn, contact, queue, contact.priority, new_entry=True)


def contact_prioritised(turn: Turn, event: e.ContactPrioritised) -> None:
    """Give a waiting contact another priority."""
    contact = find_waiting(turn, event.contact_id)
    queue = turn.state.queues[contact.queue_id]
    requeue(turn, contact, queue, event.priority, new_entry=False)


def agent_sign_out_forced(turn: Turn, event: e.AgentSignOutForced) -> None:
    """Sign an agent out: now, or when the contacts in hand are done."""
    agent = turn.agent(event.agent_id, event.source)
    if any(one.is_with_customer for one in agent.assignments.values()):
        withdraw_unanswered(turn, agent, "signed_out")
        not_ready(turn, agent, NotReadyReason.SUPERVISOR, event.source)
    else:
        sign_out(turn, agent, NotReadyReason.SUPERVISOR, event.source)


def agent_skills_changed(turn: Turn, event: e.AgentSkillsChanged) -> None:
    """Give an agent other skills until sign-out, or the own ones again; what is in hand stays."""
    agent = turn.agent(event.agent_id, event.source)
    own = agent.skills if agent.own_skills is None else agent.own_skills
    skills, kept = (event.skills, own) if event.skills else (own, None)
    if (skills, kept) != (agent.skills, agent.own_skills):
        turn.emit(AgentSkillsSet(event.agent_id, skills, kept, event.source))


def alarm_acknowledged(turn: Turn, event: e.AlarmAcknowledged) -> None:
    """Note who has seen an alarm; the first who did stands."""
    if event.alarm_id not in turn.state.alarms:
        turn.emit(AlarmNoted(event.alarm_id, event.source))


def queue_opened(turn: Turn, event: e.QueueOpened) -> None:
    """Open a queue."""
    queue = find_queue(turn, event.queue_id)
    if queue.is_removed:
        raise Refused(Rejection.QUEUE_UNKNOWN, event.queue_id)
    if not queue.is_open:
        turn.emit(QueueSwitched(event.queue_id, is_open=True))


def queue_closed(turn: Turn, event: e.QueueClosed) -> None:
    """Close a queue; those who wait are served or diverted, as the event or its settings say.

    Of a queue that is closed already only what happens to those who wait can be changed.
    """
    queue = find_queue(turn, event.queue_id)
    at_closing = event.at_closing
    if queue.is_open or at_closing not in (None, queue.at_closing):
        drain = (at_closing or queue.settings.at_closing) == AtClosing.DIVERT
        turn.emit(QueueSwitched(event.queue_id, False, drain, at_closing))


def drain_queue(turn: Turn, queue: ContactQueue) -> None:
    """Divert some of those who wait in a closed queue; if there are more, they come next."""
    queue_id = queue.settings.queue_id
    for _ in range(DRAIN_CHUNK):
        heads = [line.head for line in queue.lines.values() if line.head is not None]
        if not heads:
            break
        divert(turn, turn.state.contacts[min(heads)[2]], Refusal.CLOSED)
    if queue_id in turn.state.queues:
        turn.emit(QueueSwitched(queue_id, False, queue.waiting > 0, queue.at_closing))
