"""Deadlines: what shall happen when, as data."""

from __future__ import annotations

from enum import IntEnum

from sortedcontainers import SortedList


class DeadlineKind(IntEnum):
    """What a deadline is for; agents' timers stand still while timers are paused."""

    ASSIGNMENT = 1
    GIVE_UP = 2
    AGENT_GRACE = 3
    DRAIN = 4


Key = tuple[DeadlineKind, str, str]


class Deadlines:
    """Moments in order, one per key. Setting, cancelling and taking out are logarithmic."""

    def __init__(self) -> None:
        self._due: dict[Key, int] = {}
        self._order: SortedList[tuple[int, Key]] = SortedList()

    def set(self, key: Key, at_ms: int) -> None:
        """Let `key` come up at `at_ms` (milliseconds), instead of when it was to."""
        self.cancel(key)
        self._due[key] = at_ms
        self._order.add((at_ms, key))

    def cancel(self, key: Key) -> None:
        """Forget the key, if it is there."""
        at_ms = self._due.pop(key, None)
        if at_ms is not None:
            self._order.remove((at_ms, key))

    def next_ms(self) -> int | None:
        """Return the earliest moment, None if there is none."""
        return self._order[0][0] if self._order else None

    def pop_due(self, now_ms: int) -> Key | None:
        """Take out and return the earliest key not later than `now_ms`."""
        if not self._order or self._order[0][0] > now_ms:
            return None
        _, key = self._order.pop(0)
        del self._due[key]
        return key

    def __len__(self) -> int:
        return len(self._due)
