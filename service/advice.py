"""Advice: what the follower works out for the engine, one way, through a pipe.

Measuring guard rails and solving for prices take time that routing must not lose, so they happen
beside it. What comes through the pipe becomes an event like any other: journaled, then in force.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from multiprocessing.connection import Connection

import msgspec
import structlog

from router.events import GuardChanged, PricesComputed

log = structlog.get_logger(__name__)

AnyAdvice = PricesComputed | GuardChanged

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AnyAdvice).decode


class AdviceSender:
    """The follower's end of the pipe, which holds much more than is ever under way."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def send(self, advice: AnyAdvice) -> bool:
        """Send one piece of advice; tell whether it went out."""
        try:
            self._pipe.send_bytes(_encode(advice))
        except (BrokenPipeError, OSError):
            return False
        return True


class AdviceReader:
    """The engine's end: calls `on_advice` in the event loop until the other end is closed."""

    def __init__(self, pipe: Connection, on_advice: Callable[[AnyAdvice], None]) -> None:
        self._pipe = pipe
        self._on_advice = on_advice
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(pipe.fileno(), self._read)

    def close(self) -> None:
        """Stop reading; may be called twice."""
        if not self._pipe.closed:
            self._loop.remove_reader(self._pipe.fileno())
            self._pipe.close()

    def _read(self) -> None:
        try:
            advice = _decode(self._pipe.recv_bytes())
        except (EOFError, OSError):
            self.close()
        except msgspec.ValidationError as error:
            log.error("advice_not_understood", reason=str(error))
        else:
            self._on_advice(advice)
