"""What an agent's time was spent on, by half-hour.

An agent does one thing at a time for these figures, however many contacts are in hand: the first
that applies of talking, marketing, hold, wrap-up, ringing; else ready or not ready.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from queues.intervals import Intervals
from queues.local_time import HALF_HOUR_MS, LocalTime
from queues.metrics import HALF_HOURS_KEPT_MS


class Activity(StrEnum):
    """What a signed-in agent does. Talk includes service complete, ringing includes reserved."""

    READY = "ready"
    RINGING = "ringing"
    TALK = "talk"
    HOLD = "hold"
    MARKETING = "marketing"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"


OCCUPIED = (Activity.TALK, Activity.HOLD, Activity.MARKETING, Activity.WRAP_UP)


@dataclass(slots=True)
class AgentSums:
    """Milliseconds by activity, those not ready also by reason; contacts accepted, and RONAs."""

    accepted: int = 0
    rona: int = 0
    time_ms: dict[Activity, int] = field(default_factory=lambda: dict.fromkeys(Activity, 0))
    not_ready_ms: dict[str, int] = field(default_factory=dict)

    def add(self, activity: Activity, reason: str | None, spent_ms: int) -> None:
        """Add `spent_ms` of `activity`; `reason` says why not ready."""
        self.time_ms[activity] += spent_ms
        if activity is Activity.NOT_READY:
            reason = reason or ""
            self.not_ready_ms[reason] = self.not_ready_ms.get(reason, 0) + spent_ms

    def merge(self, other: AgentSums) -> None:
        """Add all of `other`."""
        self.accepted += other.accepted
        self.rona += other.rona
        for activity, spent_ms in other.time_ms.items():
            self.time_ms[activity] += spent_ms
        for reason, spent_ms in other.not_ready_ms.items():
            self.not_ready_ms[reason] = self.not_ready_ms.get(reason, 0) + spent_ms

    @property
    def handling_ms(self) -> int:
        """Talk, service complete and hold; without marketing."""
        return self.time_ms[Activity.TALK] + self.time_ms[Activity.HOLD]

    @property
    def occupancy_ratio(self) -> float | None:
        """(Handling with marketing + wrap-up) ÷ (that + ready); None if both are 0."""
        busy_ms = sum(self.time_ms[activity] for activity in OCCUPIED)
        whole_ms = busy_ms + self.time_ms[Activity.READY]
        return busy_ms / whole_ms if whole_ms else None


@dataclass(slots=True)
class Span:
    """A stretch of one activity; `until_ms` is None while it lasts. `span_id` counts from 1."""

    span_id: int
    agent_id: str
    activity: Activity
    reason: str | None
    from_ms: int
    until_ms: int | None = None


class AgentTimes:
    """The sums of one agent over the last two days of half-hours."""

    def __init__(self, local: LocalTime) -> None:
        self._local = local
        self._half_hours = Intervals(self._half_hour_start_ms, HALF_HOURS_KEPT_MS, AgentSums)
        self._open: Span | None = None

    def configure(self, local: LocalTime) -> None:
        """Use the half-hours and days of `local` from now on."""
        self._local = local

    def follow(self, span: Span) -> None:
        """Take note that `span` began or ended."""
        if span.until_ms is None:
            self._open = span
        else:
            self._open = None
            for start_ms, spent_ms in self._pieces(span, span.until_ms):
                self._half_hours.at(start_ms).add(span.activity, span.reason, spent_ms)

    def count_accepted(self, at_ms: int) -> None:
        """The agent accepted a contact."""
        self._half_hours.at(at_ms).accepted += 1

    def count_rona(self, at_ms: int) -> None:
        """The agent did not answer."""
        self._half_hours.at(at_ms).rona += 1

    def half_hours(self, now_ms: int) -> list[tuple[int, AgentSums]]:
        """Return the sums by half-hour, the running activity counted up to `now_ms`."""
        result: dict[int, AgentSums] = {}
        for start_ms, sums in self._half_hours.since(0):
            result[start_ms] = AgentSums()
            result[start_ms].merge(sums)
        if self._open is not None:
            for start_ms, spent_ms in self._pieces(self._open, now_ms):
                sums = result.setdefault(start_ms, AgentSums())
                sums.add(self._open.activity, self._open.reason, spent_ms)
        return sorted(result.items())

    def today(self, now_ms: int) -> AgentSums:
        """Return the sums since local midnight, the running activity counted up to `now_ms`."""
        midnight_ms = self._local.day_start_ms(now_ms)
        result = AgentSums()
        for start_ms, sums in self.half_hours(now_ms):
            if start_ms >= midnight_ms:
                result.merge(sums)
        return result

    def _pieces(self, span: Span, until_ms: int) -> list[tuple[int, int]]:
        """Cut a span at half-hours: (start of the half-hour, milliseconds in it)."""
        result, at_ms = [], max(span.from_ms, until_ms - HALF_HOURS_KEPT_MS)
        while at_ms < until_ms:
            start_ms = self._half_hour_start_ms(at_ms)
            piece_until_ms = min(until_ms, start_ms + HALF_HOUR_MS)
            result.append((start_ms, piece_until_ms - at_ms))
            at_ms = piece_until_ms
        return result

    def _half_hour_start_ms(self, at_ms: int) -> int:
        return self._local.half_hour_start_ms(at_ms)
