"""The follower's process: begun by the engine, ended by a signal or with the engine."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection

from config.settings import TidegateSettings
from service.advice import AdviceSender
from service.follower import Follower
from service.logs import configure_logs


def run_follower(settings: TidegateSettings, broker: tuple[str, int], advice: Connection) -> None:
    """Run a follower in this process until it is asked to stop or its parent is gone."""
    configure_logs(settings.service.log_format, settings.service.log_level)
    os.nice(settings.service.children_nice)
    asyncio.run(_run(settings, broker, AdviceSender(advice)))


def _orphaned() -> None:
    """End at once when the engine was killed: the next one starts a follower of its own."""
    sys.exit(1)


async def _run(settings: TidegateSettings, broker: tuple[str, int], advice: AdviceSender) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C stops the engine first
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop.add_reader(parent.sentinel, _orphaned)
    await Follower(settings, broker, advice).run(stopping)
