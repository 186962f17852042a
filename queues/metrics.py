"""Figures of a queue: over the day, by half-hour, and over a sliding window.

One rule for everything: **a contact counts in the interval in which it entered the queue**,
whatever happens to it later, and refused contacts in the interval in which they were refused.
So in every interval, day and window `arrived` is `accepted + abandoned + diverted + moved +
removed` and those still waiting, and ratios lie between 0 and 1. (The price: the newest interval
still changes while its contacts wait, and one that waits longer than the window has left it.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

from config.base import DAY_MS, MINUTE_MS
from queues.intervals import Intervals
from queues.local_time import LocalTime

Denominator = Literal["arrived", "accepted", "arrived_less_short_abandons"]

WINDOW_MS = 30 * MINUTE_MS
HALF_HOURS_KEPT_MS = 2 * DAY_MS
_BUCKETS = 30
Sums = dict[int, "QueueCounts"]


@dataclass(slots=True)
class QueueCounts:
    """Sums over contacts; all times are milliseconds.

    `removed`: left unserved for another reason (a ghost). `transferred_out`: served,
    then passed on. `handled`: whose handling is over, wrap-up included; the five handling figures
    are theirs. `wait_ms` is the sum over the accepted, `longest_wait_ms` over all whose wait ended.
    """

    arrived: int = 0
    accepted: int = 0
    accepted_in_time: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    refused: int = 0
    diverted: int = 0
    moved: int = 0
    removed: int = 0
    rona: int = 0
    wait_ms: int = 0
    longest_wait_ms: int = 0
    handled: int = 0
    transferred_out: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    marketing_ms: int = 0

    @property
    def waiting(self) -> int:
        """How many of the arrived still wait."""
        gone = self.accepted + self.abandoned + self.diverted + self.moved + self.removed
        return self.arrived - gone

    @property
    def asa_ms(self) -> int | None:
        """Average speed of answer: mean wait of the accepted; None if there are none."""
        return _mean(self.wait_ms, self.accepted)

    @property
    def aht_ms(self) -> int | None:
        """Average handle time: mean talk + hold + wrap-up of the handled; without marketing."""
        return _mean(self.talk_ms + self.hold_ms + self.wrap_up_ms, self.handled)

    @property
    def abandoned_ratio(self) -> float | None:
        """Abandoned ÷ arrived; None if nobody arrived."""
        return _ratio(self.abandoned, self.arrived)

    def service_level_ratio(self, denominator: Denominator) -> float | None:
        """Accepted in time ÷ what the queue's settings name; None if that is 0."""
        match denominator:
            case "arrived":
                return _ratio(self.accepted_in_time, self.arrived)
            case "accepted":
                return _ratio(self.accepted_in_time, self.accepted)
            case "arrived_less_short_abandons":
                return _ratio(self.accepted_in_time, self.arrived - self.short_abandoned)


def total(parts: Iterable[QueueCounts]) -> QueueCounts:
    """Return the counts of all `parts` together."""
    result = QueueCounts()
    for part in parts:
        longest_ms = max(result.longest_wait_ms, part.longest_wait_ms)
        for name in _COUNTED:
            setattr(result, name, getattr(result, name) + getattr(part, name))
        result.longest_wait_ms = longest_ms
    return result


@dataclass(frozen=True, slots=True)
class Handling:
    """How long one accepted contact was in an agent's hands, milliseconds."""

    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    marketing_ms: int
    transferred: bool


