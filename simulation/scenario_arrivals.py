"""How contacts arrive in a scenario: Poisson, at a rate that may change through the day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from config.base import DAY_MS, MINUTE_MS, Settings
from config.hours import minute_of_day
from simulation.scenario_periods import Clock, Period, boundaries_ms, minute_at, require_apart

Rate = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
WAVE_STEP_MS = 5 * MINUTE_MS


class Spike(Period):
    """In this period `factor` times as many arrive."""

    factor: Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]


class Arrivals(Settings):
    """What all kinds of arrivals have in common."""

    spikes: list[Spike] = Field(default_factory=list)

    @model_validator(mode="after")
    def _spikes_are_apart(self) -> Self:
        require_apart(self.spikes)
        return self


class ConstantArrivals(Arrivals):
    """The same rate all day."""

    kind: Literal["constant"]
    per_hour: Annotated[float, Field(gt=0, le=10_000_000, allow_inf_nan=False)]


class PeriodRate(Period):
    """A period and its rate."""

    per_hour: Rate


class PeriodArrivals(Arrivals):
    """A rate for each period; nobody arrives in the rest of the day."""

    kind: Literal["periods"]
    periods: Annotated[list[PeriodRate], Field(min_length=1)]

    @model_validator(mode="after")
    def _periods_are_apart(self) -> Self:
        require_apart(self.periods)
        if not any(one.per_hour for one in self.periods):
            raise ValueError("per_hour is 0 in every period: nobody would ever arrive")
        return self


class WaveArrivals(Arrivals):
    """One wave: `low_per_hour` at `starts` and `ends`, `high_per_hour` half-way; else nobody.

    The cosine between them is followed in steps of five minutes.
    """

    kind: Literal["wave"]
    low_per_hour: Rate
    high_per_hour: Annotated[float, Field(gt=0, le=10_000_000, allow_inf_nan=False)]
    starts: Clock = "00:00"
    ends: Clock = "24:00"

    @model_validator(mode="after")
    def _is_a_wave(self) -> Self:
        if self.low_per_hour > self.high_per_hour:
            raise ValueError(
                f"low_per_hour = {self.low_per_hour:g} is more than"
                f" high_per_hour = {self.high_per_hour:g}"
            )
        if self.starts >= self.ends:
            raise ValueError(f"ends = {self.ends} must be later than starts = {self.starts}")
        return self

    def per_hour_at(self, day_ms: int) -> float:
        """Return the rate at a time of day, milliseconds since midnight."""
        first = minute_of_day(self.starts) * MINUTE_MS
        length = minute_of_day(self.ends) * MINUTE_MS - first
        passed = (day_ms - first) / length
        if not 0 <= passed < 1:
            return 0.0
        height = (1 - cos(2 * pi * passed)) / 2
        return self.low_per_hour + (self.high_per_hour - self.low_per_hour) * height


AnyArrivals = Annotated[
    ConstantArrivals | PeriodArrivals | WaveArrivals, Field(discriminator="kind")
]


class Segment(NamedTuple):
    """A stretch of time with one rate."""

    from_ms: int
    until_ms: int
    per_hour: float


def segments(arrivals: AnyArrivals, from_ms: int, until_ms: int) -> list[Segment]:
    """Return the rate from one moment until another, as stretches without gaps."""
    cuts = sorted({from_ms, until_ms, *_cuts(arrivals, from_ms, until_ms)})
    return [
        Segment(first, last, rate_at(arrivals, (first + last) // 2))
        for first, last in pairwise(cuts)
    ]


def rate_at(arrivals: AnyArrivals, at_ms: int) -> float:
    """Return how many contacts arrive per hour at a moment."""
    minute = minute_at(at_ms)
    rate = _plain_rate(arrivals, at_ms, minute)
    return rate * next((one.factor for one in arrivals.spikes if one.covers(minute)), 1.0)


def _plain_rate(arrivals: AnyArrivals, at_ms: int, minute: int) -> float:
    match arrivals:
        case ConstantArrivals():
            return arrivals.per_hour
        case PeriodArrivals():
            return next((one.per_hour for one in arrivals.periods if one.covers(minute)), 0.0)
        case WaveArrivals():
            return arrivals.per_hour_at(at_ms % DAY_MS)


def _cuts(arrivals: AnyArrivals, from_ms: int, until_ms: int) -> list[int]:
    periods: Sequence[Period] = arrivals.spikes
    if isinstance(arrivals, PeriodArrivals):
        periods = [*arrivals.spikes, *arrivals.periods]
    cuts = list(boundaries_ms(periods, from_ms, until_ms))
    if isinstance(arrivals, WaveArrivals):
        first = from_ms - from_ms % WAVE_STEP_MS + WAVE_STEP_MS
        cuts += range(first, until_ms, WAVE_STEP_MS)
    return cuts
