"""Retained snapshots of queues, agents, the catalogue and the engine, for readers who join late.

`sequence` is the journal's: every decision with `seq` up to it is in the snapshot. Snapshots are
coalesced: a reader sees the latest, not each. Keep the one with the highest (`epoch`, `sequence`).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contacts.vocabulary import AgentState, AssignmentState, Mode, NeverScope, ReactionKind
from marketing.preference_values import Term

UnixMs = Annotated[int, Meta(description="Unix milliseconds by the engine's clock.")]
Ratio = Annotated[
    float, Meta(ge=0, le=1, description="0 to 1; null if there was nothing to count.")
]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What every snapshot carries."""

    v: Literal[1] = 1
    epoch: int
    sequence: int
    at_ms: UnixMs


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


class QueueSnapshot(Snapshot, frozen=True, kw_only=True):
    """One queue now, its sliding figures, and those of the current half-hour.

    The half-hour is one of the queue's time zone. `estimated_wait_ms` is for a contact that
    arrives now, null if nobody is signed in.
    """

    queue_id: str
    is_open: bool
    mode: Mode
    mode_reason: Annotated[str, Meta(description="Code of why, as in marketing_decided.")]
    price_milli: Annotated[
        int | None,
        Meta(
            description="Price of the agents' time now, thousandths; null: nobody is marketed to."
        ),
    ] = None
    marketing: Annotated[int, Meta(description="Agents who are marketing now.")] = 0
    waiting: int
    longest_wait_ms: int
    reserved: int
    in_service: int
    staffed: Annotated[int, Meta(description="Agents signed in who could serve this queue.")]
    available: Annotated[int, Meta(description="Those of them who could take a contact now.")]
    occupancy_ratio: Ratio | None
    estimated_wait_ms: int | None
    sliding: PeriodFigures
    half_hour: PeriodFigures


class RoundProduct(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A product of a round: what is expected of it and why, how far it is, the last reaction.

    `open`: selected, not presented yet. `released`: not presented, or said not to have been.
    """

    product_id: str
    chance: Ratio
    value_milli: int
    terms: tuple[Term, ...]
    state: Literal["open", "presented", "released"]
    reaction: ReactionKind | None = None
    scope: Annotated[NeverScope | None, Meta(description="Of what never again was said.")] = None


class ContactRound(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The products selected for a contact, best first."""

    round_id: str
    products: list[RoundProduct]


class AgentContact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One contact in an agent's hands; `state` ends by itself at `until_ms`, unless null.

    `mode` is what the gate would answer now, for `mode_reason`; shown with a gap, so that it does
    not flicker. It is null once the customer is gone. `round` is the newest, if there is one.
    """

    contact_id: str
    queue_id: str
    state: AssignmentState
    since_ms: UnixMs
    until_ms: UnixMs | None
    revision: int
    customer_id: str | None = None
    reason: Annotated[str | None, Meta(description="Why the customer is in contact.")] = None
    mode: Mode | None = None
    mode_reason: str | None = None
    round: ContactRound | None = None


class AgentSnapshot(Snapshot, frozen=True, kw_only=True):
    """One agent: the own state since `since_ms` with its reason, and the contacts in hand.

    `state_by` is the supervisor who set that state, null if the agent or the engine did.
    """

    agent_id: str
    state: AgentState
    since_ms: UnixMs
    reason: str | None
    has_session: Annotated[bool, Meta(description="Signed in at some client.")]
    lost: Annotated[bool, Meta(description="That client has vanished and is not back yet.")]
    contacts: list[AgentContact]
    state_by: str | None = None


class CatalogueProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product as people read of it: name and talking points by language ("en", "zh" ...)."""

    product_id: str
    category: str
    names: dict[str, str]
    value_milli: int
    talking_points: Annotated[
        dict[str, list[str]], Meta(description="What the agent can say, the best first.")
    ]
    is_presented: Annotated[
        bool, Meta(description="false: only listed, as something that customers hold.")
    ] = True


class CatalogueSnapshot(Snapshot, frozen=True, kw_only=True):
    """The catalogue in force, as desktops need it; nothing is retained while there is none.

    `version` names its content: the same catalogue has the same version. `reasons` are contact
    reasons in words, by language.
    """

    version: str
    products: list[CatalogueProduct]
    reasons: dict[str, dict[str, str]]


class EngineSnapshot(Snapshot, frozen=True, kw_only=True):
    """How the engine is. `lost` is its last will: the broker says it, so the numbers are old."""

    status: Literal["ready", "paused", "stopped", "lost"]
    version: Annotated[str, Meta(description="Version of the engine's software.")]


AnySnapshot = QueueSnapshot | AgentSnapshot | CatalogueSnapshot | EngineSnapshot
