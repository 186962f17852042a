"""The routing settings the core decides by: queues, agents and limits.

Frozen pydantic models: validated once when loaded, then read as plain attributes.
Times are integer milliseconds.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.base import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, OpeningHours, Settings
from config.gate import GateSettings
from config.marketing import MarketingSettings
from contacts.ids import ID_PATTERN
from contacts.vocabulary import Channel, Refusal

Id = Annotated[str, Field(pattern=ID_PATTERN)]
SkillLevel = Annotated[int, Field(ge=1, le=10)]
Skills = dict[Id, SkillLevel]
Name = Annotated[str, Field(min_length=1, max_length=128)]
DispositionCode = Annotated[str, Field(min_length=1, max_length=64)]
Destination = Annotated[str, Field(min_length=1, max_length=256)]
Priority = Annotated[int, Field(ge=0, le=99)]
CATEGORY_PATTERN = r"^(\*|[A-Za-z0-9._:@=~-]{1,128})$"
EXPIRY_PATTERN = r"^(none|[0-9]{4}-[0-9]{2}-[0-9]{2})$"


def _is_a_date(expiry: str) -> str:
    if expiry != "none":
        try:
            date.fromisoformat(expiry)
        except ValueError:
            raise ValueError(f'"{expiry}" is no day of the calendar') from None
    return expiry


Category = Annotated[str, Field(pattern=CATEGORY_PATTERN)]
Expiry = Annotated[str, Field(pattern=EXPIRY_PATTERN), AfterValidator(_is_a_date)]
StrategyName = Literal["longest_idle", "least_occupied", "round_robin", "most_skilled", "fastest"]


class WrapUpSettings(Settings):
    """After-contact work: how long, and who may end it."""

    kind: Literal["none", "timed", "forced", "manual"] = "timed"
    """none: no wrap-up. timed: ends by itself, the agent may end it sooner. forced: lasts the
    full time. manual: the agent ends it, at the latest after `duration_ms`."""
    duration_ms: int = Field(30 * SECOND_MS, ge=0, le=4 * HOUR_MS)
    """Length of wrap-up, milliseconds; for `manual` its upper limit."""
    extension_max_ms: int = Field(5 * MINUTE_MS, ge=0, le=4 * HOUR_MS)
    """How much an agent may add to one wrap-up in all, milliseconds."""


class ServiceLevelSettings(Settings):
    """What counts as served in time."""

    threshold_ms: int = Field(20 * SECOND_MS, ge=0, le=DAY_MS)
    """Accepted within this wait is in time, milliseconds."""
    target_ratio: float = Field(0.8, ge=0, le=1)
    """The service level to reach; below it an alarm is raised, and pages show it so."""
    denominator: Literal["arrived", "accepted", "arrived_less_short_abandons"] = "arrived"
    """What accepted-in-time is divided by."""
    short_abandon_ms: int = Field(5 * SECOND_MS, ge=0, le=HOUR_MS)
    """An abandonment within this wait is counted as short, milliseconds."""


class QueueSettings(Settings):
    """One contact queue."""

    queue_id: Id
    """The queue's id; appears in topics and reports."""
    name: Name | None = None
    """What people call the queue; shown instead of its id."""
    channel: Channel = Channel.VOICE
    """Medium of the contacts that wait here."""
    requires: Skills = Field(default_factory=dict)
    """Skills an agent must have, each with the lowest level that will do (1 to 10)."""
    strategy: StrategyName = "longest_idle"
    """Which of several available agents takes the contact."""
    priority: Priority = 0
    """Priority of contacts that bring none of their own."""
    priority_step_ms: int | None = Field(60 * SECOND_MS, ge=0, le=DAY_MS)
    """Ageing: one step of priority is worth this much waiting. Left out with
    `strict_priority = true`."""
    strict_priority: bool = False
    """Priority always goes first, however long others have waited. May starve them."""
    ring_timeout_ms: int = Field(20 * SECOND_MS, ge=1 * SECOND_MS, le=10 * MINUTE_MS)
    """How long a reservation may wait for the agent's answer, milliseconds."""
    max_waiting: int | None = Field(None, ge=0, le=1_000_000)
    """Contacts beyond this number are refused as `full`. Left out: no limit."""
    max_wait_ms: int | None = Field(None, ge=1 * SECOND_MS, le=7 * DAY_MS)
    """A contact that waited this long is diverted. Left out: no limit."""
    refuse_without_staff: bool = False
    """Refuse contacts as `no_staff` while no agent who could serve them is signed in."""
    at_closing: Literal["serve", "divert"] = "serve"
    """What happens to those still waiting when the queue closes."""
    destinations: dict[Refusal, Destination] = Field(default_factory=dict)
    """Where the PBX shall send a contact the queue does not take, per reason: closed, full,
    no_staff, waited_too_long. Any text the PBX understands."""
    disposition_codes: list[DispositionCode] = Field(default_factory=list, max_length=200)
    """What agents may say came of a contact, in the centre's own codes. Empty: any code."""
    gate: GateSettings = GateSettings()
    wrap_up: WrapUpSettings = WrapUpSettings()
    service_level: ServiceLevelSettings = ServiceLevelSettings()
    time_zone: str = "UTC"
    """IANA time zone of opening hours and half-hours."""
    hours: list[OpeningHours] = Field(default_factory=list)
    """Opening hours; empty: always open."""


