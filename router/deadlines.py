"""Deadlines: what shall happen when, as data."""

from __future__ import annotations

import heapq
from enum import IntEnum


class DeadlineKind(IntEnum):
    """What a deadline is for; agents' timers stand still while timers are paused."""

    ASSIGNMENT = 1
    GIVE_UP = 2
    AGENT_GRACE = 3
    DRAIN = 4


Key = tuple[DeadlineKind, str, str]


class Deadlines:
    """A heap of moments, one per key. Setting and cancelling is logarithmic.

    Cancelled entries stay in the heap until they come up or outnumber the living.
    """

    def __init__(self) -> None:
        self._due: dict[Key, int] = {}
        self._heap: list[tuple[int, Key]] = []

    def set(self, key: Key, at_ms: int) -> None:
        """Let `key` come up at `at_ms` (milliseconds), instead of when it was to."""
        self._due[key] = at_ms
        heapq.heappush(self._heap, (at_ms, key))
        if len(self._heap) > 2 * len(self._due) + 1_000:
            self._heap = [(at, key) for key, at in self._due.items()]
            heapq.heapify(self._heap)

    def cancel(self, key: Key) -> None:
        """Forget the key, if it is there."""
        self._due.pop(key, None)

    def next_ms(self) -> int | None:
        """Return the earliest moment, None if there is none."""
        heap = self._heap
        while heap:
            at_ms, key = heap[0]
            if self._due.get(key) == at_ms:
                return at_ms
            heapq.heappop(heap)
        return None

    def pop_due(self, now_ms: int) -> Key | None:
        """Take out and return the earliest key not later than `now_ms`."""
        at_ms = self.next_ms()
        if at_ms is None or at_ms > now_ms:
            return None
        _, key = heapq.heappop(self._heap)
        del self._due[key]
        return key

    def __len__(self) -> int:
        return len(self._due)
