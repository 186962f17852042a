"""The bridge watch: whether the bridges that send heartbeats are still there.

A quiet line is not an unknown one: only silence of a bridge that has sent heartbeats means that
the load is not known. Any message counts as a sign of life.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from router.events import BridgeFellSilent, BridgeHeard
from service.desk import Desk

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.1
GONE_AFTER_S = 900.0
"""A bridge that was silent for so long is gone (renamed, perhaps) and no longer expected."""


class BridgeWatch:
    """Tells the core when a bridge falls silent and when it is heard again."""

    def __init__(self, desk: Desk, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._clock_s = clock_s
        self._heard_s: dict[str, float] = {}

    def heartbeat(self, source: str, *, is_last: bool) -> None:
        """A bridge sent a heartbeat; after its last one it is not expected any more."""
        if is_last:
            self._heard_s.pop(source, None)
        else:
            self._heard_s[source] = self._clock_s()
        self._back(source)

    def heard(self, source: str) -> None:
        """A bridge sent anything."""
        if source in self._heard_s:
            self._heard_s[source] = self._clock_s()
            self._back(source)

    async def run(self) -> None:
        """Look for silence."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look()

    def look(self) -> None:
        """Tell of bridges that have been silent for longer than permitted."""
        state = self._desk.engine.state
        longest_s = state.settings.limits.load_unknown_after_ms / 1_000
        now_s = self._clock_s()
        for source in [one for one, at_s in self._heard_s.items() if now_s - at_s > GONE_AFTER_S]:
            log.warning("bridge_gone", bridge=source, seconds=GONE_AFTER_S)
            del self._heard_s[source]
            self._back(source)
        for source, heard_s in self._heard_s.items():
            if now_s - heard_s > longest_s and source not in state.silent_bridges:
                log.warning("bridge_silent", bridge=source, seconds=round(now_s - heard_s, 1))
                at_ms = self._desk.now_ms()
                self._desk.tell(BridgeFellSilent(event_id="", at_ms=at_ms, bridge=source))

    def _back(self, source: str) -> None:
        """The bridge is heard, or no longer expected: it does not close the gates any more."""
        if source in self._desk.engine.state.silent_bridges:
            log.info("bridge_not_silent", bridge=source)
            self._desk.tell(BridgeHeard(event_id="", at_ms=self._desk.now_ms(), bridge=source))
