"""Offering: bringing waiting contacts and available agents together."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from agents.agent import Agent
from contacts.contact import Contact
from router.decisions import ContactReserved
from router.rules.handling import close_assignment
from router.turn import Turn


def offer_contact(turn: Turn, contact: Contact) -> None:
    """Reserve the best available agent for a waiting contact, if there is one.

    An agent who came free in the same turn takes first who waited longer.
    """
    line = turn.state.queues[contact.queue_id].lines[contact.extra]
    matcher, agents = turn.state.matcher, turn.state.agents
    while contact.agent_id is None and (agent_id := matcher.best_agent(line)) is not None:
        offer_next(turn, agents[agent_id])


def offer_agent(turn: Turn, agent: Agent) -> None:
    """Reserve waiting contacts for the agent as long as there is room."""
    while offer_next(turn, agent):
        pass


def offer_next(turn: Turn, agent: Agent) -> bool:
    """Reserve the contact that is first for the agent; tell whether there was one."""
    contact_id = turn.state.matcher.best_contact(agent)
    if contact_id is None:
        return False
    reserve(turn, turn.state.contacts[contact_id], agent)
    return True


def offer_everyone(turn: Turn) -> None:
    """Match all that can be matched, after a change that may concern many; longest wait first."""
    state = turn.state
    lines = [line for queue in state.queues.values() for line in queue.lines.values()]
    heads = [(line.head, line) for line in lines if line.head is not None]
    heapify(heads)
    while heads:
        head, line = heappop(heads)
        agent_id = state.matcher.best_agent(line)
        if agent_id is None:
            continue
        reserve(turn, state.contacts[head[2]], state.agents[agent_id])
        if line.head is not None:
            heappush(heads, (line.head, line))


def reserve(turn: Turn, contact: Contact, agent: Agent, *, is_connected: bool = False) -> None:
    """Hold the contact for the agent until the queue's ring time-out.

    A wrap-up the agent still had open for the same contact is closed first.
    """
    unfinished = agent.assignments.get(contact.contact_id)
    if unfinished is not None:
        close_assignment(turn, unfinished)
    settings = turn.state.queues[contact.queue_id].settings
    turn.emit(
        ContactReserved(
            contact.contact_id,
            agent.agent_id,
            contact.queue_id,
            contact.revision + 1,
            turn.state.now_ms + settings.ring_timeout_ms,
            contact.bridge,
            contact.reason,
            contact.customer_id,
            is_connected,
        )
    )
