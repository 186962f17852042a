"""Recovery applies what was decided: from snapshots, pruned journals, under other settings."""

import asyncio
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from config.loader import load_settings
from outcomes.journal import JournalIdentity, JournalRow
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from router.apply import apply_record
from router.events import LinkLost
from router.records import encode_body
from router.snapshot import dump_state
from router.state import RoutingState
from service.engine_service import EngineService
from tests.support.brokers import HOST, MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import BusyBridge, records_of
from tests.support.serving import PROGRAM, QUEUES, SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

RARE = """
[[queues]]
queue_id = "rare"
requires = { nobodys = 1 }
"""
IDENTITY = JournalIdentity("acme", "main", "voice")


async def _work(engine: EngineProcess, seconds: float) -> None:
    """Route under load, while others wait in vain, and end in the middle of it."""
    stopping = asyncio.Event()
    async with BusyBridge(engine.broker_port, agents=2, seed=3) as bridge:
        await bridge.sign_in()
        for number in range(20):
            await bridge.ok("contact_arrived", contact_id=f"rare-{number}", queue_id="rare")
        arriving = asyncio.create_task(bridge.arrivals(200, stopping))
        await asyncio.sleep(seconds)
        await engine.kill()
        stopping.set()
        await arriving
        bridge.give_up()


async def test_other_strategy_recovers_the_same_state(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    async with EngineProcess(tmp_path, mosquitto.port, QUEUES + RARE) as engine:
        await _work(engine, 1.0)
        recorded = await _applied(engine.journal)
        engine.configure('[[queues]]\nqueue_id = "cards"\nstrategy = "fastest"\n' + RARE)
        service = EngineService(load_settings(engine.config, {}), (HOST, mosquitto.port))
        await service.start()
        try:
            live = service.desk.engine.state
            seq, state = live.seq, dump_state(live)
            await service.committer.drained()
            assert seq > recorded.seq
            assert state == dump_state(await _applied(engine.journal, seq))
        finally:
            await service.stop()
        assert len(recorded.contacts) >= 20
        assert dump_state(await _applied(engine.journal, recorded.seq)) == dump_state(recorded)


async def _applied(journal: Path, until_seq: int | None = None) -> RoutingState:
    """Return the state that the journal's records add up to."""
    state = RoutingState()
    for record in await records_of(journal):
        if until_seq is None or record.seq <= until_seq:
            apply_record(state, record)
    return state


async def test_restart_from_a_snapshot_with_a_pruned_journal(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    often = "snapshot_every_records = 100"
    async with (
        EngineProcess(tmp_path, mosquitto.port, journal=often) as engine,
        BusClient(mosquitto.port) as bridge,
    ):
        await asyncio.gather(
            *(
                bridge.ok("contact_arrived", contact_id=f"call-{one}", queue_id="cards")
                for one in range(300)
            )
        )
        await engine.until_logged("snapshot_made")
        await engine.stop()
        snapshot = SnapshotStore(engine.data / "snapshots").latest()
        assert snapshot is not None
        head = await _prune(engine.journal, snapshot.seq)
        assert head == snapshot.seq, "an ordered stop ends with a snapshot of everything"
        await engine.start()
        recovered = engine.logged("state_recovered")[-1]
        assert (recovered["contacts"], recovered["replayed"]) == (300, 0)
        last = await bridge.ok("position_requested", contact_id="call-299")
        assert last.position is not None

        await engine.kill()
        await asyncio.sleep(0.5)
        for path in (engine.data / "snapshots").glob("*.snapshot"):
            path.unlink()
        await engine.launch()
        assert await engine.ended() == 2
        assert "no usable snapshot" in engine.log()


async def _prune(journal: Path, seq: int) -> int:
    """Prune below `seq` with the command; return the journal's head."""
    command = (str(PROGRAM), "journal", "prune", str(journal), "--before-seq", str(seq))
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
    connection = sqlite3.connect(journal)
    (head,) = connection.execute("SELECT max(seq) FROM records").fetchone()
    connection.close()
    return int(head)


async def test_repeats_after_a_restart_get_the_first_reply(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port) as bridge:
        message = bridge.message("contact_arrived", contact_id="call-1", queue_id="cards")
        first = await bridge.sent_until_answered(message)
        await bridge.ok("contact_ended", contact_id="call-1")
        for restart in (engine.kill, engine.stop):
            await restart()
            await engine.start()
            assert await bridge.sent_until_answered(message) == first


async def test_machine_clock_was_set_back(tmp_path: Path, mosquitto: MosquittoProcess) -> None:
    """The journal's last record is from tomorrow: time goes on from there."""
    tomorrow_ms = time.time_ns() // 1_000_000 + 86_400_000
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    body = encode_body(LinkLost(event_id="", at_ms=tomorrow_ms), ())
    await journal.append([JournalRow(1, tomorrow_ms, "link_lost", "", body)])
    await journal.close()
    queue = '[[queues]]\nqueue_id = "cards"\nring_timeout_ms = 1000'
    async with (
        EngineProcess(tmp_path, mosquitto.port, queue) as _,
        BusClient(mosquitto.port) as bridge,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        arrived = await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        assert tomorrow_ms <= (arrived.at_ms or 0) < tomorrow_ms + 600_000
        await bridge.until_decided("reservation_timed_out", contact_id="call-1", charged=False)


async def test_follower_killed(engine: EngineProcess) -> None:
    """Another one takes its place, and readers are told again."""
    async with BusClient(engine.broker_port) as bridge:
        await bridge.watch(f"{SPACE.base}/state/#")
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        await bridge.until_state(SPACE.queue_state("cards"), waiting=1)
        os.kill(_follower_of(engine.process.pid), signal.SIGKILL)
        await bridge.ok("contact_arrived", contact_id="call-2", queue_id="cards")
        await engine.until_logged("child_died")
        await bridge.until_state(SPACE.queue_state("cards"), waiting=2)
        assert (await engine.get("/readyz"))[0] == 200


def _follower_of(pid: int) -> int:
    """Return the process id of an engine's follower, which multiprocessing spawned."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"spawn_main" in command:
            return int(child)
    raise AssertionError(f"no follower among {children}")


async def test_time_without_an_engine_is_charged_to_nobody(tmp_path: Path) -> None:
    """Away for longer than telephones ring: the reservation goes on, and nobody has a RONA."""
    queues = '[[queues]]\nqueue_id = "cards"\nring_timeout_ms = 1500\n'
    async with (
        MosquittoProcess(tmp_path) as broker,
        EngineProcess(tmp_path, broker.port, queues) as engine,
        BusClient(broker.port) as bridge,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", contact_id="c1", queue_id="cards")
        reserved = await bridge.until_decided("contact_reserved", contact_id="c1")
        hers = {"contact_id": "c1", "agent_id": "anna", "revision": reserved.revision}
        await bridge.ok("ringing", **hers)
        await engine.kill()
        await asyncio.sleep(2)
        await engine.start()
        await bridge.ok("accepted", **hers)
        assert not bridge.decided("reservation_timed_out")
