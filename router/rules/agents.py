"""Agents: signing in and out, ready and not ready, vanishing and coming back."""

from __future__ import annotations

from agents.agent import Agent
from agents.transitions import AGENT_TRANSITIONS, AgentTrigger
from config.routing import AgentSettings
from contacts.vocabulary import (
    AgentState,
    AssignmentState,
    Channel,
    Disposition,
    NotReadyReason,
    Rejection,
)
from router import events as e
from router.decisions import (
    AgentReturned,
    AgentSessionStarted,
    AgentStateChanged,
    AgentVanished,
)
from router.rules.handling import close_assignment, restate
from router.rules.reservations import withdraw
from router.turn import Refused, Turn


def agent_signed_in(turn: Turn, event: e.AgentSignedIn) -> None:
    """Start a session, or go on with the one that was lost or is taken over.

    Who comes back is told again what is in the agent's hands.

    A session that a bridge holds on the agent's behalf may be taken by the agent's own client.
    """
    agent = turn.state.agents.get(event.agent_id)
    if agent is None or agent.state is AgentState.SIGNED_OUT:
        start_session(turn, event.agent_id, event.source, event.skills, event.capacity)
        if event.ready:
            turn.emit(AgentStateChanged(event.agent_id, AgentState.READY))
        return
    is_own = agent.session.startswith("agent/")
    is_free = agent.lost_until_ms is not None or event.take_over or not is_own
    if agent.session != event.source and not is_free:
        raise Refused(Rejection.AGENT_SIGNED_IN_ELSEWHERE, event.agent_id, agent.session)
    turn.emit(AgentReturned(event.agent_id, event.source))
    for assignment in agent.assignments.values():
        restate(turn, assignment)


def start_session(
    turn: Turn,
    agent_id: str,
    session: str,
    skills: dict[str, int] | None = None,
    capacity: dict[Channel, int] | None = None,
    reason: str = NotReadyReason.SIGNED_IN,
) -> Agent:
    """Sign an agent in, not ready; raises `Refused` if nobody knows the agent."""
    listed = turn.state.listed.get(agent_id)
    if listed is None:
        if not turn.state.settings.limits.unlisted_agents:
            raise Refused(Rejection.AGENT_UNKNOWN, agent_id)
        listed = AgentSettings(agent_id=agent_id)
        skills = skills or {}
        capacity = capacity or dict(listed.capacity)
    else:
        skills, capacity = dict(listed.skills), dict(listed.capacity)
    turn.emit(AgentSessionStarted(agent_id, session, skills, capacity, listed.team))
    turn.emit(AgentStateChanged(agent_id, AgentState.NOT_READY, reason))
    return turn.state.agents[agent_id]


def agent_signed_out(turn: Turn, event: e.AgentSignedOut) -> None:
    """The agent leaves; what still rings goes back, wrap-up is closed."""
    agent = turn.agent(event.agent_id, event.source)
    if any(one.is_with_customer for one in agent.assignments.values()):
        raise Refused(Rejection.AGENT_HAS_CONTACTS, event.agent_id, str(len(agent.assignments)))
    sign_out(turn, agent, None)


def change_state(
    turn: Turn, agent: Agent, state: AgentState, reason: str | None = None, by: str | None = None
) -> None:
    """Set an agent's own state; `by` is the supervisor who does it, if one does.

    A bridge that speaks for the agent is told what a supervisor does; the rest it did itself.
    """
    bridge = agent.session if by is not None else ""
    turn.emit(AgentStateChanged(agent.agent_id, state, reason, by, bridge))


def supervisor_of(event: e.Event) -> str | None:
    """Return who sent the event if that is a supervisor, else None."""
    return event.source if event.source.startswith("supervisor/") else None


def sign_out(turn: Turn, agent: Agent, reason: str | None, by: str | None = None) -> None:
    """End a session that has no customer in hand."""
    withdraw_unanswered(turn, agent, "signed_out")
    for assignment in list(agent.assignments.values()):
        close_assignment(turn, assignment)
    if agent.state is not AgentState.SIGNED_OUT:
        change_state(turn, agent, AgentState.SIGNED_OUT, reason, by)


def withdraw_unanswered(turn: Turn, agent: Agent, cause: str) -> None:
    """Give back every contact the agent has not answered yet."""
    for assignment in list(agent.assignments.values()):
        if assignment.is_unanswered:
            withdraw(turn, assignment, cause)


def agent_ready(turn: Turn, event: e.AgentReady) -> None:
    """The agent takes contacts; being ready already changes nothing.

    Only a supervisor takes back a supervisor's sign-out that is under way.
    """
    agent = turn.agent(event.agent_id, event.source)
    by = supervisor_of(event)
    if agent.is_leaving and by is None:
        raise Refused(Rejection.STATE_FORBIDS, "ready", NotReadyReason.SUPERVISOR.value)
    state = AGENT_TRANSITIONS[agent.state, AgentTrigger.GET_READY]
    if agent.state is not state:
        change_state(turn, agent, state, None, by)


def agent_not_ready(turn: Turn, event: e.AgentNotReady) -> None:
    """The agent takes no more contacts, after those in hand if there are any.

    Refused while a supervisor's sign-out is under way, unless a supervisor makes it this instead.
    The reason that means such a sign-out is nobody's to give.
    """
    agent = turn.agent(event.agent_id, event.source)
    by = supervisor_of(event)
    if (agent.is_leaving and by is None) or event.reason == NotReadyReason.SUPERVISOR:
        raise Refused(Rejection.STATE_FORBIDS, "not_ready", NotReadyReason.SUPERVISOR.value)
    not_ready(turn, agent, event.reason, by)


def not_ready(turn: Turn, agent: Agent, reason: str, by: str | None = None) -> None:
    """Set an agent not ready, now or after the contacts in hand."""
    busy = bool(agent.assignments)
    trigger = AgentTrigger.GET_NOT_READY_BUSY if busy else AgentTrigger.GET_NOT_READY
    state = AGENT_TRANSITIONS[agent.state, trigger]
    if (agent.state, agent.reason) != (state, reason):
        change_state(turn, agent, state, reason, by)


def agent_lost(turn: Turn, event: e.AgentLost) -> None:
    """The agent's client vanished: what rings goes back at once, what is active has a grace."""
    agent = turn.agent(event.agent_id, event.source)
    if agent.lost_until_ms is not None:
        turn.heard = None
        return
    grace_ms = turn.state.settings.limits.agent_grace_ms
    turn.emit(AgentVanished(event.agent_id, turn.state.now_ms + grace_ms))
    withdraw_unanswered(turn, agent, "agent_lost")


def agent_heard(turn: Turn, agent: Agent) -> None:
    """A lost agent's own client spoke: the loss (a last will comes late) was none, or is over."""
    if agent.lost_until_ms is not None:
        turn.emit(AgentReturned(agent.agent_id, agent.session))


def agent_grace_over(turn: Turn, agent: Agent) -> None:
    """The vanished agent did not come back: close what is left and sign out."""
    for assignment in list(agent.assignments.values()):
        in_wrap_up = assignment.state is AssignmentState.WRAP_UP
        close_assignment(turn, assignment, None if in_wrap_up else Disposition.AGENT_LOST)
    sign_out(turn, agent, NotReadyReason.LOST)
