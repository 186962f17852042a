"""Settling: after every event, whoever became free or waits again is offered what there is.

Driven by the decisions themselves, so that no rule can forget it: capacity that came free never
stays idle while a contact that fits is waiting.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.transitions import AGENT_TRANSITIONS, AgentTrigger
from contacts.vocabulary import AgentState, AssignmentState, Refusal
from router.decisions import (
    AgentReturned,
    AgentSkillsSet,
    AgentStateChanged,
    AnyDecision,
    AssignmentChanged,
    ContactQueued,
    ContactRequeued,
    OutcomeRecorded,
    ReservationTimedOut,
    ReservationWithdrawn,
)
from router.rules.agents import change_state
from router.rules.arrivals import divert
from router.rules.offering import offer_agent, offer_contact
from router.turn import Turn

CONTACT_WAITS = frozenset(
    {ContactQueued, ContactRequeued, ReservationTimedOut, ReservationWithdrawn}
)
AGENT_FREED = frozenset(
    {
        OutcomeRecorded,
        AgentStateChanged,
        AgentSkillsSet,
        AgentReturned,
        ReservationTimedOut,
        ReservationWithdrawn,
        AssignmentChanged,
    }
)


def settle(turn: Turn) -> None:
    """Offer waiting contacts first, then free agents; go on until nothing new came of it."""
    decisions = turn.decisions
    while turn.settled < len(decisions):
        fresh = decisions[turn.settled :]
        turn.settled = len(decisions)
        for one in fresh:
            if type(one) in CONTACT_WAITS:
                _offer_contact(turn, one.contact_id)  # type: ignore[union-attr]
        for one in fresh:
            if type(one) in AGENT_FREED and not _stays_with_agent(one):
                _offer_agent(turn, one.agent_id)  # type: ignore[union-attr]


def _stays_with_agent(decision: AnyDecision) -> bool:
    return type(decision) is AssignmentChanged and decision.state is not AssignmentState.CLOSED


def _offer_contact(turn: Turn, contact_id: str) -> None:
    contact = turn.state.contacts.get(contact_id)
    if contact is None or contact.agent_id is not None:
        return
    if turn.state.queues[contact.queue_id].turns_away:
        divert(turn, contact, Refusal.CLOSED)
    else:
        offer_contact(turn, contact)


def _offer_agent(turn: Turn, agent_id: str | None) -> None:
    agent = turn.state.agents.get(agent_id) if agent_id is not None else None
    if agent is None:
        return
    if agent.state is AgentState.READY:
        offer_agent(turn, agent)
    elif agent.state is AgentState.NOT_READY_AFTER_CONTACT and not agent.assignments:
        contacts_done(turn, agent)


def contacts_done(turn: Turn, agent: Agent) -> None:
    """The last contact in hand is gone: what was to come after it comes now."""
    trigger = AgentTrigger.SIGN_OUT if agent.is_leaving else AgentTrigger.CONTACTS_DONE
    state = AGENT_TRANSITIONS[agent.state, trigger]
    change_state(turn, agent, state, agent.reason, agent.state_by)
