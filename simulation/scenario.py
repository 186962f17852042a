"""A scenario: a call centre and a stretch of its day, as a TOML file states them.

Frozen pydantic models; `scenario_loader.load_scenario` reads a file. Times are milliseconds, times
of day HH:MM in the scenario's own time, which the engine takes for UTC. The queues' keys are those
of the engine's configuration, plus what only a simulation can know: who comes, and for how long.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import DAY_MS, HOUR_MS, Settings
from config.gate import GateSettings
from config.routing import (
    AgentSettings,
    Category,
    Expiry,
    Id,
    QueueSettings,
    RoutingSettings,
    Skills,
)
from simulation.scenario_arrivals import AnyArrivals
from simulation.scenario_draws import AnyDraw, Draw
from simulation.scenario_periods import Period, minute_at, require_apart
from simulation.taste_settings import Tastes

Ratio = Annotated[float, Field(ge=0, le=1)]
Agents = Annotated[int, Field(ge=0, le=20_000)]
PriceSource = Literal["told", "estimated"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Retry(Settings):
    """Customers who call again after they gave up waiting."""

    ratio: Ratio
    """Share of those who gave up who try again."""
    delay_ms: Draw
    """How long they let pass first."""
    most: int = Field(3, ge=1, le=100)
    """How often one customer tries again at most."""


class ScenarioQueue(QueueSettings):
    """A contact queue with its customers."""

    arrivals: AnyArrivals
    service_ms: AnyDraw
    """How long what the customer came for takes."""
    marketing_ms: AnyDraw | None = None
    """How long marketing takes where it is granted. Left out: nobody may be marketed to."""
    patience_ms: AnyDraw | None = None
    """How long customers wait before they give up. Left out: they never do."""
    wrap_up_ms: AnyDraw | None = None
    """When agents end their wrap-up themselves. Left out: it takes the full time of `wrap_up`."""
    value_milli: AnyDraw | None = None
    """What marketing to a customer is worth, thousandths. Left out: `gate.value_milli`."""
    may_market_ratio: Ratio = 1.0
    """Share of customers who may be marketed to."""
    trunk_lines: int | None = Field(None, ge=1, le=1_000_000)
    """With so many customers waiting or with agents, the next hears the busy tone."""
    retry: Retry | None = None

    @model_validator(mode="after")
    def _wrap_up_can_be_ended(self) -> Self:
        if self.wrap_up_ms is not None and self.wrap_up.kind in ("none", "forced"):
            raise ValueError(
                f'wrap_up_ms is given, but with wrap_up.kind = "{self.wrap_up.kind}" agents cannot'
                ' end the wrap-up themselves; use "manual" or "timed"'
            )
        return self

    def settings(self, gate: GateSettings) -> QueueSettings:
        """Return what the engine is told of the queue, with this gate."""
        own = {name: getattr(self, name) for name in QueueSettings.model_fields}
        return QueueSettings(**{**own, "gate": gate})


class StaffPeriod(Period):
    """A period and how many agents of the group are at work in it."""

    agents: Agents


class AgentGroup(Settings):
    """Agents with the same skills: so many all day, or by period and none in the rest of it."""

    name: Id
    skills: Skills
    """Skills with levels from 1 to 10; the strategy "most_skilled" prefers the highest."""
    certificates: dict[Category, Expiry] = Field(default_factory=lambda: {"*": "none"})
    """What each agent of the group may present, where the scenario has tastes: all, by default."""
    agents: Agents | None = None
    staffing: list[StaffPeriod] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_agents(self) -> Self:
        if (self.agents is None) == (not self.staffing):
            raise ValueError("give either agents (all day) or staffing (by period)")
        require_apart(self.staffing)
        if not self.agents and not any(one.agents for one in self.staffing):
            raise ValueError(f"the group {self.name} never has an agent; give at least 1")
        return self

    def agents_at(self, at_ms: int) -> int:
        """Return how many are to be at work at a moment."""
        if self.agents is not None:
            return self.agents
        minute = minute_at(at_ms)
        return next((one.agents for one in self.staffing if one.covers(minute)), 0)

    def agent_id(self, number: int) -> str:
        """Return the id of one of the agents; they are numbered from 1."""
        return f"{self.name}-{number}"

    @property
    def listed(self) -> list[AgentSettings]:
        """All who may ever be at work, with skills and certificates.

        Twice the most at work: while those who leave finish what they have in hand, others come.
        """
        most = max([self.agents or 0, *(one.agents for one in self.staffing)])
        return [
            AgentSettings(
                agent_id=self.agent_id(number),
                skills=self.skills,
                certificates=self.certificates,
            )
            for number in range(1, 2 * most + 1)
        ]

    def may_serve(self, queue: QueueSettings) -> bool:
        """Tell whether the group has the skills the queue requires."""
        return all(self.skills.get(skill, 0) >= level for skill, level in queue.requires.items())


class Scenario(Settings):
    """All of it. What happens in the warm-up is not counted."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    start: datetime = datetime(2026, 3, 2)
    """When it begins (a Monday, at midnight), without a time zone."""
    warm_up_ms: int = Field(0, ge=0, le=7 * DAY_MS)
    duration_ms: int = Field(ge=60_000, le=31 * DAY_MS)
    """How long is counted, after the warm-up."""
    busyness_cv: float = Field(0.0, ge=0, le=5)
    """Days differ: all rates of a replication are multiplied by one factor, gamma distributed
    with mean 1 and this coefficient of variation."""
    prices: PriceSource = "told"
    """Whether the policy "optimal" is told the true rates and times or must estimate them."""
    estimation_window_ms: int = Field(HOUR_MS, ge=60_000, le=DAY_MS)
    """Over how much of the past "estimated" looks back."""
    queues: Annotated[list[ScenarioQueue], Field(min_length=1)]
    groups: Annotated[list[AgentGroup], Field(min_length=1)]
    tastes: Tastes | None = None
    """What customers like. Left out: nothing is selected, and who accepts is not simulated."""

    @model_validator(mode="after")
    def _start_has_no_zone(self) -> Self:
        if self.start.tzinfo is not None:
            raise ValueError(f"start = {self.start.isoformat()} has a time zone; leave it out")
        return self

    @property
    def start_ms(self) -> int:
        """When it begins, milliseconds since 1970."""
        return round((self.start.replace(tzinfo=UTC) - _EPOCH).total_seconds() * 1000)

    @property
    def counted_from_ms(self) -> int:
        """When the warm-up is over."""
        return self.start_ms + self.warm_up_ms

    @property
    def end_ms(self) -> int:
        """When it ends: nobody arrives any more; those still there are served."""
        return self.counted_from_ms + self.duration_ms

    def routing(self, gates: dict[str, GateSettings]) -> RoutingSettings:
        """Return what the engine is told, with these gates by queue."""
        queues = [queue.settings(gates[queue.queue_id]) for queue in self.queues]
        if self.tastes is None:
            return RoutingSettings(queues=queues)
        agents = [agent for group in self.groups for agent in group.listed]
        marketing = self.tastes.marketing.model_copy(update={"enabled": True})
        return RoutingSettings(queues=queues, agents=agents, marketing=marketing)
