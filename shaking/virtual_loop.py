"""An event loop in virtual time, one for each simulated process.

It runs only when the world lets it, so that a process can be frozen (its loop is not run) or killed
(its loop is thrown away) between any two steps. It has no sockets, no threads and no real waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

NEVER_S = float("inf")


class _NoSelector:
    """Nothing to wait for: time passes outside."""

    def select(self, timeout: float | None) -> list[Any]:
        """Return at once, with nothing."""
        return []

    def close(self) -> None:
        """Nothing to close."""


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own loop, its clock the world's; `step` runs what is ready now."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        super().__init__()
        self._now_s = now_s
        self._selector = _NoSelector()
        self._clock_resolution = 1e-6
        self.set_exception_handler(lambda *_: None)  # a killed process says nothing any more

    def time(self) -> float:
        """Return the world's time, seconds."""
        return self._now_s()

    def next_s(self) -> float:
        """Return when there is something to do: 0 for now, `NEVER_S` for never."""
        if self._ready:  # type: ignore[attr-defined]
            return 0.0
        scheduled = self._scheduled  # type: ignore[attr-defined]
        return float(scheduled[0].when()) if scheduled else NEVER_S

    def step(self) -> None:
        """Run timers that are due and what is ready, until nothing is ready any more."""
        asyncio._set_running_loop(self)
        try:
            self._run_once()  # type: ignore[attr-defined]
            while self._ready:  # type: ignore[attr-defined]
                self._run_once()  # type: ignore[attr-defined]
        finally:
            asyncio._set_running_loop(None)

    def discard(self) -> None:
        """Forget everything that was to be done: the process is dead."""
        self._ready.clear()  # type: ignore[attr-defined]
        self._scheduled.clear()  # type: ignore[attr-defined]

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """The world looks at each loop anyway."""
