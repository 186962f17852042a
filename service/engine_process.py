"""An engine in a process of its own, for a program that plays the rest of a call centre.

It ends when it is told to, or when its parent is gone. What it logs goes to a file.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from config.settings import TidegateSettings
from service.logs import configure_logs
from service.running import running

STOP_S = 30.0


class EngineProcessError(RuntimeError):
    """The engine ended by itself; the text says where its log is, and the last line there."""


class EngineProcess:
    """Runs `tidegate serve`'s engine with these settings; use it with `async with`."""

    def __init__(self, settings: TidegateSettings, log_file: Path) -> None:
        self._log_file = log_file
        context = multiprocessing.get_context("spawn")
        self._process: BaseProcess = context.Process(
            target=run_engine, args=(settings, log_file), name="tidegate-engine"
        )

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._process.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Let the engine stop in order; kill it if that takes too long."""
        if self._process.is_alive():
            self._process.terminate()
        await asyncio.to_thread(self._process.join, STOP_S)
        if self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    async def watch(self) -> None:
        """Wait until the engine ends by itself; then raise `EngineProcessError`."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        lines = self._log_file.read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "nothing"
        raise EngineProcessError(
            f"the engine ended by itself; its log is {self._log_file}, the last line: {last}"
        )


def run_engine(settings: TidegateSettings, log_file: Path) -> None:
    """Run an engine in this process until SIGTERM, or until its parent is gone."""
    with log_file.open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    configure_logs(settings.service.log_format, settings.service.log_level)
    try:
        import uvloop
    except ImportError:
        failed = asyncio.run(_run(settings))
    else:
        failed = uvloop.run(_run(settings))
    if failed:
        sys.exit(1)


async def _run(settings: TidegateSettings) -> bool:
    """Run until told to stop; tell whether the engine failed."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C: the parent says when to stop
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop.add_reader(parent.sentinel, stopping.set)
    async with running(settings) as service:
        waits = [asyncio.create_task(one.wait()) for one in (stopping, service.failed)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        return service.failed.is_set()
