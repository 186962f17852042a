"""What is to happen in a virtual centre, in order of time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

Happening = Callable[[Any], None]


class Agenda:
    """A heap of (milliseconds, order of planning, what happens, to whom)."""

    def __init__(self) -> None:
        self._agenda: list[tuple[int, int, Happening, Any]] = []
        self._order = 0

    def at(self, at_ms: int, happen: Happening, subject: Any = None) -> None:
        """Let something happen; of what falls on one moment, what was planned first comes first."""
        self._order += 1
        heappush(self._agenda, (at_ms, self._order, happen, subject))
