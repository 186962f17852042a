"""What decisions about agents themselves change."""

from __future__ import annotations

from agents.agent import Agent
from contacts.vocabulary import AgentState
from router import decisions as d
from router.deadlines import DeadlineKind
from router.state import RoutingState


def agent_session_started(state: RoutingState, one: d.AgentSessionStarted) -> None:
    """An agent signs in, with skills and capacity as they are now."""
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
    agent.own_skills = None
    agent.capacity = one.capacity
    agent.team = one.team
    agent.signed_in_at_ms = state.now_ms
    agent.idle_since_ms = state.now_ms
    agent.busy_ms = 0
    agent.unconfirmed = 0
    _end_loss(state, agent)
    state.matcher.place_agent(agent)
    state.matcher.refresh(agent)


def agent_returned(state: RoutingState, one: d.AgentReturned) -> None:
    """A lost client is back, or another takes its place."""
    agent = state.agents[one.agent_id]
    agent.session = one.session
    _end_loss(state, agent)
    _refresh(state, agent)


def _end_loss(state: RoutingState, agent: Agent) -> None:
    agent.lost_until_ms = None
    state.deadlines.cancel((DeadlineKind.AGENT_GRACE, agent.agent_id, ""))


def agent_vanished(state: RoutingState, one: d.AgentVanished) -> None:
    """The agent's client is lost; a grace begins."""
    agent = state.agents[one.agent_id]
    agent.lost_until_ms = one.until_ms
    state.deadlines.set((DeadlineKind.AGENT_GRACE, one.agent_id, ""), one.until_ms)
    _refresh(state, agent)


def agent_state_changed(state: RoutingState, one: d.AgentStateChanged) -> None:
    """The agent's own state."""
    agent = state.agents[one.agent_id]
    agent.state = one.state
    agent.reason = one.reason
    agent.state_by = one.by
    agent.since_ms = state.now_ms
    if one.state is AgentState.READY:
        agent.idle_since_ms = state.now_ms
    if one.state is AgentState.SIGNED_OUT:
        _end_loss(state, agent)
    _refresh(state, agent)


def agent_skills_set(state: RoutingState, one: d.AgentSkillsSet) -> None:
    """The agent serves other queues from now on."""
    agent = state.agents[one.agent_id]
    agent.skills = one.skills
    agent.own_skills = one.own_skills
    state.matcher.place_agent(agent)
    state.matcher.refresh(agent)


def _refresh(state: RoutingState, agent: Agent) -> None:
    state.matcher.count_agent(agent)
    state.matcher.refresh(agent)
