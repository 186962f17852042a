"""Sums kept per interval of time, for as long as they are of interest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Sums = TypeVar("Sums")


class Intervals(Generic[Sums]):
    """One `Sums` for each interval in which something happened.

    `start_of(at_ms)` says which interval an instant is in. Intervals that began more than
    `kept_ms` before the newest are forgotten. Finding one costs O(1) amortised.
    """

    def __init__(
        self, start_of: Callable[[int], int], kept_ms: int, new: Callable[[], Sums]
    ) -> None:
        self.start_of = start_of
        self._kept_ms = kept_ms
        self._new = new
        self._sums: dict[int, Sums] = {}
        self._newest_ms = 0

    def at(self, at_ms: int) -> Sums:
        """Return the sums to add to at `at_ms`; for a forgotten interval, sums nobody reads."""
        start_ms = self.start_of(at_ms)
        found = self._sums.get(start_ms)
        if found is None:
            found = self._new()
            if start_ms > self._newest_ms - self._kept_ms:
                self._sums[start_ms] = found
            if start_ms > self._newest_ms:
                self._newest_ms = start_ms
                self._forget()
        return found

    def restore(self, sums: dict[int, Sums]) -> None:
        """Go on from sums by the start of their interval."""
        self._sums = sums
        self._newest_ms = max(sums, default=0)

    def since(self, from_ms: int) -> Iterator[tuple[int, Sums]]:
        """Yield the intervals that begin at `from_ms` or later, oldest first."""
        for start_ms in sorted(start for start in self._sums if start >= from_ms):
            yield start_ms, self._sums[start_ms]

    def _forget(self) -> None:
        horizon_ms = self._newest_ms - self._kept_ms
        for start_ms in [start for start in self._sums if start <= horizon_ms]:
            del self._sums[start_ms]
