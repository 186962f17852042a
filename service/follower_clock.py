"""The follower's clock: the engine's time, carried on between its records."""

from __future__ import annotations

import time

FRESH_MS = 5_000


class FollowerClock:
    """The engine's time as its records tell it, and this machine's steady clock between them.

    Steps of the machine's clock do not matter. Before the first fresh record it is the machine's
    time. A ticked clock is that of the last record.
    """

    def __init__(self, *, is_ticked: bool = False) -> None:
        self._is_ticked = is_ticked
        self._last_ms = 0
        self._at_ms = time.time_ns() // 1_000_000
        self._since_s = time.monotonic()

    def heard(self, at_ms: int, *, is_newest: bool) -> None:
        """Take in the time of a record; the newest there is cannot be far behind the engine."""
        self._last_ms = max(self._last_ms, at_ms)
        ahead_ms = self.now_ms() - at_ms
        if ahead_ms < 0 or (is_newest and ahead_ms > FRESH_MS):
            self._at_ms = at_ms
            self._since_s = time.monotonic()

    def now_ms(self) -> int:
        """Return the engine's time as far as it is known, never before its last record."""
        if self._is_ticked:
            return self._last_ms
        gone_ms = int((time.monotonic() - self._since_s) * 1_000)
        return max(self._at_ms + gone_ms, self._last_ms)
