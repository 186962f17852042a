"""The dashboard under many readers: from a message at the broker to the frame at the page.

    python -m benchmarks.dashboard [--readers 1000] [--desktops 200] [--seconds 20]

Starts Mosquitto, `tidegate dashboard` and, in a process of their own, the readers: real
connections over loopback. A publisher retains the state of 2,000 agents and changes it as 60
contacts a second would (6 changes each); each value has the time at which it was published. Prints
one JSON object: milliseconds from publishing to the frame, the same for a plain MQTT subscriber
beside it (what the machine and the broker take alone), and the dashboard's share of one core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.mosquitto import HOST, Mosquitto, free_port
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.link import ReceivedMessage
from bus.topics import TopicSpace
from dashboard.accounts import (
    Account,
    AccountRole,
    new_token,
    no_accounts,
    token_hash,
    write_accounts,
)
from service.event_loop import run_on_loop

AGENTS = 2_000
CONTACTS_PER_S = 60
CHANGES_PER_CONTACT = 6
GATE_EVERY_S = 2.0
STEP_S = 0.02
SETTLE_S = 5.0
PARSE_EVERY = 50
"""One reader in so many looks into its frames; the others only take them."""

SPACE = TopicSpace("demo", "main", "default")
_AT_NS = re.compile(rb'"at_ns": ?(\d+)')
_GATE_NS = re.compile(r'"gate_ns": ?(\d+)')


def _request(token: str) -> bytes:
    lines = ("GET /api/v1/feed HTTP/1.1", f"Host: {HOST}", f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Taking(asyncio.BufferedProtocol):
    """Takes what comes and looks at nothing: 1,000 readers take more than 100 MB a second."""

    _buffer = bytearray(2**18)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Nothing is done with it."""


async def _take(port: int, token: str) -> None:
    """Take the feed for ever, unread."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(_Taking, HOST, port)
    transport.write(_request(token))
    await asyncio.Event().wait()


async def _sse(port: int, token: str, ages_s: list[float]) -> None:
    """Take the feed for ever; note the age of each change."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**24)
    writer.write(_request(token))
    is_first = True
    while block := await reader.readuntil(b"\n\n"):
        now_ns = time.monotonic_ns()
        if b"event: changes" not in block:
            continue
        ages = [(now_ns - int(at_ns)) / 1e9 for at_ns in _AT_NS.findall(block)]
        if not is_first:  # the first may be older than the connection
            ages_s += ages
        is_first = False


async def _desktop(port: int, token: str, seen: dict[int, list[float]]) -> None:
    """Be a desktop for ever; note when each change of the gate came."""
    address = f"ws://{HOST}:{port}/api/v1/desktop"
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(address, additional_headers=headers) as socket:
        async for text in socket:
            for gate_ns in _GATE_NS.findall(str(text)):
                age_s = (time.monotonic_ns() - int(gate_ns)) / 1e9
                seen.setdefault(int(gate_ns), []).append(age_s)


def read(
    port: int, tokens: list[str], readers: int, seconds: float, answer: Any, niceness: int = 0
) -> None:
    """Be all readers, in a process of its own; answer with what they saw."""
    os.nice(niceness)

    async def work() -> None:
        ages_s: list[float] = []
        gates: dict[int, list[float]] = {}
        feeds = [
            _take(port, tokens[0]) if number % PARSE_EVERY else _sse(port, tokens[0], ages_s)
            for number in range(readers)
        ]
        tasks = [asyncio.create_task(one) for one in feeds]
        tasks += [asyncio.create_task(_desktop(port, one, gates)) for one in tokens[1:]]
        await asyncio.sleep(SETTLE_S)
        ages_s.clear()
        gates.clear()
        await asyncio.sleep(seconds)
        failed = [str(task.exception()) for task in tasks if task.done()]
        told = {gate: ages for gate, ages in gates.items() if len(ages) >= len(tokens) - 1}
        answer.send((ages_s, [max(ages) for ages in told.values()], failed))
        for task in tasks:
            task.cancel()

    run_on_loop(work())


