"""What happened in a queue in the past, as the gate's model counts it. Pure.

Arrivals of the last hour say how busy it is now; times change slowly, so theirs fade: what lies a
half-life back counts half. Arrivals and waits are kept per minute, so that the past slides by whole
minutes and costs little memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
TIMES_HALF_LIFE_MS = 24 * HOUR_MS


@dataclass(slots=True)
class Times:
    """Numbers and sums of times, milliseconds; whole until they fade.

    `service_ms` holds wrap-up and no marketing; `wait_ms` is of everybody who left the queue,
    answered or not; `abandoned` gave up.
    """

    served: float = 0
    service_ms: float = 0
    marketed: float = 0
    marketing_ms: float = 0
    abandoned: float = 0
    wait_ms: float = 0

    def fade(self, factor: float) -> None:
        """Let everything count less."""
        for one in _TIMES:
            setattr(self, one, getattr(self, one) * factor)

    def add(self, other: Times) -> None:
        """Count what another stretch of time held, too."""
        for one in _TIMES:
            setattr(self, one, getattr(self, one) + getattr(other, one))


_TIMES = [one.name for one in fields(Times)]


class ObservedQueue:
    """Watches one queue. Times are milliseconds; an event may be told up to a minute late."""

    def __init__(
        self,
        started_at_ms: int,
        window_ms: int = HOUR_MS,
        half_life_ms: int = TIMES_HALF_LIFE_MS,
    ) -> None:
        self._started_at_ms = started_at_ms
        self._window_ms = window_ms
        self._half_life_ms = half_life_ms
        self._minutes: deque[list[int]] = deque()
        self._faded_at_ms = started_at_ms
        self.times = Times()

    def arrived(self, at_ms: int) -> None:
        """A contact entered the queue."""
        minute = at_ms // MINUTE_MS
        if self._minutes and self._minutes[-1][0] >= minute:
            self._minutes[-1][1] += 1
        else:
            self._minutes.append([minute, 1])
            self._forget(at_ms)

    def left_queue(self, wait_ms: int, *, gave_up: bool) -> None:
        """A contact left the queue after this wait: it was answered, or gave up."""
        self.times.wait_ms += wait_ms
        self.times.abandoned += gave_up

    def served(self, service_ms: int, marketing_ms: int) -> None:
        """An agent is done: `service_ms` with wrap-up, without marketing (0: there was none)."""
        self.times.served += 1
        self.times.service_ms += service_ms
        if marketing_ms > 0:
            self.times.marketed += 1
            self.times.marketing_ms += marketing_ms

    def recent_arrivals(self, now_ms: int) -> tuple[int, int]:
        """Return how many arrived in the window, and how long that was; it begins at a minute."""
        first_ms = self._forget(now_ms)
        elapsed_ms = max(now_ms - max(self._started_at_ms, first_ms), 0)
        return sum(count for _, count in self._minutes), elapsed_ms

    def fade(self, now_ms: int) -> None:
        """Let the times of the past count less, by how long they lie back."""
        passed_ms = now_ms - self._faded_at_ms
        if passed_ms >= MINUTE_MS:
            self.times.fade(0.5 ** (passed_ms / self._half_life_ms))
            self._faded_at_ms = now_ms

    def _forget(self, now_ms: int) -> int:
        """Drop what is older than the window; return when that begins."""
        first = (now_ms - self._window_ms) // MINUTE_MS
        while self._minutes and self._minutes[0][0] < first:
            self._minutes.popleft()
        return first * MINUTE_MS
