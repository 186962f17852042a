"""Reservations: the agent's answer to a contact that is held for the agent, or none in time."""

from __future__ import annotations

from msgspec import structs

from agents.agent import Agent, Assignment
from agents.transitions import AGENT_TRANSITIONS, AgentTrigger, AssignmentTrigger
from contacts.contact import Contact
from contacts.vocabulary import AssignmentState, NotReadyReason
from router import events as e
from router.decisions import (
    AgentStateChanged,
    AssignmentChanged,
    ReservationTimedOut,
    ReservationWithdrawn,
)
from router.rules.handling import find_assignment, move, target_state, until_now
from router.turn import Turn


def reservation_ringing(turn: Turn, event: e.ReservationRinging) -> None:
    """The device rings; the reservation's time-out stays what it was."""
    assignment = find_assignment(turn, event)
    state = target_state(assignment, AssignmentTrigger.RING)
    turn.emit(
        AssignmentChanged(
            event.contact_id,
            event.agent_id,
            state,
            until_now(turn, assignment),
            bridge=assignment.bridge,
        )
    )


def reservation_accepted(turn: Turn, event: e.ReservationAccepted) -> None:
    """The agent takes the contact; where the desktop needs it, it hears now what the gate says."""
    assignment = find_assignment(turn, event)
    move(turn, assignment, AssignmentTrigger.ACCEPT)
    queue = turn.state.queues.get(assignment.queue_id)
    if queue is not None and queue.settings.gate.decided_at == "acceptance":
        answer = turn.gate(turn.state, assignment)
        turn.emit(structs.replace(answer, is_forecast=True))


def reservation_rejected(turn: Turn, event: e.ReservationRejected) -> None:
    """The agent declines: the contact goes back, the agent is not ready."""
    assignment = find_assignment(turn, event)
    target_state(assignment, AssignmentTrigger.GIVE_BACK)
    withdraw(turn, assignment, "rejected")
    make_not_ready(turn, turn.state.agents[event.agent_id], NotReadyReason.REJECTED)


def reservation_timed_out(turn: Turn, assignment: Assignment) -> None:
    """No answer: charged to the agent (RONA) only if ringing was confirmed."""
    charged = assignment.state is AssignmentState.RINGING
    contact = turn.state.contacts[assignment.contact_id]
    agent = turn.state.agents[assignment.agent_id]
    turn.emit(
        ReservationTimedOut(
            contact.contact_id,
            agent.agent_id,
            charged,
            head_rank(turn, contact),
            contact.revision + 1,
            contact.bridge,
        )
    )
    if charged:
        make_not_ready(turn, agent, NotReadyReason.RONA)


def withdraw(turn: Turn, assignment: Assignment, cause: str) -> None:
    """Take a reservation back: the contact returns to the head of its queue, its wait kept."""
    contact = turn.state.contacts[assignment.contact_id]
    turn.emit(
        ReservationWithdrawn(
            contact.contact_id,
            assignment.agent_id,
            cause,
            head_rank(turn, contact),
            contact.revision + 1,
            contact.bridge,
        )
    )


def head_rank(turn: Turn, contact: Contact) -> int:
    """Return a rank that puts the contact at the head of its queue."""
    head = turn.state.queues[contact.queue_id].head_rank()
    return contact.rank if head is None else min(contact.rank, head - 1)


def make_not_ready(turn: Turn, agent: Agent, reason: str) -> None:
    """Set the agent not ready because a contact was not taken."""
    state = AGENT_TRANSITIONS[agent.state, AgentTrigger.NO_ANSWER]
    turn.emit(AgentStateChanged(agent.agent_id, state, reason))
