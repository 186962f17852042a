"""The journal alone: durable records a second, and how long one group takes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.disk import fsync_seconds
from benchmarks.progress import Tell
from config.routing import QueueSettings, RoutingSettings
from outcomes.journal import JournalIdentity, JournalRow
from outcomes.sqlite_journal import SqliteJournal
from router import events as e
from router.engine import Engine
from router.records import encode_body
from simulation.load_figures import Percentiles

GROUPS = {1: 2_000, 50: 400, 200: 150}
"""Rows a group, and how many groups are measured."""


def measure_journal(directory: Path, tell: Tell, *, quick: bool) -> dict[str, Any]:
    """Return the figures of a journal at synchronous=FULL in a file under `directory`."""
    return asyncio.run(_measure(directory, tell, 5 if quick else 1))


async def _measure(directory: Path, tell: Tell, divisor: int) -> dict[str, Any]:
    fsync = fsync_seconds(directory, 500 // divisor)
    appends = []
    for group, groups in GROUPS.items():
        tell(f"journal: groups of {group}")
        seconds = await _append(directory / f"journal-{group}.db", group, groups // divisor)
        appends.append(
            {
                "rows": group,
                "rows_per_second": round(group * len(seconds) / sum(seconds)),
                "milliseconds": asdict(Percentiles.of_seconds(seconds)),
            }
        )
    fsync += fsync_seconds(directory, 500 // divisor)
    return {"append": appends, "fsync_ms": asdict(Percentiles.of_seconds(fsync))}


async def _append(path: Path, group: int, groups: int) -> list[float]:
    rows = _rows(group * groups)
    journal = await SqliteJournal.open(path, JournalIdentity("bench", "main", "default"))
    samples = []
    try:
        for start in range(0, len(rows), group):
            batch = rows[start : start + group]
            started = time.perf_counter()
            await journal.append(batch)
            samples.append(time.perf_counter() - started)
    finally:
        await journal.close()
    return samples


def _rows(count: int) -> list[JournalRow]:
    """Return records as the engine writes them for arrivals."""
    engine, at_ms = Engine(), 1_700_000_000_000
    settings = RoutingSettings(queues=[QueueSettings(queue_id="sales")]).model_dump(mode="json")
    engine.handle(e.ConfigurationChanged(event_id="c", at_ms=at_ms, settings=settings))
    rows = []
    for seq in range(1, count + 1):
        event = e.ContactArrived(
            event_id=f"pbx-1-{seq}", at_ms=at_ms, contact_id=f"contact-{seq}", queue_id="sales"
        )
        body = encode_body(event, engine.handle(event))
        rows.append(JournalRow(seq, at_ms, "contact_arrived", event.event_id, body))
    return rows
