"""The bare broker: there and back through an echo process, as an event and its answer go."""

from __future__ import annotations

import asyncio
import sys
import time
from random import Random

from benchmarks.mosquitto import BenchmarkError
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.link import ReceivedMessage

THERE = "echo/there"
BACK = "echo/back"
PAYLOAD = b"x" * 150
"""As long as an arrival."""
START_S = 20.0
WINDOW = 500
"""Messages on their way at a time, when the throughput is measured."""


async def answer_for_ever(port: int) -> None:
    """Send back everything that comes; the echo process does only this."""

    def send_back(message: ReceivedMessage) -> None:
        message.link.acknowledge(message.packet_id)
        connection.publish(BACK, message.payload)

    connection = MqttConnection(
        ConnectionSettings("127.0.0.1", port, "echo"), send_back, random=Random()
    )
    await connection.subscribe(THERE)
    async with connection:
        await asyncio.Event().wait()


class EchoClient:
    """Publishes and waits for what comes back."""

    def __init__(self, port: int) -> None:
        settings = ConnectionSettings("127.0.0.1", port, "echo-client")
        self._connection = MqttConnection(settings, self._receive, random=Random())
        self._sent_s: dict[bytes, float] = {}
        self._samples: list[float] = []
        self._more = asyncio.Event()

    async def measure(self, rate_per_s: float, times: int) -> list[float]:
        """Send `times` messages at seeded Poisson times; return how long each was away, seconds."""
        random = Random(1)
        await self._begin()
        due_s = time.perf_counter()
        for number in range(times):
            due_s += random.expovariate(rate_per_s)
            await asyncio.sleep(max(due_s - time.perf_counter(), 0.0))
            self._send(number)
        await self._until(times)
        await self._connection.stop()
        return self._samples

    async def throughput(self, times: int) -> float:
        """Send `times` messages as fast as they come back; return how many came back a second."""
        await self._begin()
        started = time.perf_counter()
        for number in range(times):
            if number >= WINDOW:
                await self._until(number - WINDOW)
            self._send(number)
        await self._until(times)
        seconds = time.perf_counter() - started
        await self._connection.stop()
        return times / seconds

    async def _begin(self) -> None:
        await self._connection.subscribe(BACK)
        self._connection.start()
        await self._connection.wait_connected()
        give_up_s = time.perf_counter() + START_S
        while not self._samples:  # until the echo process is there
            if time.perf_counter() > give_up_s:
                raise BenchmarkError(f"nothing came back from the echo process in {START_S:g} s")
            self._send(-1)
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        self._samples.clear()

    def _send(self, number: int) -> None:
        payload = b"%d:%s" % (number, PAYLOAD)
        self._sent_s[payload] = time.perf_counter()
        self._connection.publish(THERE, payload)

    def _receive(self, message: ReceivedMessage) -> None:
        message.link.acknowledge(message.packet_id)
        self._samples.append(time.perf_counter() - self._sent_s[message.payload])
        self._more.set()

    async def _until(self, count: int) -> None:
        while len(self._samples) < count:
            self._more.clear()
            await self._more.wait()


def run_here(port: int) -> None:
    """Be the echo process, on the same event loop as the engine if it is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(answer_for_ever(port))
    else:
        uvloop.run(answer_for_ever(port))


if __name__ == "__main__":
    run_here(int(sys.argv[1]))
