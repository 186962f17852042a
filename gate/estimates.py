"""What the gate must know about a queue, estimated from what happened in the recent past.

Counts and sums are kept per minute, so the past slides by whole minutes and costs little memory.
Patience: customers who were answered only show that theirs was longer than their wait; for
exponential patience the maximum-likelihood estimate is all time waited ÷ all who gave up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was seen: arrivals per hour, and means in milliseconds, None where nothing was seen."""

    arrivals_per_hour: float
    service_ms: float | None
    marketing_ms: float | None
    patience_ms: float | None


@dataclass(slots=True)
class _Sums:
    """One minute (or all of them): numbers of events, and sums of times in milliseconds."""

    minute: int
    arrived: int = 0
    served: int = 0
    service_ms: int = 0
    marketed: int = 0
    marketing_ms: int = 0
    abandoned: int = 0
    wait_ms: int = 0


class QueueEstimator:
    """Watches one queue. Times are milliseconds and must not go back by more than a minute.

    A mean of which the window holds nothing is that of all that was ever seen.
    """

    def __init__(self, started_at_ms: int, window_ms: int = HOUR_MS) -> None:
        self._started_at_ms = started_at_ms
        self._window_ms = window_ms
        self._minutes: deque[_Sums] = deque()
        self._ever = _Sums(0)

    def arrived(self, at_ms: int) -> None:
        """A contact entered the queue."""
        self._minute(at_ms).arrived += 1

    def left_queue(self, at_ms: int, wait_ms: int, *, gave_up: bool) -> None:
        """A contact was answered, or gave up, after this wait."""
        for sums in (self._minute(at_ms), self._ever):
            sums.wait_ms += wait_ms
            sums.abandoned += gave_up

    def served(self, at_ms: int, service_ms: int, marketing_ms: int) -> None:
        """An agent is done: `service_ms` with wrap-up, without marketing (0: there was none)."""
        for sums in (self._minute(at_ms), self._ever):
            sums.served += 1
            sums.service_ms += service_ms
            if marketing_ms > 0:
                sums.marketed += 1
                sums.marketing_ms += marketing_ms

    def estimate(self, now_ms: int) -> Estimate:
        """Return what the window, begun at a full minute, says up to now."""
        self._forget(now_ms)
        first_ms = (now_ms - self._window_ms) // MINUTE_MS * MINUTE_MS
        watched_ms = max(now_ms - max(self._started_at_ms, first_ms), 1)
        return Estimate(
            arrivals_per_hour=sum(one.arrived for one in self._minutes) * HOUR_MS / watched_ms,
            service_ms=self._mean("service_ms", "served"),
            marketing_ms=self._mean("marketing_ms", "marketed"),
            patience_ms=self._mean("wait_ms", "abandoned"),
        )

    def _mean(self, total: str, number: str) -> float | None:
        count = sum(getattr(one, number) for one in self._minutes)
        if count:
            return float(sum(getattr(one, total) for one in self._minutes) / count)
        ever: int = getattr(self._ever, number)
        return float(getattr(self._ever, total) / ever) if ever else None

    def _minute(self, at_ms: int) -> _Sums:
        minute = at_ms // MINUTE_MS
        if not self._minutes or self._minutes[-1].minute < minute:
            self._minutes.append(_Sums(minute))
            self._forget(at_ms)
        return self._minutes[-1]

    def _forget(self, now_ms: int) -> None:
        first = (now_ms - self._window_ms) // MINUTE_MS
        while self._minutes and self._minutes[0].minute < first:
            self._minutes.popleft()
