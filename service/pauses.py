"""Pauses: how long the event loop, and with it routing, stood still."""

from __future__ import annotations

import asyncio
import time

from service.stats import Stats

LOOK_EVERY_S = 0.025
PAUSE_S = 0.010
"""Nothing may stop routing for longer."""


async def watch_pauses(stats: Stats) -> None:
    """Count for ever how often a timer came late, which is how long nothing else could run.

    On a machine that is too busy this sees also the times when the process did not get a core.
    """
    while True:
        due_s = time.monotonic() + LOOK_EVERY_S
        await asyncio.sleep(LOOK_EVERY_S)
        late_s = time.monotonic() - due_s
        stats.longest_pause_s = max(stats.longest_pause_s, late_s)
        stats.pauses += late_s > PAUSE_S
