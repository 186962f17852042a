"""Files that are no journal, and journals that are not as they were written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from outcomes.journal import JournalDamaged
from outcomes.sqlite_journal import SqliteJournal
from tests.outcomes.journal_rows import IDENTITY, all_rows, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.mark.parametrize("content", [b"not a database, only text\n" * 200, b"\x00" * 8192])
async def test_a_file_that_is_no_database_is_refused_unchanged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalDamaged, match="not an SQLite database"):
        await SqliteJournal.open(path, IDENTITY)
    assert path.read_bytes() == content


async def test_another_programs_database_is_refused_unchanged(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(JournalDamaged, match="not a Tidegate journal"):
        await SqliteJournal.open(path, IDENTITY)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE records SET body = replace(body, 'c-5', 'c-6') WHERE seq = 5", "record 5 is not"),
        ("UPDATE records SET body = CAST(x'ff' AS TEXT) WHERE seq = 5", "record 5 is not"),
        ("UPDATE records SET at_ms = at_ms + 1 WHERE seq = 5", "record 5 is not"),
        ("UPDATE records SET kind = 'x' WHERE seq = 5", "record 5 is not"),
        ("UPDATE records SET event_id = 'x' WHERE seq = 5", "record 5 is not"),
        ("UPDATE records SET checksum = 0 WHERE seq = 5", "record 5 is not"),
        ("DELETE FROM records WHERE seq BETWEEN 5 AND 6", "records 5 to 6 are missing"),
    ],
)
async def test_reading_stops_at_a_changed_record(path: Path, statement: str, message: str) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append(rows(1, 10))
    with sqlite3.connect(path) as shell:
        shell.execute(statement)
    shell.close()
    batches = journal.read(0, batch=2)
    assert [await anext(batches), await anext(batches)] == [rows(1, 2), rows(3, 4)]
    with pytest.raises(JournalDamaged, match=message):
        await anext(batches)
    await journal.close()


async def test_a_damaged_page_is_found_when_reading(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append(rows(1, 100, padding=1_000))
    await journal.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(4096)
    path.write_bytes(content)
    journal = await SqliteJournal.open(path, IDENTITY)
    with pytest.raises(JournalDamaged, match="restore from a backup"):
        await all_rows(journal)
    await journal.close()
