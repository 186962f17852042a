"""Parts of the retained snapshots (`bus/snapshots.py`)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from contacts.vocabulary import Mode

UnixMs = Annotated[int, Meta(description="Unix milliseconds by the engine's clock.")]
Ratio = Annotated[
    float, Meta(ge=0, le=1, description="0 to 1; null if there was nothing to count.")
]


class PeriodFigures(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a queue did since `since_ms`."""

    since_ms: UnixMs
    arrived: int
    accepted: int
    abandoned: int
    short_abandoned: Annotated[int, Meta(description="Those of them within the short time.")]
    service_level_ratio: Ratio | None
    asa_ms: Annotated[int | None, Meta(description="Mean wait of the accepted, milliseconds.")]
    aht_ms: Annotated[
        int | None, Meta(description="Mean talk + hold + wrap-up of the handled, milliseconds.")
    ]


class MarketingFigures(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What came of marketing in a queue since midnight."""

    presented: Annotated[int, Meta(description="Products presented.")]
    accepted: int
    interested: int
    declined: int
    value_milli: Annotated[int, Meta(description="Value of what was accepted, thousandths.")]
    barred: Annotated[dict[str, int], Meta(description="Products not presented, by why.")]


class OverrideNow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A supervisor's word in force, and until when; null: until it is given back."""

    mode: Mode
    until_ms: UnixMs | None
    by: str


class GuardNow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The guard rail that closes the gate, what was measured, and its limit."""

    name: str
    since_ms: UnixMs
    measured: float | None
    limit: float | None


class ModeChange(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """When the mode shown changed, to what, and why: a code as in `mode_reason`."""

    at_ms: UnixMs
    mode: Mode
    reason: str


class GateNow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A queue's gate: how it is set, and who or what overrules it."""

    policy: str
    value_milli: Annotated[
        int, Meta(description="What a customer is worth who brings no value, thousandths.")
    ]
    override: OverrideNow | None
    guard: GuardNow | None
    changes: Annotated[list[ModeChange], Meta(description="The latest 5, newest first.")]


class AgentToday(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What an agent did since midnight; times are milliseconds, what still lasts included."""

    since_ms: UnixMs
    handled: int
    accepted_contacts: int
    rona: Annotated[int, Meta(description="Contacts that rang without answer.")]
    aht_ms: Annotated[int | None, Meta(description="Mean talk + hold + wrap-up of the handled.")]
    talk_ms: int
    ready_ms: int
    not_ready_ms: int
    presented: Annotated[int, Meta(description="Products presented.")]
    accepted: Annotated[int, Meta(description="Products accepted.")]
    value_milli: Annotated[int, Meta(description="Value of what was accepted, thousandths.")]


class EmergencyNow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The emergency a supervisor has declared."""

    since_ms: UnixMs
    reason: str
    by: str


class WaitingContact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One contact that waits."""

    contact_id: str
    queued_at_ms: UnixMs
    priority: int
    reason: str | None
    customer_id: str | None
    requires: Annotated[list[str], Meta(description="Skills it needs beyond its queue's.")]


class Acknowledgement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Who has seen an alarm, and when."""

    by: str
    at_ms: UnixMs
