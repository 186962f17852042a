"""Deadlines: what shall happen when, as data."""

from __future__ import annotations

from enum import IntEnum

from queues.ordered import Ordered


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
        self._order: Ordered[tuple[int, Key]] = Ordered()

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
        first = self._order.first
        return first[0] if first is not None else None

    def pop_due(self, now_ms: int) -> Key | None:
        """Take out and return the earliest key not later than `now_ms`."""
        first = self._order.first
        if first is None or first[0] > now_ms:
            return None
        self._order.remove(first)
        del self._due[first[1]]
        return first[1]

    def __len__(self) -> int:
        return len(self._due)
