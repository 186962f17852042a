"""Which decisions leave the engine, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bus.topics import Role
from router import decisions
from router.decisions import AnyDecision

_TO_BOTH = (
    decisions.ContactReserved,
    decisions.ReservationTimedOut,
    decisions.ReservationWithdrawn,
)
_TO_BRIDGE = (decisions.ContactRefused, decisions.ContactDiverted)
_TO_AGENT = (
    decisions.AssignmentChanged,
    decisions.MarketingDecided,
    decisions.AgentStateChanged,
)


class Recipient(NamedTuple):
    """A bridge, by its client name, or an agent, by `agent_id`."""

    role: Role
    name: str


def recipients(
    decision: AnyDecision, bridge_of: Callable[[str], str | None]
) -> tuple[Recipient, ...]:
    """Who is told about a decision; nobody for most kinds, since snapshots show their effect.

    `bridge_of(contact_id)` is the source (`bridge/pbx-1`) that brought a contact, if it is known;
    asked only for decisions that do not name it.
    """
    if isinstance(decision, _TO_BOTH):
        agent = Recipient(Role.AGENT, decision.agent_id)
        return (agent, *_bridge(_source(decision, bridge_of)))
    if isinstance(decision, _TO_BRIDGE):
        return _bridge(decision.bridge)
    if isinstance(decision, _TO_AGENT):
        return (Recipient(Role.AGENT, decision.agent_id),)
    return ()


def _source(
    decision: (
        decisions.ContactReserved | decisions.ReservationTimedOut | decisions.ReservationWithdrawn
    ),
    bridge_of: Callable[[str], str | None],
) -> str | None:
    if isinstance(decision, decisions.ContactReserved) and decision.bridge:
        return decision.bridge
    return bridge_of(decision.contact_id)


def _bridge(source: str | None) -> tuple[Recipient, ...]:
    """The bridge behind a source; none if it is no bridge's (the engine's, for example)."""
    role, _, client = (source or "").partition("/")
    return (Recipient(Role.BRIDGE, client),) if role == Role.BRIDGE and client else ()
