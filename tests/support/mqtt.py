"""What tests of the bus share: connections that are stopped in the end, and what they received."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from bus.connection import MqttConnection, ReceivedMessage
from bus.connection_settings import ConnectionSettings

PATIENCE_S = 30.0  # a bound for what must happen, never a measure of speed


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until `condition` is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what it looks at has no event
            await asyncio.sleep(0.02)


class BrokerAddress(NamedTuple):
    """Where a broker of a test listens."""

    host: str
    port: int


class Received:
    """Collects messages; with `acknowledge` each is acknowledged at once."""

    def __init__(self, *, acknowledge: bool = True) -> None:
        self.messages: list[ReceivedMessage] = []
        self._acknowledge = acknowledge
        self._more = asyncio.Event()

    def __call__(self, message: ReceivedMessage) -> None:
        self.messages.append(message)
        if self._acknowledge:
            message.link.acknowledge(message.packet_id)
        self._more.set()

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]

    async def until(self, count: int) -> list[bytes]:
        """Wait for `count` messages in all; return their payloads."""
        await self.until_true(lambda: len(self.messages) >= count)
        return self.payloads

    async def until_payload(self, payload: bytes) -> None:
        await self.until_true(lambda: payload in self.payloads)

    async def until_true(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._more.clear()
                await self._more.wait()


class LinkRecorder:
    """Notes the events of a link, and waits for them."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._more = asyncio.Event()

    def on_connected(self) -> None:
        self.events.append("connected")
        self._more.set()

    def on_lost(self, reason: str) -> None:
        self.events.append(f"lost: {reason}")
        self._more.set()

    async def until(self, count: int) -> list[str]:
        """Wait for `count` events in all; return them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.events) < count:
                self._more.clear()
                await self._more.wait()
        return self.events


class Connections:
    """Opens connections to one broker."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        self._open: list[MqttConnection] = []

    def make(
        self,
        client_id: str,
        received: Callable[[ReceivedMessage], None],
        events: LinkRecorder | None = None,
        **settings: Any,
    ) -> MqttConnection:
        """Start a connection and do not wait for it."""
        where = ConnectionSettings(*self._address, client_id, **settings)
        connection = MqttConnection(where, received, random=Random(1), events=events)
        self._open.append(connection)
        connection.start()
        return connection

    async def open(
        self,
        client_id: str,
        received: Callable[[ReceivedMessage], None] | None = None,
        events: LinkRecorder | None = None,
        **settings: Any,
    ) -> MqttConnection:
        """Start a connection and wait until it stands."""
        connection = self.make(client_id, received or Received(), events, **settings)
        async with asyncio.timeout(PATIENCE_S):
            await connection.wait_connected()
        return connection

    async def close(self) -> None:
        for connection in self._open:
            await connection.stop()
