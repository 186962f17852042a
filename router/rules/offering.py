"""Offering: bringing waiting contacts and available agents together."""

from __future__ import annotations

from agents.agent import Agent
from contacts.contact import Contact
from router.decisions import ContactReserved
from router.rules.handling import close_assignment
from router.turn import Turn


def offer_contact(turn: Turn, contact: Contact) -> None:
    """Reserve the best available agent for a waiting contact, if there is one."""
    line = turn.state.queues[contact.queue_id].lines[contact.extra]
    agent_id = turn.state.matcher.best_agent(line)
    if agent_id is not None:
        reserve(turn, contact, turn.state.agents[agent_id])


def offer_agent(turn: Turn, agent: Agent) -> None:
    """Reserve waiting contacts for the agent as long as there is room."""
    while (contact_id := turn.state.matcher.best_contact(agent)) is not None:
        reserve(turn, turn.state.contacts[contact_id], agent)


def offer_everyone(turn: Turn) -> None:
    """Match all that can be matched, after a change that may concern many."""
    for queue in turn.state.queues.values():
        for line in list(queue.lines.values()):
            while line.head is not None:
                agent_id = turn.state.matcher.best_agent(line)
                if agent_id is None:
                    break
                reserve(turn, turn.state.contacts[line.head[2]], turn.state.agents[agent_id])


def reserve(turn: Turn, contact: Contact, agent: Agent) -> None:
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
        )
    )
