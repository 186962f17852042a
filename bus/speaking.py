"""For whom an agent's client may speak, where each agent has a user of the broker."""

from __future__ import annotations

from bus.codec import Incoming, Refused
from bus.faults import Fault, shown
from bus.topics import Role

DASHBOARD_PREFIX = "web."
"""How the names of the dashboard's desktops begin; it compares agent and account itself. The
access list keeps others from these names: no user of the broker may be called so."""


def own_agent_only(incoming: Incoming) -> Incoming | Refused:
    """Return the message, refused if an agent's client names an agent that is not its own.

    The client's own agent is the one whose id is the client's name. Bridges and supervisors name
    many agents. Messages that name no agent are bound to the agent's session by the core.
    """
    sender, message = incoming.sender, incoming.message
    if sender.role is not Role.AGENT or sender.client.startswith(DASHBOARD_PREFIX):
        return incoming
    agent_id: str | None = getattr(message, "agent_id", None)
    if agent_id is None or agent_id == sender.client:
        return incoming
    return Refused(
        reason=Fault.ROLE_FORBIDS,
        detail=f"agent_id is {shown(agent_id)}, the client is agent {shown(sender.client)}",
        sender=sender,
        event_id=message.event_id,
        correlation_id=message.correlation_id,
    )
