"""Which decisions leave the engine, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bus.topics import Role
from router import decisions
from router.decisions import AnyDecision

AUDIENCE: dict[type[AnyDecision], tuple[Role, ...]] = {
    decisions.ContactReserved: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationTimedOut: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationWithdrawn: (Role.AGENT, Role.BRIDGE),
    decisions.ContactRefused: (Role.BRIDGE,),
    decisions.ContactDiverted: (Role.BRIDGE,),
    decisions.AssignmentChanged: (Role.AGENT,),
    decisions.MarketingDecided: (Role.AGENT,),
    decisions.AgentStateChanged: (Role.AGENT,),
}
"""Who is told about which decisions; those not here stay in the engine."""


class Recipient(NamedTuple):
    """A bridge, by its client name, or an agent, by `agent_id`."""

    role: Role
    name: str


def recipients(decision: AnyDecision, bridge_of: Callable[[str], str | None]) -> list[Recipient]:
    """Who is told about a decision; nobody for most kinds, since snapshots show their effect.

    `bridge_of(contact_id)` is the source (`bridge/pbx-1`) that brought a contact, if it is known;
    asked only for decisions that do not name it.
    """
    told = []
    for role in AUDIENCE.get(type(decision), ()):
        name = _agent(decision) if role is Role.AGENT else _bridge(decision, bridge_of)
        if name:
            told.append(Recipient(role, name))
    return told


def _agent(decision: Any) -> str:
    name: str = decision.agent_id
    return name


def _bridge(decision: Any, bridge_of: Callable[[str], str | None]) -> str | None:
    """The client name of the contact's bridge; None if the contact is no bridge's."""
    source = getattr(decision, "bridge", None) or bridge_of(decision.contact_id) or ""
    role, _, client = source.partition("/")
    return client if role == Role.BRIDGE else None