class Publisher:
    """Plays the follower: changes agents all the time and the gate of one queue now and then."""

    def __init__(self, port: int) -> None:
        self.echo_s: list[float] = []
        self._mqtt = MqttConnection(
            ConnectionSettings(HOST, port, "publisher"), self._echo, random=Random(1)
        )

    def _echo(self, message: ReceivedMessage) -> None:
        self._mqtt.ack(message)
        if not message.retain and (found := _AT_NS.search(message.payload)):
            self.echo_s.append((time.monotonic_ns() - int(found[1])) / 1e9)

    async def play(self, seconds: float) -> None:
        """Publish for so long."""
        await self._mqtt.subscribe(f"{SPACE.base}/state/agent/+")
        async with self._mqtt:
            await self._mqtt.wait_connected()
            for number in range(AGENTS):
                self._agent(number)
                if number % 100 == 0:
                    await asyncio.sleep(STEP_S)
            loop = asyncio.get_running_loop()
            started_s, sent, gates = loop.time(), 0, 0
            while (past_s := loop.time() - started_s) < seconds:
                while sent < past_s * CONTACTS_PER_S * CHANGES_PER_CONTACT:
                    self._agent(sent * 7 % AGENTS)
                    sent += 1
                if past_s > gates * GATE_EVERY_S:
                    gates += 1
                    self._gate(gates)
                await asyncio.sleep(STEP_S)

    def agent_value(self, number: int) -> dict[str, Any]:
        """Return the state of an agent, with the time of publishing."""
        return {
            "v": 1, "epoch": 1, "at_ns": time.monotonic_ns(), "agent_id": f"a{number}",
            "state": "ready", "queues": ["q1"], "contacts": [], "skills": {"banking": 5},
            "today": {"handled": 3, "accepted_contacts": 3, "rona": 0, "aht_ms": 200_000},
        }  # fmt: skip

    def _agent(self, number: int) -> None:
        topic = SPACE.agent_state(f"a{number}")
        self._mqtt.publish(topic, json.dumps(self.agent_value(number)).encode(), retain=True)

    def _gate(self, number: int) -> None:
        mode = "marketing" if number % 2 else "serving"
        value = {"epoch": 1, "mode": mode, "gate_ns": time.monotonic_ns()}
        self._mqtt.publish(SPACE.queue_state("q1"), json.dumps(value).encode(), retain=True)


def measure(readers: int, desktops: int, seconds: float) -> dict[str, Any]:
    """Return the figures, in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tokens = make_accounts(directory, desktops)
        broker = Mosquitto(directory)
        broker.start()
        process, port = start_dashboard(directory, broker.port)
        try:
            return _measured(process, port, broker.port, tokens, readers, seconds)
        finally:
            process.terminate()
            process.wait(20)
            broker.stop()


def _measured(
    process: subprocess.Popen[bytes], port: int, broker_port: int, tokens: list[str],
    readers: int, seconds: float,
) -> dict[str, Any]:  # fmt: skip
    asyncio.run(Publisher(broker_port).play(0.1))  # the state is there before anybody reads
    publisher = Publisher(broker_port)
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (port, tokens, readers, seconds, sender)
    reading = context.Process(target=read, args=arguments)
    reading.start()
    used_s, started_s = _cpu_s(process.pid), time.monotonic()
    asyncio.run(publisher.play(seconds + SETTLE_S + 3))
    share = (_cpu_s(process.pid) - used_s) / (time.monotonic() - started_s)
    ages_s, gates_s, failed = receiver.recv()
    reading.join(20)
    return {
        "readers": readers,
        "desktops": len(tokens) - 1,
        "failed": failed[:3],
        "load_average": os.getloadavg()[0],
        "changes_seen": len(ages_s),
        "broker_to_frame_ms": milliseconds(ages_s),
        "broker_to_subscriber_ms": milliseconds(publisher.echo_s),
        "gate_changes": len(gates_s),
        "gate_to_last_desktop_ms": milliseconds(gates_s),
        "dashboard_share_of_a_core": round(share, 3),
    }


def milliseconds(seconds: list[float]) -> dict[str, float] | None:
    """Return percentiles of a list of seconds, in milliseconds; None if it is empty."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {name: round(ordered[int(last * at)] * 1_000, 1) for name, at in named.items()}


def make_accounts(directory: Path, desktops: int) -> list[str]:
    """Write accounts for a supervisor and agents `a1` ...; return their tokens in that order."""
    tokens = [new_token() for _ in range(desktops + 1)]
    accounts = no_accounts()
    for number, token in enumerate(tokens):
        role = AccountRole.AGENT if number else AccountRole.SUPERVISOR
        accounts.accounts.append(
            Account(
                account=f"p{number}", name="p", role=role, token_sha256=token_hash(token),
                agent_id=f"a{number}" if number else None,
            )
        )  # fmt: skip
    write_accounts(directory / "accounts.toml", accounts)
    return tokens


def start_dashboard(directory: Path, broker_port: int) -> tuple[subprocess.Popen[bytes], int]:
    """Start the program and wait until it serves; return it and its port."""
    port = free_port()
    config = directory / "dashboard.toml"
    config.write_text(
        f'[bus]\nbroker = "mqtt"\nport = {broker_port}\n[dashboard]\nport = {port}\n'
        f"accounts_file = {json.dumps(str(directory / 'accounts.toml'))}\n"
    )
    program = Path(sys.executable).with_name("tidegate")
    process = subprocess.Popen([program, "dashboard", "-c", config], stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if b"dashboard_started" in line:
            return process, port
    raise RuntimeError("the dashboard did not start")


def _cpu_s(pid: int) -> float:
    """Return the processor time a process has used, seconds (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard")
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--desktops", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    figures = measure(arguments.readers, arguments.desktops, arguments.seconds)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
