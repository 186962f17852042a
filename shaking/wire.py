"""The wire of a simulated process: bytes to and from the broker, under the real link."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import aiomqtt

from bus.connection_settings import ConnectionSettings
from bus.frames import FrameReader
from shaking.broker import LATENCY_S, Broker

REFUSED_S = 0.05


class SimulatedWire:
    """See `bus.wire.AnyWire`. `is_cut` once nothing passes any more, in either direction."""

    def __init__(
        self,
        broker: Broker,
        is_alive: Callable[[], bool],
        settings: ConnectionSettings,
        on_readable: Callable[[], None],
        on_link: Callable[[bool], None],
    ) -> None:
        self.broker = broker
        will = settings.will
        self.will = None if will is None else (will.topic, will.payload())
        """Topic and payload, as they were when this connection was made."""
        self.frames_out = FrameReader()
        self.packet_id = 0
        self.is_subscribed = False
        self.is_cut = False
        self._is_alive = is_alive
        self._timeout_s = settings.answer_timeout_s
        self._on_readable = on_readable
        self._on_link = on_link
        self._loop = asyncio.get_running_loop()
        self._input = bytearray()
        self.lost: asyncio.Future[str] = self._loop.create_future()

    @property
    def socket(self) -> socket.socket | None:
        """There is none."""
        return None

    @property
    def is_writing(self) -> bool:
        """Nothing waits here: what is sent is under way."""
        return False

    async def open(self) -> None:
        """Connect; raises `aiomqtt.MqttError` if the broker is not there or does not answer."""
        world = self.broker.world
        await asyncio.sleep(world.random.uniform(*LATENCY_S) * 2)
        if not self.broker.is_up:
            await asyncio.sleep(REFUSED_S)
            raise aiomqtt.MqttError("connection refused")
        if not self.broker.is_reachable:
            await asyncio.sleep(self._timeout_s)
            raise aiomqtt.MqttError("timed out")
        self.broker.connect(self)
        self._on_link(True)

    async def subscribe(self, filters: list[tuple[str, int]]) -> list[bool]:
        """Subscribe; raises `aiomqtt.MqttError` if the link is lost before."""
        await asyncio.sleep(self.broker.world.random.uniform(*LATENCY_S) * 2)
        if self.is_cut:
            raise aiomqtt.MqttError("lost")
        self.is_subscribed = True
        return [True] * len(filters)

    async def close(self) -> None:
        """Say goodbye: no will."""
        self._end("closed by this side", with_will=False)

    def receive(self, size: int) -> bytes:
        """Read at most `size` bytes; raises `BlockingIOError` if there are none."""
        if not self._input:
            raise BlockingIOError
        piece = bytes(self._input[:size])
        del self._input[:size]
        return piece

    def has_decrypted_bytes(self) -> bool:
        """Tell whether more can be read at once."""
        return bool(self._input)

    def send(self, batch: bytes) -> None:
        """Write whole packets."""
        if not self.is_cut:
            self.broker.from_engine(self, batch)

    def handle(self, first: int, body: bytes) -> None:
        """No other packets are sent here."""

    def lose(self, reason: str) -> None:
        """The connection broke."""
        self._end(reason, with_will=True)

    # --- the world's side ---------------------------------------------------------------

    def feed(self, frame: bytes) -> None:
        """Bytes from the broker arrive; the process reads them when it runs."""
        if self.is_cut or not self._is_alive():
            return
        if not self._input:
            self._loop.call_soon(self._on_readable)
        self._input += frame

    def cut(self, reason: str) -> None:
        """The link is lost; the process notices when it runs."""
        if not self.is_cut:
            self.is_cut = True
            self.broker.disconnected(self, with_will=True)
            self._on_link(False)
            if self._is_alive():
                self._loop.call_soon(self._end, reason)

    def _end(self, reason: str, with_will: bool = True) -> None:
        if not self.is_cut:
            self.is_cut = True
            self.broker.disconnected(self, with_will=with_will)
            self._on_link(False)
        if not self.lost.done():
            self.lost.set_result(reason)
