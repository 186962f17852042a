"""Which decisions leave the engine, and to whom."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from bus.topics import REMEMBERED_TOPICS, Role
from router import decisions, marketing_decisions
from router.decisions import AnyDecision

AUDIENCE: dict[type[AnyDecision], tuple[Role, ...]] = {
    decisions.ContactRequeued: (Role.BRIDGE,),
    decisions.ContactReserved: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationTimedOut: (Role.AGENT, Role.BRIDGE),
    decisions.ReservationWithdrawn: (Role.AGENT, Role.BRIDGE),
    decisions.AssignmentChanged: (Role.AGENT, Role.BRIDGE),
    decisions.AssignmentRestated: (Role.AGENT, Role.BRIDGE),
    decisions.ContactRefused: (Role.BRIDGE,),
    decisions.ContactDiverted: (Role.BRIDGE,),
    decisions.OutcomeRecorded: (Role.AGENT,),
    decisions.MarketingDecided: (Role.AGENT,),
    decisions.MarketingClosing: (Role.AGENT,),
    marketing_decisions.ProductsSelected: (Role.AGENT,),
    marketing_decisions.ProductsRestated: (Role.AGENT,),
    marketing_decisions.ProductsWithdrawn: (Role.AGENT,),
    marketing_decisions.SaleRecorded: (Role.AGENT,),
    decisions.AgentStateChanged: (Role.AGENT, Role.BRIDGE),
    decisions.AgentSkillsSet: (Role.AGENT,),
}
"""Who is told about which decisions; those not here stay in the engine."""

_BRIDGE_PREFIX = f"{Role.BRIDGE}/"


class Recipient(NamedTuple):
    """A bridge, by its client name, or an agent, by `agent_id`."""

    role: Role
    name: str


def recipients(decision: AnyDecision) -> list[Recipient]:
    """Who is told about a decision; nobody for most kinds, since snapshots show their effect.

    A contact that no bridge brought has none to tell; an outcome without an agent no agent. Of a
    contact that is connected already only the talk is told, so that nobody is rung; of one that has
    only another place in its queue, nothing.
    """
    kind = type(decision)
    roles = AUDIENCE.get(kind)
    if roles is None:
        return []
    if kind is decisions.ContactReserved and decision.is_connected:  # type: ignore[union-attr]
        return []
    if kind is decisions.ContactRequeued and not decision.new_entry:  # type: ignore[union-attr]
        return []
    told = [_agent(decision) if role is Role.AGENT else _bridge(decision) for role in roles]
    return [one for one in told if one is not None]


def _agent(decision: Any) -> Recipient | None:
    return _agent_named(decision.agent_id)


def _bridge(decision: Any) -> Recipient | None:
    return _bridge_at(decision.bridge)


@lru_cache(REMEMBERED_TOPICS)
def _agent_named(agent_id: str | None) -> Recipient | None:
    return Recipient(Role.AGENT, agent_id) if agent_id else None


@lru_cache(REMEMBERED_TOPICS)
def _bridge_at(source: str) -> Recipient | None:
    name = source.removeprefix(_BRIDGE_PREFIX) if source.startswith(_BRIDGE_PREFIX) else ""
    return Recipient(Role.BRIDGE, name) if name else None
