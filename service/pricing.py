"""Pricing: a process that solves the gate's models, so that nobody waits for it.

The follower asks one question at a time; the answer goes to the engine as advice.
The process is started when there is something to solve, and again if it dies. It ends when its
follower does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import structlog

from queues.price_grid import PriceGrid
from router.events import PricesComputed
from router.price_watch import Wanted
from service.advice import AdviceSender

log = structlog.get_logger(__name__)

LESS_URGENT_THAN_THE_FOLLOWER = 5
Answer = tuple[Wanted, PriceGrid | None, str]
"""What was asked, its prices (None: there are none), and why not."""


class Pricing:
    """The follower's side: asks, and passes the answers on."""

    def __init__(self, advice: AdviceSender) -> None:
        self._advice = advice
        self._pipe: Connection | None = None
        self._process: BaseProcess | None = None
        self._waiting: dict[str, Wanted] = {}
        self._is_solving = False
        self._loop = asyncio.get_running_loop()

    def ask(self, wanted: Wanted) -> None:
        """Have a model solved; the engine hears of it when it is.

        It waits for its turn; a newer model of the same queue takes its place meanwhile.
        """
        self._waiting[wanted.queue_id] = wanted
        self._ask_next()

    def stop(self) -> None:
        """End the process; may be called twice."""
        self._waiting.clear()
        self._drop()

    def _ask_next(self) -> None:
        """Send one question: more could fill the pipe, and stop the follower."""
        if self._is_solving or not self._waiting:
            return
        if self._pipe is None:
            self._pipe = self._start()
        wanted = self._waiting.pop(next(iter(self._waiting)))
        try:
            self._pipe.send(wanted)
        except OSError:
            self._drop()
        else:
            self._is_solving = True

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=run_pricing, args=(theirs,), name="tidegate-pricing", daemon=True
        )
        process.start()
        theirs.close()
        self._process = process
        self._loop.add_reader(ours.fileno(), self._read)
        return ours

    def _drop(self) -> None:
        self._is_solving = False
        if self._pipe is not None:
            self._loop.remove_reader(self._pipe.fileno())
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _read(self) -> None:
        assert self._pipe is not None
        try:
            answer: Answer = self._pipe.recv()
        except (EOFError, OSError):
            log.error("pricing_died", remedy="it is started again with the next prices")
            self._drop()
            return
        self._is_solving = False
        self._ask_next()
        wanted, prices, why_not = answer
        if prices is None:
            log.warning("no_prices", queue=wanted.queue_id, reason=why_not)
            return
        self._advice.send(
            PricesComputed(
                event_id="",
                at_ms=0,
                source="engine/follower",
                queue_id=wanted.queue_id,
                prices=prices,
                patience_mean_ms=wanted.model.patience_mean_ms,
                marketing_mean_ms=round(wanted.model.marketing_ms),
                basis=wanted.model.basis(),
            )
        )


def run_pricing(pipe: Connection) -> None:
    """Solve what is asked until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C stops the engine first
    os.nice(LESS_URGENT_THAN_THE_FOLLOWER)
    from gate.solver.prices import prices_of  # needs numpy

    while True:
        try:
            wanted: Wanted = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            prices = prices_of(wanted.model, wanted.uncertainty)
            why_not = "the queue would grow for ever" if prices is None else ""
        except (ValueError, ArithmeticError) as error:
            prices, why_not = None, str(error)
        try:
            pipe.send((wanted, prices, why_not))
        except OSError:
            return
