"""What every event carries."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type"):
    """What every event carries."""

    event_id: str
    at_ms: int
    source: str = "engine"
    occurred_at_ms: int | None = None


class AssignmentEvent(Event, frozen=True, gc=False, kw_only=True):
    """An agent's (or the bridge's) word on one contact in the agent's hands.

    `revision` is the number the reservation came with; a stale one is refused, none is not checked.
    """

    contact_id: str
    agent_id: str
    revision: int | None = None
