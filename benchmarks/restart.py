"""Restart: from a journal and a snapshot with many live contacts to an engine that is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.engine import EngineProcess
from benchmarks.progress import Tell
from config.loader import load_settings
from outcomes.journal import JournalIdentity, JournalRow
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from router import events as e
from router.engine import Engine
from router.records import encode_body
from router.snapshot import dump_state

AGENTS = 10_000
CONTACTS = 100_000
SINCE_SNAPSHOT = 50_000
"""Records after the newest snapshot: as many as there ever are (journal.snapshot_every_records)."""
UNCONFIRMED = 4_000
"""Records whose decisions leave again: those of a second at a thousand contacts a second."""
GROUP = 500
START_MS = 1_700_000_000_000


def measure_restart(engine: EngineProcess, tell: Tell, *, quick: bool) -> dict[str, Any]:
    """Write a journal and a snapshot, start the engine on them, and return how long that took."""
    contacts, since = (10_000, 5_000) if quick else (CONTACTS, SINCE_SNAPSHOT)
    tell(f"restart: writing a journal with {contacts:,} live contacts")
    history = _history(engine.config, contacts // 10, contacts)
    records = asyncio.run(_write(engine.journal, history, since))
    tell("restart: starting")
    try:
        seconds = engine.start()
    finally:
        engine.stop()
    return {
        "contacts": contacts,
        "agents": contacts // 10,
        "records_after_snapshot": min(since, records),
        "seconds": round(seconds, 2),
    }


def _history(config: Path, agents: int, contacts: int) -> Iterator[e.AnyEvent]:
    """Yield what happened: all agents came and answer a contact each, the others wait."""
    settings = load_settings(config, {}).routing()
    queue_ids = [queue.queue_id for queue in settings.queues]
    numbers = count(1)

    def stamp() -> dict[str, Any]:
        number = next(numbers)
        return {"event_id": f"event-{number}", "at_ms": START_MS + number}

    yield e.ConfigurationChanged(**stamp(), settings=settings.model_dump(mode="json"))
    for number in range(agents):
        agent_id = f"agent-{number}"
        yield e.AgentSignedIn(
            **stamp(),
            source=f"agent/{agent_id}",
            agent_id=agent_id,
            ready=True,
            skills={"english": 5},
        )
    for number in range(contacts):
        yield e.ContactArrived(
            **stamp(),
            source="bridge/pbx",
            contact_id=f"contact-{number}",
            queue_id=queue_ids[number % len(queue_ids)],
        )


async def _write(path: Path, history: Iterator[e.AnyEvent], since_snapshot: int) -> int:
    """Journal what the engine makes of `history`, and a snapshot that is `since_snapshot` old."""
    engine = Engine()
    rows = []
    events = list(history)
    snapshot_seq = max(len(events) - since_snapshot, 1)
    for event in events:
        body = encode_body(event, engine.handle(event))
        seq, at_ms = engine.state.seq, engine.state.now_ms
        kind = str(type(event).__struct_config__.tag)
        rows.append(JournalRow(seq, at_ms, kind, event.event_id, body))
        if seq == snapshot_seq:
            SnapshotStore(path.with_name("snapshots")).write(seq, dump_state(engine.state))
    journal = await SqliteJournal.open(path, JournalIdentity("demo", "main", "default"))
    try:
        for start in range(0, len(rows), GROUP):
            await journal.append(rows[start : start + GROUP])
        await journal.set_published(max(len(rows) - UNCONFIRMED, 0))
    finally:
        await journal.close()
    return len(rows)
