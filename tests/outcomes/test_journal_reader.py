"""Following a journal while it is written, as another process does."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from outcomes.journal import JournalDamaged, JournalUnavailable
from outcomes.journal_reader import JournalReader
from outcomes.prune import prune
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from tests.outcomes.journal_rows import IDENTITY, row, rows


async def test_a_follower_sees_every_record_once_and_in_order(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    reader = await JournalReader.open(tmp_path / "journal.db")

    async def write() -> None:
        for first in range(1, 200, 4):
            await journal.append(rows(first, first + 3))

    writing = asyncio.create_task(write())
    found: list[int] = []
    while len(found) < 200:
        assert await reader.wait_for_more(len(found), poll_s=0.001) > len(found)
        async for batch in reader.read(len(found), batch=7):
            found += [record.seq for record in batch]
    await writing
    assert found == list(range(1, 201))
    assert await reader.head() == 200
    assert await reader.identity() == IDENTITY
    await reader.close()
    await journal.close()


async def test_waiting_goes_on_until_there_is_a_record(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    reader = await JournalReader.open(tmp_path / "journal.db")
    await journal.append([row(1)])
    waiting = asyncio.create_task(reader.wait_for_more(1, poll_s=0.001))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await journal.append([row(2)])
    assert await waiting == 2
    await reader.close()
    await journal.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    await journal.append([row(1)])
    reader = await JournalReader.open(tmp_path / "journal.db")
    with pytest.raises(JournalUnavailable, match="cannot be written to"):
        await reader._connection.run(lambda raw: raw.execute("DELETE FROM records"))
    await reader.close()
    await journal.close()


async def test_a_follower_left_behind_by_pruning_is_told_where_to_start(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    await journal.append(rows(1, 20), published_seq=20)
    reader = await JournalReader.open(tmp_path / "journal.db")
    behind = reader.read(0, batch=5)
    assert await anext(behind) == rows(1, 5)
    snapshots = SnapshotStore(tmp_path / "snapshots")
    snapshots.write(20, b"state")
    prune(tmp_path / "journal.db", snapshots, before_seq=11)
    with pytest.raises(JournalUnavailable, match="up to 10 were pruned while they were being"):
        await anext(behind)
    with pytest.raises(JournalUnavailable, match=r"up to 10 were pruned.*taken at 10 or later"):
        await anext(reader.read(0))
    assert await reader.pruned_seq() == 10
    assert await anext(reader.read(10)) == rows(11, 20)
    await reader.close()
    await journal.close()


async def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match=r"no journal at .*journal\.db"):
        await JournalReader.open(tmp_path / "journal.db")
    assert not (tmp_path / "journal.db").exists()


async def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    with pytest.raises(JournalDamaged, match="not a Tidegate journal"):
        await JournalReader.open(tmp_path / "other.db")
