"""Retained snapshots of queues, agents, the catalogue and the engine, for readers who join late.

`sequence` is the journal's: every decision with `seq` up to it is in the snapshot. Snapshots are
coalesced: a reader sees the latest, not each. Keep the one with the highest (`epoch`, `sequence`).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bus.snapshot_parts import (
    Acknowledgement,
    AgentToday,
    EmergencyNow,
    GateNow,
    MarketingFigures,
    PeriodFigures,
    Ratio,
    UnixMs,
    WaitingContact,
)
from contacts.vocabulary import AgentState, AssignmentState, Mode, NeverScope, ReactionKind
from marketing.preference_values import Term
from router.alarm_watch import AlarmCode, Severity


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What every snapshot carries."""

    v: Literal[1] = 1
    epoch: int
    sequence: int
    at_ms: UnixMs


class QueueSnapshot(Snapshot, frozen=True, kw_only=True):
    """One queue now, its sliding figures, and those of the current half-hour.

    The half-hour is one of the queue's time zone. `estimated_wait_ms` is for a contact that
    arrives now, null if nobody is signed in.
    """

    queue_id: str
    name: Annotated[str | None, Meta(description="As configured.")] = None
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
    today: Annotated[PeriodFigures, Meta(description="Since midnight in the queue's time zone.")]
    marketing_today: MarketingFigures
    gate: GateNow
    service_level_target_ratio: Ratio
    threshold_ms: Annotated[int, Meta(description="Accepted within this wait is in time.")]
    disposition_codes: Annotated[
        list[str], Meta(description="What may be said of a contact at wrap-up; empty: anything.")
    ]


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
    name: Annotated[str | None, Meta(description="As configured.")] = None
    team: str | None = None
    state: AgentState
    since_ms: UnixMs
    reason: str | None
    has_session: Annotated[bool, Meta(description="Signed in at some client.")]
    lost: Annotated[bool, Meta(description="That client has vanished and is not back yet.")]
    contacts: list[AgentContact]
    skills: Annotated[dict[str, int], Meta(description="Levels 1 to 10.")]
    queues: Annotated[list[str], Meta(description="Queues whose contacts the agent can serve.")]
    certificates: Annotated[
        list[str], Meta(description='Product categories the agent may present; "*": all.')
    ]
    is_learner: bool
    today: AgentToday
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
    emergency: EmergencyNow | None = None
    catalogue_version: str | None = None


class WaitingSnapshot(Snapshot, frozen=True, kw_only=True):
    """Who waits in a queue: how many in all, and the first 50 in the order of service."""

    queue_id: str
    total: int
    contacts: list[WaitingContact]


class MarketingSnapshot(Snapshot, frozen=True, kw_only=True):
    """What came of marketing in the whole domain since `since_ms`, its last midnight."""

    since_ms: UnixMs
    presented: int
    accepted: int
    interested: int
    declined: int
    not_now: int
    never_again: int
    value_milli: Annotated[int, Meta(description="Value of what was accepted, thousandths.")]
    barred: Annotated[dict[str, int], Meta(description="Products not presented, by why.")]


class DaySnapshot(Snapshot, frozen=True, kw_only=True):
    """A queue's day in slots since `from_ms`, its last midnight.

    Each slot is `[arrived, accepted, in time, abandoned, milliseconds of marketing shown]`. A
    contact counts in the slot in which it entered the queue.
    """

    queue_id: str
    slot_ms: int
    from_ms: UnixMs
    slots: list[list[int]]


class AlarmSnapshot(Snapshot, frozen=True, kw_only=True):
    """Something a supervisor should know, since `since_ms`; the topic is cleared when it is over.

    `alarm_id` stays the same as long as it lasts. `values` are what was measured, and limits.
    """

    alarm_id: str
    code: AlarmCode
    severity: Severity
    queue_id: str | None
    agent_id: str | None
    since_ms: UnixMs
    values: dict[str, int | float | str]
    acknowledged: Acknowledgement | None


AnySnapshot = (
    QueueSnapshot
    | AgentSnapshot
    | EngineSnapshot
    | WaitingSnapshot
    | MarketingSnapshot
    | DaySnapshot
    | AlarmSnapshot
    | CatalogueSnapshot
)
