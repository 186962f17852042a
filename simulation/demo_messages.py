"""What the demo's PBX, agents and supervisor say to the engine, as messages of the bus.

Only what differs from message to message stands here; `simulation/demo_link.py` adds the envelope.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bus.decision_messages import ContactReservedMessage
from bus.topics import Role
from simulation.demo_customers import Said
from simulation.recorded_plan import PlannedContact

BRIDGE = "pbx-1"
SUPERVISOR = "demo"

PAUSE = "pause"
SHIFT_OVER = "shift_over"


class ClientMessage(NamedTuple):
    """One message: who sends it, its type, and the fields of that type."""

    role: Role
    client: str
    type: str
    fields: Mapping[str, object]


def contact_arrived(contact: PlannedContact, **known: object) -> ClientMessage:
    """The PBX has a new caller; `known` beside the record: who, why, and what of the customer."""
    fields = {
        "contact_id": contact.contact_id,
        "queue_id": contact.queue_id,
        "wait_credit_ms": contact.wait_credit_ms,
        "customer_id": contact.customer_id,
        **known,
    }
    return ClientMessage(Role.BRIDGE, BRIDGE, "contact_arrived", fields)


def contact_ended(contact_id: str) -> ClientMessage:
    """The caller has hung up, whether served or not."""
    return ClientMessage(Role.BRIDGE, BRIDGE, "contact_ended", {"contact_id": contact_id})


def agent_signed_in(agent_id: str, *, ready: bool) -> ClientMessage:
    """The agent comes to work."""
    return _from_agent(agent_id, "agent_signed_in", ready=ready)


def agent_ready(agent_id: str) -> ClientMessage:
    """The agent takes contacts again."""
    return _from_agent(agent_id, "agent_ready")


def agent_not_ready(agent_id: str, reason: str) -> ClientMessage:
    """The agent takes no more contacts, after the one in hand if there is one."""
    return _from_agent(agent_id, "agent_not_ready", reason=reason)


def agent_signed_out(agent_id: str) -> ClientMessage:
    """The agent goes home."""
    return _from_agent(agent_id, "agent_signed_out")


def answers(reserved: ContactReservedMessage) -> list[ClientMessage]:
    """The agent's device rings, and the agent takes the call at once."""
    fields = {"contact_id": reserved.contact_id, "revision": reserved.revision}
    return [_from_agent(reserved.agent_id, one, **fields) for one in ("ringing", "accepted")]


def service_completed(agent_id: str, contact_id: str) -> ClientMessage:
    """What the caller came for is done: may the agent go on to market?"""
    return _from_agent(agent_id, "service_completed", contact_id=contact_id)


def products_presented(agent_id: str, contact_id: str) -> ClientMessage:
    """The agent begins to present what was selected."""
    return _from_agent(agent_id, "products_presented", contact_id=contact_id)


def reaction_recorded(agent_id: str, contact_id: str, said: Said) -> ClientMessage:
    """The caller has said something to one product."""
    fields = {"product_id": said.product_id, "reaction": said.reaction, "scope": said.scope}
    return _from_agent(agent_id, "reaction_recorded", contact_id=contact_id, **fields)


def queue_closed(queue_id: str) -> ClientMessage:
    """The supervisor closes a queue for the night; who waits is still served."""
    return ClientMessage(Role.SUPERVISOR, SUPERVISOR, "queue_closed", {"queue_id": queue_id})


def clock_ticked(at_ms: int) -> ClientMessage:
    """It is now `at_ms`, Unix milliseconds."""
    return ClientMessage(Role.SUPERVISOR, SUPERVISOR, "clock_ticked", {"at_ms": at_ms})


def _from_agent(agent_id: str, kind: str, **fields: object) -> ClientMessage:
    return ClientMessage(Role.AGENT, agent_id, kind, {"agent_id": agent_id, **fields})
