"""The journal's disk is full, its file is locked, damaged or somebody else's."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.replies import Reply
from bus.topics import Role
from outcomes.verify import verify
from router import events as e
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import records_of
from tests.support.serving import EngineProcess

pytestmark = pytest.mark.mosquitto


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, in memory."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode()}")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def arrivals_sent(bridge: BusClient, count: int) -> list[asyncio.Task[Reply]]:
    """Send arrivals, each until it is carried out; the engine may say "busy" for a while."""
    return [
        asyncio.create_task(
            bridge.ok("contact_arrived", contact_id=f"call-{one}", queue_id="cards")
        )
        for one in range(count)
    ]


def carried_out(bridge: BusClient) -> set[str | None]:
    """The events answered as carried out."""
    return {one.event_id for one in bridge.all_replies if one.status == "ok"}


async def test_full_disk(small_disk: Path, tmp_path: Path, mosquitto: MosquittoProcess) -> None:
    """Not ready with a clear message; no decision leaves; goes on by itself when there is space."""
    ballast = small_disk / "ballast"
    async with (
        EngineProcess(tmp_path, mosquitto.port, data=small_disk) as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        _fill(ballast)
        sending = arrivals_sent(bridge, 400)
        await engine.until_unready("no space left on its disk")
        await asyncio.sleep(0.3)
        told, replies = len(bridge.decisions), len(carried_out(bridge))
        late = bridge.message("contact_arrived", contact_id="late", queue_id="cards")
        assert (await bridge.sent_until_answered(late)).status == "busy"
        await asyncio.sleep(0.7)
        assert (len(bridge.decisions), len(carried_out(bridge))) == (told, replies)
        assert "work goes on by itself once there is space" in engine.log()
        durable = {one.event.event_id for one in await records_of(engine.journal)}
        assert carried_out(bridge) <= durable

        ballast.unlink()
        await engine.until_ready()
        await asyncio.gather(*sending)
        await anna.until_decided("contact_reserved")
        assert await engine.stop() == 0
    assert verify(engine.journal).problems_total == 0
    arrivals = [one for one in await records_of(engine.journal) if _is_arrival(one.event)]
    assert len(arrivals) == len(sending)


async def test_stop_while_the_disk_is_full(
    small_disk: Path, tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    """It ends when its grace is over; what was not acknowledged is not there, and repeated."""
    grace = "shutdown_grace_ms = 300"
    async with (
        EngineProcess(tmp_path, mosquitto.port, data=small_disk, service=grace) as engine,
        BusClient(mosquitto.port) as bridge,
    ):
        _fill(small_disk / "ballast")
        sending = arrivals_sent(bridge, 400)
        await engine.until_unready("no space left on its disk")
        assert await engine.stop() == 0
        assert [one["reason"] for one in engine.logged("shutdown_incomplete")]
        (small_disk / "ballast").unlink()
        await engine.start()
        await asyncio.gather(*sending)


def _is_arrival(event: object) -> bool:
    return isinstance(event, e.ContactArrived)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


async def test_journal_locked_by_another_program(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port) as bridge:
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        shell = sqlite3.connect(engine.journal, isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        arriving = asyncio.create_task(
            bridge.send("contact_arrived", contact_id="call-1", queue_id="cards")
        )
        await engine.until_unready("another program holds it locked")
        assert bridge.decided("contact_reserved") == []
        assert not arriving.done()
        shell.execute("ROLLBACK")
        shell.close()
        assert (await arriving).status == "ok"
        await bridge.until_decided("contact_reserved", contact_id="call-1")
        await engine.until_ready()


async def _refused_to_start(engine: EngineProcess) -> str:
    """Start it; it must end by itself with exit code 2. Return its last words."""
    before = len(engine.log())
    await engine.launch()
    assert await engine.ended() == 2, engine.log()
    words = engine.log()[before:]
    assert "Traceback" not in words
    return words


async def test_damaged_journal(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port) as bridge:
        for number in range(20):
            await bridge.ok("contact_arrived", contact_id=f"call-{number}", queue_id="cards")
    await engine.kill()
    for snapshot in (engine.data / "snapshots").glob("*.snapshot"):
        snapshot.unlink()
    shell = sqlite3.connect(engine.journal)
    shell.execute("UPDATE records SET body = replace(body, 'call-7', 'call-8') WHERE seq > 5")
    shell.commit()
    shell.close()
    words = await _refused_to_start(engine)
    assert "is not as it was written" in words
    assert "tidegate journal verify" in words

    engine.journal.write_bytes(b"this is no journal" * 1000)
    words = await _refused_to_start(engine)
    assert "it is not an SQLite database" in words


async def test_journal_of_another_centre(engine: EngineProcess) -> None:
    await engine.stop()
    engine.config.write_text(engine.config.read_text().replace("acme", "other"))
    words = await _refused_to_start(engine)
    assert "belongs to tenant, site, domain acme/main/voice" in words


async def test_second_engine_on_one_journal(engine: EngineProcess, tmp_path: Path) -> None:
    directory = tmp_path / "second"
    directory.mkdir()
    second = EngineProcess(directory, engine.broker_port, data=engine.data)
    words = await _refused_to_start(second)
    assert f"in use by another engine (process {engine.process.pid}" in words
    async with BusClient(engine.broker_port) as bridge:
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")


async def test_ports_in_use(engine: EngineProcess, tmp_path: Path) -> None:
    directory = tmp_path / "second"
    directory.mkdir()
    second = EngineProcess(directory, engine.broker_port)
    second.http_port = engine.http_port
    second.configure("")
    words = await _refused_to_start(second)
    assert f"127.0.0.1:{engine.http_port}" in words
    assert "service.http_port" in words

    embedded = EngineProcess(directory)
    embedded.broker_port = engine.broker_port
    embedded.configure("")
    words = await _refused_to_start(embedded)
    assert f"127.0.0.1:{engine.broker_port}" in words
    assert "choose another port" in words
