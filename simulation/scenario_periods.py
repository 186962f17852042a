"""Periods of the day in a scenario: what differs between 9:00 and 10:00."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import DAY_MS, MINUTE_MS, Settings
from config.hours import minute_of_day

TIME_PATTERN = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
Clock = Annotated[str, Field(pattern=TIME_PATTERN)]


class Period(Settings):
    """From `starts` until just before `ends`, HH:MM, every day; "24:00" is the end of the day."""

    starts: Clock
    ends: Clock

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.starts >= self.ends:
            raise ValueError(
                f"the period from {self.starts} to {self.ends} is empty: ends must be later than"
                ' starts; a period over midnight is written as two, until "24:00" and from "00:00"'
            )
        return self

    def covers(self, minute: int) -> bool:
        """Tell whether the period covers a minute of the day."""
        return minute_of_day(self.starts) <= minute < minute_of_day(self.ends)


def require_apart(periods: Sequence[Period]) -> None:
    """Raise ValueError if two periods overlap."""
    ordered = sorted(periods, key=lambda one: one.starts)
    for first, second in pairwise(ordered):
        if second.starts < first.ends:
            raise ValueError(
                f"the periods {first.starts}-{first.ends} and {second.starts}-{second.ends}"
                " overlap: each minute may belong to one"
            )


def boundaries_ms(periods: Sequence[Period], from_ms: int, until_ms: int) -> Iterator[int]:
    """Yield each moment strictly between the two at which a period starts or ends, in order."""
    minutes = sorted({minute_of_day(at) for one in periods for at in (one.starts, one.ends)})
    midnight = from_ms - from_ms % DAY_MS
    while midnight < until_ms:
        moments = (midnight + minute * MINUTE_MS for minute in minutes if minute < 24 * 60)
        yield from (at for at in moments if from_ms < at < until_ms)
        midnight += DAY_MS


def minute_at(at_ms: int) -> int:
    """Return the minute of the day of a moment, in the scenario's own time (UTC)."""
    return at_ms % DAY_MS // MINUTE_MS


def clock_at(at_ms: int) -> str:
    """Return a moment as HH:MM."""
    minute = minute_at(at_ms)
    return f"{minute // 60:02}:{minute % 60:02}"
