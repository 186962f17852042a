"""What happened in a queue in the recent past, as the gate's model counts it. Pure.

Counts and sums are kept per minute, so the past slides by whole minutes and costs little memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Observed:
    """Numbers of events, and sums of times in milliseconds, in `elapsed_ms`.

    `service_ms` holds wrap-up and no marketing; `wait_ms` is of everybody who left the queue,
    answered or not; `abandoned` gave up.
    """

    elapsed_ms: int = 0
    arrived: int = 0
    served: int = 0
    service_ms: int = 0
    marketed: int = 0
    marketing_ms: int = 0
    abandoned: int = 0
    wait_ms: int = 0

    def add(self, other: Observed) -> None:
        """Count what another stretch of time held, too."""
        for one in _FIELDS:
            setattr(self, one, getattr(self, one) + getattr(other, one))


_FIELDS = [one.name for one in fields(Observed)]


class ObservedQueue:
    """Watches one queue over a sliding window. Times are milliseconds.

    An event may be told up to a minute late. `ever` is everything since `started_at_ms`.
    """

    def __init__(self, started_at_ms: int, window_ms: int = HOUR_MS) -> None:
        self._started_at_ms = started_at_ms
        self._window_ms = window_ms
        self._minutes: deque[tuple[int, Observed]] = deque()
        self.ever = Observed()

    def arrived(self, at_ms: int) -> None:
        """A contact entered the queue."""
        for sums in self._at(at_ms):
            sums.arrived += 1

    def left_queue(self, at_ms: int, wait_ms: int, *, gave_up: bool) -> None:
        """A contact was answered, or gave up, after this wait."""
        for sums in self._at(at_ms):
            sums.wait_ms += wait_ms
            sums.abandoned += gave_up

    def served(self, at_ms: int, service_ms: int, marketing_ms: int) -> None:
        """An agent is done: `service_ms` with wrap-up, without marketing (0: there was none)."""
        for sums in self._at(at_ms):
            sums.served += 1
            sums.service_ms += service_ms
            if marketing_ms > 0:
                sums.marketed += 1
                sums.marketing_ms += marketing_ms

    def recent(self, now_ms: int) -> Observed:
        """Return what the window held; it begins at a full minute."""
        first = self._forget(now_ms)
        total = Observed(elapsed_ms=max(now_ms - max(self._started_at_ms, first), 0))
        for _, sums in self._minutes:
            total.add(sums)
        return total

    def _at(self, at_ms: int) -> tuple[Observed, Observed]:
        minute = at_ms // MINUTE_MS
        if not self._minutes or self._minutes[-1][0] < minute:
            self._minutes.append((minute, Observed()))
            self._forget(at_ms)
        return self._minutes[-1][1], self.ever

    def _forget(self, now_ms: int) -> int:
        """Drop what is older than the window; return when that begins."""
        first = (now_ms - self._window_ms) // MINUTE_MS
        while self._minutes and self._minutes[0][0] < first:
            self._minutes.popleft()
        return first * MINUTE_MS
