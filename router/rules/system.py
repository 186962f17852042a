"""The engine itself: start, links, configuration, and the bridge's list of live contacts."""

from __future__ import annotations

from pydantic import ValidationError

from agents.agent import Agent
from config.routing import RoutingSettings
from contacts.contact import Contact
from contacts.vocabulary import AgentState, AssignmentState, Disposition, Rejection
from router import events as e
from router.decisions import (
    AssignmentChanged,
    BridgeNoted,
    ConfigurationApplied,
    EpochBegan,
    TimersPaused,
    TimersResumed,
)
from router.rules.agents import start_session
from router.rules.arrivals import end_contact, queue_contact
from router.rules.handling import restate
from router.rules.offering import offer_everyone, reserve
from router.turn import Refused, Turn

ADOPTED = "adopted"


def engine_started(turn: Turn, event: e.EngineStarted) -> None:
    """A new leader: time without one does not count against reservations or wrap-up."""
    turn.emit(EpochBegan(event.epoch))
    paused_since = turn.state.paused_since_ms
    since = turn.last_ms if paused_since is None else paused_since
    if since:
        turn.emit(TimersResumed(turn.state.now_ms - since))
    for bridge in sorted(turn.state.silent_bridges):
        turn.emit(BridgeNoted(bridge, is_silent=False))
    offer_everyone(turn)


def bridge_fell_silent(turn: Turn, event: e.BridgeFellSilent) -> None:
    """The load is not known while a bridge is silent."""
    if event.bridge not in turn.state.silent_bridges:
        turn.emit(BridgeNoted(event.bridge, is_silent=True))


def bridge_heard(turn: Turn, event: e.BridgeHeard) -> None:
    """The bridge is there again."""
    if event.bridge in turn.state.silent_bridges:
        turn.emit(BridgeNoted(event.bridge, is_silent=False))


def link_lost(turn: Turn, event: e.LinkLost) -> None:
    """Nobody can answer now: agents' timers stand still."""
    if turn.state.paused_since_ms is None:
        turn.emit(TimersPaused())


def link_restored(turn: Turn, event: e.LinkRestored) -> None:
    """Agents' timers go on, later by as long as the link was away."""
    since = turn.state.paused_since_ms
    if since is not None:
        turn.emit(TimersResumed(turn.state.now_ms - since))


def configuration_changed(turn: Turn, event: e.ConfigurationChanged) -> None:
    """Put new settings in force, and match what they make possible."""
    try:
        RoutingSettings.model_validate(event.settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(Rejection.CONFIGURATION_INVALID, place, first["msg"]) from error
    turn.emit(ConfigurationApplied(event.settings))
    offer_everyone(turn)


def live_contacts_reported(turn: Turn, event: e.LiveContactsReported) -> None:
    """Close the bridge's contacts that it no longer has, adopt those we do not know.

    One that waits here and talks to an agent there is with that agent. Of the others that are with
    agents the bridge is told again how they stand.
    """
    alive = {one.contact_id for one in event.contacts}
    ghosts = [
        contact
        for contact in turn.state.contacts.values()
        if contact.bridge == event.source and contact.contact_id not in alive
    ]
    for contact in ghosts:
        end_contact(turn, contact, Disposition.GHOST, Disposition.GHOST)
    for one in event.contacts:
        known = turn.state.contacts.get(one.contact_id)
        if known is None:
            if one.queue_id in turn.state.queues:
                adopt(turn, event, one)
        elif known.agent_id is not None:
            restate(turn, turn.state.agents[known.agent_id].assignments[one.contact_id])
        elif one.agent_id is not None:
            connect(turn, known, one.agent_id, event.source)


def adopt(turn: Turn, event: e.LiveContactsReported, one: e.LiveContact) -> None:
    """Take charge of a contact the bridge has and we do not know: waiting, or with its agent.

    A contact connected to an agent who may not sign in stays the bridge's own: to queue it would
    connect it twice.
    """
    agent = None
    if one.agent_id is not None:
        try:
            agent = signed_in(turn, one.agent_id, event.source)
        except Refused:
            return
    queue = turn.state.queues[one.queue_id]
    arrival = e.ContactArrived(
        event_id="",
        at_ms=event.at_ms,
        source=event.source,
        contact_id=one.contact_id,
        queue_id=one.queue_id,
        priority=one.priority,
        wait_credit_ms=one.wait_credit_ms,
        requires=one.requires,
    )
    queue_contact(turn, arrival, queue, turn.state.matcher.line_for(queue, one.requires))
    if agent is not None:
        adopt_assignment(turn, turn.state.contacts[one.contact_id], agent)


def signed_in(turn: Turn, agent_id: str, bridge: str) -> Agent:
    """Return an agent, signed in on the bridge's word if need be; raises `Refused`."""
    agent = turn.state.agents.get(agent_id)
    if agent is None or agent.state is AgentState.SIGNED_OUT:
        return start_session(turn, agent_id, bridge, reason=ADOPTED)
    return agent


def connect(turn: Turn, contact: Contact, agent_id: str, bridge: str) -> None:
    """A contact that waits is with an agent already, as its bridge says; it knows best."""
    try:
        agent = signed_in(turn, agent_id, bridge)
    except Refused:
        return
    adopt_assignment(turn, contact, agent)


def adopt_assignment(turn: Turn, contact: Contact, agent: Agent) -> None:
    """Put an adopted contact into the hands of the agent it is connected to."""
    reserve(turn, contact, agent, is_connected=True)
    talk = AssignmentState.TALK
    turn.emit(AssignmentChanged(contact.contact_id, agent.agent_id, talk, bridge=contact.bridge))
