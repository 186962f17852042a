"""A queue's day in slots of five minutes, for a chart."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.base import MINUTE_MS

SLOT_MS = 5 * MINUTE_MS

Slot = list[int]
"""Arrived, accepted, in time, abandoned, milliseconds in which marketing was shown."""

ARRIVED, ACCEPTED, IN_TIME, ABANDONED, MARKETING_MS = range(5)


@dataclass(slots=True)
class DaySlots:
    """The slots since midnight in which anything happened, by number; a day has at most 300.

    A contact counts in the slot in which it entered the queue, as in `queues/metrics.py`.
    """

    slots: dict[int, Slot] = field(default_factory=dict)

    def count(self, day_ms: int, at_ms: int, what: int) -> None:
        """Count one of `what` at `at_ms` of the day that began at `day_ms`."""
        self._slot((at_ms - day_ms) // SLOT_MS)[what] += 1

    def add_marketing(self, day_ms: int, from_ms: int, until_ms: int) -> None:
        """Marketing was shown from `from_ms` to `until_ms`, both of this day."""
        while from_ms < until_ms:
            number = (from_ms - day_ms) // SLOT_MS
            ends_ms = min(until_ms, day_ms + (number + 1) * SLOT_MS)
            self._slot(number)[MARKETING_MS] += ends_ms - from_ms
            from_ms = ends_ms

    def listed(self, day_ms: int, now_ms: int) -> list[Slot]:
        """Return every slot since midnight, the one of `now_ms` included."""
        return [self.slots.get(one, [0] * 5) for one in range((now_ms - day_ms) // SLOT_MS + 1)]

    def _slot(self, number: int) -> Slot:
        return self.slots.setdefault(number, [0] * 5)
