"""A live contact: one interaction from its arrival until the customer is gone."""

from __future__ import annotations

import msgspec

from contacts.vocabulary import Channel


class Contact(msgspec.Struct, gc=False, kw_only=True):
    """One contact the engine is responsible for.

    It waits while `agent_id` is None; otherwise that agent holds the assignment. `revision` counts
    how often it changed hands, so that stale commands can be refused. `waiting_since_ms` is when
    its wait began for the order of service (kept on transfer); `queued_at_ms` when this leg began.
    """

    contact_id: str
    queue_id: str
    channel: Channel
    priority: int
    rank: int
    serial: int
    bridge: str
    arrived_at_ms: int
    waiting_since_ms: int
    queued_at_ms: int
    give_up_at_ms: int | None
    extra: str = ""
    requires: dict[str, int] | None = None
    agent_id: str | None = None
    revision: int = 1
    leg: int = 1
    rona_count: int = 0
    reason: str | None = None
    customer_id: str | None = None
    value_milli: int | None = None
    may_market: bool = True
