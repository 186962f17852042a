"""Clocks: where the engine's time comes from."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Milliseconds since 1970 that never go back."""

    def now_ms(self) -> int:
        """Return the engine's time."""

    def saw(self, at_ms: int) -> None:
        """Hear of a time that a message carried."""


class RealClock:
    """The machine's clock at the start, carried on by its monotonic clock.

    Steps of the machine's clock while the engine runs change nothing. It begins not before
    `not_before_ms`, the journal's last time, should the machine's clock have been set back.
    """

    def __init__(
        self,
        not_before_ms: int = 0,
        time_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._offset_ns = time_ns() - monotonic_ns()
        lag_ns = not_before_ms * 1_000_000 - time_ns()
        if lag_ns > 0:
            self._offset_ns += lag_ns

    def now_ms(self) -> int:
        """Return the time since 1970, milliseconds."""
        return (self._monotonic_ns() + self._offset_ns) // 1_000_000

    def saw(self, at_ms: int) -> None:
        """Nothing: other people's clocks do not matter here."""


class TickedClock:
    """A clock that stands still until a message moves it: for demos and tests."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the latest time heard of, milliseconds."""
        return self._now_ms

    def saw(self, at_ms: int) -> None:
        """Move to `at_ms`, unless that is in the past."""
        self._now_ms = max(self._now_ms, at_ms)
