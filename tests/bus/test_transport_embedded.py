"""The process of the embedded broker: started, quiet, supervised, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from bus.embedded import EmbeddedBroker, EmbeddedBrokerError
from tests.support.mqtt import BrokerAddress, Connections, LinkRecorder, Received, eventually


def _alive(pid: int) -> bool:
    """Tell whether a process is there and not a zombie."""
    with suppress(OSError):
        status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return status is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_stop_ends_the_process_and_start_takes_the_same_port() -> None:
    broker = EmbeddedBroker()
    async with broker:
        port, pid = broker.port, broker.pid
        assert port > 0
        assert pid is not None
    assert broker.pid is None
    await eventually(lambda: not _alive(pid))
    async with broker:
        assert broker.port == port


async def test_a_port_in_use_is_told_with_the_remedy(embedded_broker: BrokerAddress) -> None:
    second = EmbeddedBroker(embedded_broker.port)
    with pytest.raises(EmbeddedBrokerError, match=rf"127.0.0.1:{second.port}: .*in use.*another"):
        await second.start()
    assert second.pid is None


async def test_a_broker_that_dies_is_started_again(embedded_process: EmbeddedBroker) -> None:
    connections = Connections(BrokerAddress(embedded_process.host, embedded_process.port))
    received, events = Received(), LinkRecorder()
    client = await connections.open("client", received, events, backoff_max_s=0.2)
    await client.subscribe("t")
    pid = embedded_process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await events.until(3)
    client.publish("t", b"back")
    assert await received.until(1) == [b"back"]
    assert embedded_process.pid != pid
    await connections.close()


async def test_it_ends_when_its_parent_is_killed() -> None:
    program = """
import asyncio
from bus.embedded import EmbeddedBroker
async def main():
    async with EmbeddedBroker() as broker:
        print(broker.pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert _alive(pid)
    parent.kill()
    await parent.wait()
    await eventually(lambda: not _alive(pid))


async def test_it_says_nothing_whatever_clients_do() -> None:
    command = (sys.executable, "-m", "bus.embedded", "--port", "0", "--child")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int((await process.stdout.readline()).split()[1])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    await writer.drain()
    connections, received = Connections(BrokerAddress("127.0.0.1", port)), Received()
    client = await connections.open("client", received)
    await client.subscribe("#", "$SYS/#")
    client.publish("t", b"x")
    await received.until(1)
    await connections.close()
    writer.close()
    process.stdin.close()
    rest = await process.communicate()
    assert rest == (b"", b"")
    assert process.returncode == 0
    assert [message.topic for message in received.messages] == ["t"]
