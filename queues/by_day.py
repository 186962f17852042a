"""Sums of one day, begun anew at each local midnight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from queues.local_time import LocalTime

Sums = TypeVar("Sums")


class ByDay(Generic[Sums]):
    """One `Sums` by key (a queue, an agent), for the newest day in which it was added to.

    `kept` has when the day began (milliseconds) and its sums: what to write to go on later.
    """

    def __init__(self, new: Callable[[], Sums]) -> None:
        self.kept: dict[str, tuple[int, Sums]] = {}
        self._new = new

    def at(self, key: str, local: LocalTime, at_ms: int) -> Sums:
        """Return the sums to add to at `at_ms`; for a day that is over, sums nobody reads."""
        day_ms = local.day_start_ms(at_ms)
        kept = self.kept.get(key)
        if kept is not None and kept[0] == day_ms:
            return kept[1]
        sums = self._new()
        if kept is None or kept[0] < day_ms:
            self.kept[key] = (day_ms, sums)
        return sums

    def read(self, key: str, local: LocalTime, now_ms: int) -> tuple[int, Sums]:
        """Return when the day of `now_ms` began, and its sums; they are not to be changed."""
        day_ms = local.day_start_ms(now_ms)
        kept = self.kept.get(key)
        return kept if kept is not None and kept[0] == day_ms else (day_ms, self._new())