class AgentSettings(Settings):
    """One agent (a person)."""

    agent_id: Id
    """The agent's id; appears in topics and reports."""
    name: Name | None = None
    """What people call the agent; shown instead of the id."""
    skills: Skills = Field(default_factory=dict)
    """Skills with levels 1 (beginner) to 10 (expert)."""
    capacity: dict[Channel, Annotated[int, Field(ge=0, le=50)]] = Field(
        default_factory=lambda: {Channel.VOICE: 1, Channel.CHAT: 3, Channel.TASK: 5}
    )
    """Contacts at the same time per channel."""
    team: Id | None = None
    """Team for reports."""
    certificates: dict[Category, Expiry] = Field(default_factory=dict)
    """Product categories the agent may present ("*": all), each with the last day on which the
    certificate is valid, as "2026-12-31", or "none"."""
    learner: bool = False
    """Whether the agent is still learning to market: see `marketing.learner_load_max`."""


class LimitSettings(Settings):
    """Bounds that keep the engine healthy."""

    agent_grace_ms: int = Field(60 * SECOND_MS, ge=0, le=HOUR_MS)
    """How long a vanished agent's contact is kept before it is closed, milliseconds."""
    load_unknown_after_ms: int = Field(1 * SECOND_MS, ge=100, le=HOUR_MS)
    """A bridge that sends heartbeats and has been silent for so long leaves the load unknown: the
    gates are closed until it is heard again, milliseconds."""
    remembered_events: int = Field(200_000, ge=1_000, le=5_000_000)
    """How many event ids are remembered to recognise repeats; older repeats are taken as new."""
    remembered_contacts: int = Field(100_000, ge=1_000, le=5_000_000)
    """How many contacts that agents had are remembered, so that surveys about them are taken."""
    exclusive_channels: list[Channel] = Field(default_factory=lambda: [Channel.VOICE])
    """While an agent has a contact on one of these, no other channel is offered, and none of
    these is offered while the agent has any other contact."""
    unlisted_agents: bool = True
    """Whether agents not in the configuration may sign in, with the skills their message names."""


class RoutingSettings(Settings):
    """All the core decides by. Journaled as a whole whenever it changes."""

    queues: list[QueueSettings] = Field(default_factory=list)
    agents: list[AgentSettings] = Field(default_factory=list)
    limits: LimitSettings = LimitSettings()
    marketing: MarketingSettings = MarketingSettings()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for name, ids in (
            ("queue_id", [queue.queue_id for queue in self.queues]),
            ("agent_id", [agent.agent_id for agent in self.agents]),
        ):
            twice = sorted(one for one, times in Counter(ids).items() if times > 1)
            if twice:
                raise ValueError(f"{name} given twice: {', '.join(twice)}")
        return self
