"""The processes beside the engine: started, watched, started again, and stopped in order."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import structlog

from config.settings import TidegateSettings
from service.advice import AdviceReader, AnyAdvice
from service.follower_run import run_follower

log = structlog.get_logger(__name__)

RESTART_FIRST_S = 0.5
RESTART_MAX_S = 30.0
STOP_S = 15.0


class FollowerProcess:
    """Keeps one follower running until stopped. `on_advice` hears what it works out."""

    def __init__(
        self,
        settings: TidegateSettings,
        broker: tuple[str, int],
        on_advice: Callable[[AnyAdvice], None],
    ) -> None:
        self._settings = settings
        self._broker = broker
        self._on_advice = on_advice
        self._advice: AdviceReader | None = None
        self._process: BaseProcess | None = None
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the process and watch it."""
        self._launch()
        self._watch = asyncio.create_task(self._keep(), name="follower-watch")

    async def stop(self) -> None:
        """Let the follower finish what is in the journal, then end it."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        self._close_pipe()
        process = self._process
        if process is None or not process.is_alive():
            return
        process.terminate()
        await asyncio.to_thread(process.join, STOP_S)
        if process.is_alive():
            log.warning("follower_killed", pid=process.pid)
            process.kill()
            await asyncio.to_thread(process.join)

    def _close_pipe(self) -> None:
        if self._advice is not None:
            self._advice.close()

    def _launch(self) -> None:
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(
            target=run_follower,
            args=(self._settings, self._broker, sender),
            name="tidegate-follower",
        )
        self._process.start()
        sender.close()
        self._advice = AdviceReader(receiver, self._on_advice)

    async def _keep(self) -> None:
        delay_s, loop = RESTART_FIRST_S, asyncio.get_running_loop()
        while True:
            assert self._process is not None
            since_s = loop.time()
            await _ended(self._process)
            self._close_pipe()
            if loop.time() - since_s > RESTART_MAX_S:
                delay_s = RESTART_FIRST_S
            log.error("follower_died", exit_code=self._process.exitcode, restart_in_s=delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, RESTART_MAX_S)
            self._launch()


async def _ended(process: BaseProcess) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()
