"""The alarm: wakes the engine when its next deadline comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from service.desk import Desk

LOOK_EVERY_S = 0.1
"""How often the desk looks at the clock even if nothing happens, to notice that it stood still."""


class Alarm:
    """One timer of the event loop, set to the engine's earliest deadline.

    `guarded` wraps what the timer calls, so that an error there is not overlooked.
    """

    def __init__(
        self, desk: Desk, guarded: Callable[[Callable[[], None]], Callable[[], None]]
    ) -> None:
        self._desk = desk
        self._ringing = guarded(self._ring)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due_ms: int | None = None
        self._is_stopped = False

    def update(self) -> None:
        """Set the timer after the engine did something, if its next deadline is earlier now."""
        due_ms = self._desk.engine.next_deadline_ms()
        if due_ms is None or self._is_stopped:
            return
        if self._due_ms is not None and self._due_ms <= due_ms:
            return
        self._set(due_ms)

    async def run(self) -> None:
        """Look at the clock for ever, so that the desk knows when the process stood still."""
        while not self._is_stopped:
            self._desk.do_due(self._desk.now_ms())
            await asyncio.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """Do nothing from now on."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, due_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due_ms = due_ms
        delay_ms = max(due_ms - self._desk.clock.now_ms(), 0)
        self._timer = self._loop.call_later(delay_ms / 1_000, self._ringing)

    def _ring(self) -> None:
        self._due_ms = None
        self._timer = None
        self._desk.do_due(self._desk.now_ms())
        self.update()
