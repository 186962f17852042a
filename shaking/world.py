"""The world: one virtual time, what is to happen when, and the processes that live in it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any, Protocol

from shaking.virtual_loop import NEVER_S

START_MS = 1_760_000_000_000


class Process(Protocol):
    """A process with an event loop of its own."""

    def next_s(self) -> float:
        """Return when it has something to do, seconds; infinite if never, or if it is frozen."""

    def step(self) -> None:
        """Do what is due now."""


class World:
    """Everything happens in the order of its time; what falls together, in the order of asking.

    Times are seconds from 0. `wall_offset_ms` is what steps of the machine's clock add up to.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now_s = 0.0
        self.wall_offset_ms = 0
        self.processes: list[Process] = []
        self._is_stopped = False
        self._due: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._numbers = count()

    def at(self, at_s: float, call: Callable[..., None], *values: Any) -> None:
        """Have something happen at a time, at the earliest now."""
        when = max(at_s, self.now_s)
        heapq.heappush(self._due, (when, next(self._numbers), call, values))

    def later(self, delay_s: float, call: Callable[..., None], *values: Any) -> None:
        """Have something happen after a while."""
        heapq.heappush(self._due, (self.now_s + delay_s, next(self._numbers), call, values))

    def now_ns(self) -> int:
        """Return the monotonic clock of the machine, nanoseconds."""
        return round(self.now_s * 1e9)

    def wall_ns(self) -> int:
        """Return the clock on the machine's wall, nanoseconds since 1970; faults move it."""
        return (START_MS + self.wall_offset_ms) * 1_000_000 + self.now_ns()

    def stop(self) -> None:
        """Let nothing happen any more."""
        self._is_stopped = True

    def run_until(self, end_s: float) -> None:
        """Let happen what is due until `end_s`."""
        due = self._due
        while not self._is_stopped:
            next_s = due[0][0] if due else NEVER_S
            chosen: Process | None = None
            for process in self.processes:
                wanted_s = process.next_s()
                if wanted_s <= next_s:
                    next_s, chosen = wanted_s, process
            if next_s > end_s:
                break
            if next_s > self.now_s:
                self.now_s = next_s
            if chosen is not None:
                chosen.step()
            else:
                _, _, call, values = heapq.heappop(due)
                call(*values)
        if not self._is_stopped:
            self.now_s = end_s