class QueueMetrics:
    """The counts of one queue. Reading sums a few dozen intervals, counting touches two."""

    def __init__(self, time_zone: str = "UTC", window_ms: int = WINDOW_MS) -> None:
        self.denominator: Denominator = "arrived"
        self.local = LocalTime(time_zone)
        self._known: dict[str, tuple[int, QueueCounts]] = {}
        self._bucket_ms = max(1, window_ms // _BUCKETS)
        self._half_hours = Intervals(self._half_hour_start_ms, HALF_HOURS_KEPT_MS, QueueCounts)
        self._window = Intervals(
            lambda at_ms: at_ms - at_ms % self._bucket_ms,
            self._bucket_ms * _BUCKETS,
            QueueCounts,
        )

    def configure(self, denominator: Denominator, time_zone: str) -> None:
        """Use these from now on; half-hours that have begun keep their bounds."""
        self.denominator = denominator
        if time_zone != self.local.time_zone:
            self.local = LocalTime(time_zone)
            self._known.clear()

    def kept(self) -> tuple[Sums, Sums]:
        """Return what to write to go on later: half-hours and parts of the window, by start."""
        return dict(self._half_hours.since(0)), dict(self._window.since(0))

    def restore(self, half_hours: Sums, window: Sums) -> None:
        """Go on from what `kept` gave."""
        self._half_hours.restore(half_hours)
        self._window.restore(window)

    def half_hours(self) -> list[tuple[int, QueueCounts]]:
        """Return the half-hours of the last two days in which anything happened, by start."""
        return list(self._half_hours.since(0))

    def half_hour(self, now_ms: int) -> tuple[int, QueueCounts]:
        """Return when the half-hour of `now_ms` began, and its counts."""
        start_ms = self.local.half_hour_start_ms(now_ms)
        return start_ms, self._sum("half_hour", self._half_hours, start_ms)

    def today(self, now_ms: int) -> QueueCounts:
        """Return the counts since midnight, local to the queue."""
        start_ms = self.local.day_start_ms(now_ms)
        return self._sum("today", self._half_hours, start_ms)

    def window(self, now_ms: int) -> QueueCounts:
        """Return the counts of the sliding window, which moves in steps of 1/30 of its length."""
        first_ms = self._window.start_of(now_ms) - (_BUCKETS - 1) * self._bucket_ms
        return self._sum("window", self._window, first_ms)

    def count_arrived(self, at_ms: int) -> None:
        """A contact entered the queue."""
        for counts in self._at(at_ms):
            counts.arrived += 1

    def count_refused(self, at_ms: int) -> None:
        """The queue did not take a contact."""
        for counts in self._at(at_ms):
            counts.refused += 1

    def count_rona(self, queued_at_ms: int) -> None:
        """A contact that entered at `queued_at_ms` rang without answer."""
        for counts in self._at(queued_at_ms):
            counts.rona += 1

    def count_accepted(self, queued_at_ms: int, wait_ms: int, in_time: bool) -> None:
        """An agent accepted a contact."""
        for counts in self._at(queued_at_ms):
            counts.accepted += 1
            counts.accepted_in_time += in_time
            counts.wait_ms += wait_ms
            counts.longest_wait_ms = max(counts.longest_wait_ms, wait_ms)

    def count_left(
        self,
        queued_at_ms: int,
        wait_ms: int,
        how: Literal["abandoned", "diverted", "moved", "removed"],
        short: bool,
    ) -> None:
        """A contact left unserved; `short` counts for the abandoned only."""
        for counts in self._at(queued_at_ms):
            setattr(counts, how, getattr(counts, how) + 1)
            counts.short_abandoned += short and how == "abandoned"
            counts.longest_wait_ms = max(counts.longest_wait_ms, wait_ms)

    def count_handled(self, queued_at_ms: int, handling: Handling) -> None:
        """The handling of a contact is over, its wrap-up included."""
        for counts in self._at(queued_at_ms):
            counts.handled += 1
            counts.transferred_out += handling.transferred
            counts.talk_ms += handling.talk_ms
            counts.hold_ms += handling.hold_ms
            counts.wrap_up_ms += handling.wrap_up_ms
            counts.marketing_ms += handling.marketing_ms

    def _sum(self, name: str, intervals: Intervals[QueueCounts], from_ms: int) -> QueueCounts:
        """Sum intervals up, once as long as nothing is counted: readers ask four times a second."""
        known = self._known.get(name)
        if known is None or known[0] != from_ms:
            counts = total(counts for _, counts in intervals.since(from_ms))
            known = self._known[name] = (from_ms, counts)
        return known[1]

    def _at(self, at_ms: int) -> tuple[QueueCounts, QueueCounts]:
        self._known.clear()
        return self._half_hours.at(at_ms), self._window.at(at_ms)

    def _half_hour_start_ms(self, at_ms: int) -> int:
        return self.local.half_hour_start_ms(at_ms)


_COUNTED = tuple(field.name for field in fields(QueueCounts))


def _mean(total_ms: int, count: int) -> int | None:
    return round(total_ms / count) if count else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
