"""Which decisions leave the engine, and to whom."""

from __future__ import annotations

from typing import Any, NamedTuple

from bus.topics import Role
from router import decisions
from router.decisions import AnyDecision

AUDIENCE: dict[type[AnyDecision], tuple[Role, ...]] = {
    decisions.ContactReserved: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationTimedOut: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationWithdrawn: (Role.AGENT, Role.BRIDGE),
    decisions.AssignmentChanged: (Role.AGENT, Role.BRIDGE),
    decisions.ContactRefused: (Role.BRIDGE,),
    decisions.ContactDiverted: (Role.BRIDGE,),
    decisions.OutcomeRecorded: (Role.AGENT,),
    decisions.MarketingDecided: (Role.AGENT,),
    decisions.MarketingClosing: (Role.AGENT,),
    decisions.AgentStateChanged: (Role.AGENT,),
}
"""Who is told about which decisions; those not here stay in the engine."""

_BRIDGE_PREFIX = f"{Role.BRIDGE}/"


class Recipient(NamedTuple):
    """A bridge, by its client name, or an agent, by `agent_id`."""

    role: Role
    name: str


def recipients(decision: AnyDecision) -> list[Recipient]:
    """Who is told about a decision; nobody for most kinds, since snapshots show their effect.

    A contact that no bridge brought has none to tell; an outcome without an agent no agent.
    """
    told = []
    for role in AUDIENCE.get(type(decision), ()):
        name = _agent(decision) if role is Role.AGENT else _bridge(decision)
        if name:
            told.append(Recipient(role, name))
    return told


def _agent(decision: Any) -> str | None:
    name: str | None = decision.agent_id
    return name


def _bridge(decision: Any) -> str | None:
    source: str = decision.bridge
    return source.removeprefix(_BRIDGE_PREFIX) if source.startswith(_BRIDGE_PREFIX) else None
