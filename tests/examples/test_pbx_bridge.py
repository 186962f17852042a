"""The example client against a real `tidegate serve` with the embedded broker."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bus.embedded import EmbeddedBroker

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "pbx_bridge.py"
PATIENCE_S = 60.0  # a bound for what must happen, never a measure of speed
TIDEGATE = (sys.executable, "-c", "from service.cli import app; app()")

Line = tuple[str, dict[str, Any]]
"""What the example printed: the arrow, and the message."""


@asynccontextmanager
async def serving(directory: Path, **bus: object) -> AsyncIterator[int]:
    """Run `tidegate serve` in `directory` and give the broker's port."""
    variables = {f"TIDEGATE__BUS__{key.upper()}": str(value) for key, value in bus.items()}
    engine = await asyncio.create_subprocess_exec(
        *(*TIDEGATE, "serve"),
        cwd=directory,
        env={**environment(), "TIDEGATE__SERVICE__HTTP_PORT": "0", **variables},
        stderr=asyncio.subprocess.PIPE,
    )
    assert engine.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            port = await broker_port(engine.stderr)
        reading = asyncio.create_task(engine.stderr.read())
        yield port
        engine.terminate()
        async with asyncio.timeout(PATIENCE_S):
            assert await engine.wait() == 0
        assert b'"error"' not in await reading
    finally:
        if engine.returncode is None:
            engine.kill()
            await engine.wait()


def environment() -> dict[str, str]:
    """Return an environment in which the checkout can be imported from anywhere."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("TIDEGATE_")}
    return {**own, "PYTHONPATH": str(ROOT)}


async def broker_port(log: asyncio.StreamReader) -> int:
    """Return the port that the engine says its broker has."""
    lines = []
    async for line in log:
        lines.append(line.decode())
        said = json.loads(line)
        if said["event"] == "engine_started":
            return int(said["broker"].rpartition(":")[2])
    raise AssertionError(f"the engine ended: {''.join(lines)}")


async def start_example(port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", str(EXAMPLE), str(port)),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def output_of(example: asyncio.subprocess.Process) -> list[Line]:
    """Return what the example said and was told, in order."""
    async with asyncio.timeout(PATIENCE_S):
        output, errors = await example.communicate()
    assert (example.returncode, errors) == (0, b"")
    lines = [line.split(" ", 1) for line in output.decode().splitlines()]
    return [(arrow, json.loads(body)) for arrow, body in lines]


async def report(directory: Path) -> dict[str, Any]:
    """Return the figures of all contacts, as `tidegate report --json` gives them."""
    command = await asyncio.create_subprocess_exec(
        *(*TIDEGATE, "report", "--json", "--from", "yesterday"),
        cwd=directory,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await command.communicate()
    assert command.returncode == 0
    total: dict[str, Any] = json.loads(output)["total"]
    return total


def said(lines: list[Line]) -> list[str]:
    return [body["type"] for arrow, body in lines if arrow == "->"]


def replies(lines: list[Line]) -> list[dict[str, Any]]:
    return [one for arrow, body in lines if arrow == "<-" for one in body.get("replies", [])]


def decisions(lines: list[Line]) -> list[str]:
    told = [one for arrow, body in lines if arrow == "<-" for one in body.get("decisions", [])]
    return [one.get("state", one["type"]) for one in told]


def test_any_integrator_can_read_it() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 60


async def test_a_call_is_routed(tmp_path: Path) -> None:
    async with serving(tmp_path, port=0) as port:
        lines = await output_of(await start_example(port))
    assert said(lines) == [
        "live_contacts_reported",
        "agent_signed_in",
        "contact_arrived",
        "ringing",
        "accepted",
        "contact_ended",
        "wrap_up_completed",
    ]
    assert decisions(lines) == ["contact_reserved", "ringing", "talk", "wrap_up"]
    assert [one["status"] for one in replies(lines)] == ["ok"] * 7
    figures = await report(tmp_path)
    assert (figures["arrived"], figures["accepted"], figures["waiting"]) == (1, 1, 0)


async def test_it_says_everything_again_until_the_engine_is_there(tmp_path: Path) -> None:
    async with EmbeddedBroker() as broker:
        example = await start_example(broker.port)
        assert example.stdout is not None
        first = [await example.stdout.readline() for _ in range(3)]
        async with serving(tmp_path, broker="mqtt", port=broker.port):
            lines = await output_of(example)
    assert [json.loads(line[3:])["type"] for line in first][-1] == "contact_arrived"
    assert decisions(lines) == ["contact_reserved", "ringing", "talk", "wrap_up"]
    assert (await report(tmp_path))["accepted"] == 1
