"""Journals of every schema version stay readable."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from outcomes.journal import JournalUnavailable
from outcomes.journal_reader import JournalReader
from outcomes.migrations import MIGRATIONS, Migration, check_is_journal, migrate
from outcomes.sqlite_connection import transaction
from outcomes.sqlite_journal import SqliteJournal
from outcomes.verify import verify
from tests.outcomes.journal_rows import IDENTITY, all_rows, rejected, rows

FIXTURES = Path(__file__).parent / "fixtures"

FAKE_V2 = Migration(
    2,
    (
        "ALTER TABLE journal ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
    ),
)
BROKEN_V2 = Migration(2, ("CREATE TABLE notes (id INTEGER)", "CREATE TABLE records (id INTEGER)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the journal written by version 1: records 11 to 40, ten pruned before them."""
    return Path(shutil.copy(FIXTURES / "journal-v1.db", tmp_path / "journal.db"))


async def test_a_journal_of_version_1_can_still_be_read_and_continued(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    assert await journal.head() == 40
    assert await journal.pruned_seq() == 10
    assert await journal.published() == 35
    assert await journal.rejected(5) == [rejected(2), rejected(1)]
    assert await journal.begin_epoch() == 3
    await journal.append(rows(41, 45), published_seq=45)
    assert await all_rows(journal, after_seq=10) == rows(11, 45)
    await journal.close()
    assert verify(path).problems == []


def test_versions_are_numbered_without_gaps() -> None:
    assert [migration.version for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


async def test_a_migration_keeps_the_records_and_runs_once(path: Path) -> None:
    database = connect(path)
    migrations = (MIGRATIONS[0], FAKE_V2)
    for versions in ((1, 2), (2, 2)):
        with transaction(database):
            assert migrate(database, migrations) == versions
    assert check_is_journal(database, migrations) == 2
    assert database.execute("SELECT note FROM journal").fetchall() == [("none",)]
    assert database.execute("SELECT min(seq), max(seq) FROM records").fetchall() == [(11, 40)]
    database.close()


async def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    database = connect(path)
    with pytest.raises(sqlite3.OperationalError), transaction(database):
        migrate(database, (MIGRATIONS[0], BROKEN_V2))
    assert check_is_journal(database) == 1
    assert database.execute("SELECT name FROM sqlite_master WHERE name = 'notes'").fetchall() == []
    database.close()
    assert verify(path).records == 30


async def test_a_journal_newer_than_the_program_is_refused_unchanged(path: Path) -> None:
    database = connect(path)
    newer = MIGRATIONS[-1].version + 1
    database.execute(f"PRAGMA user_version = {newer}")
    database.close()
    with pytest.raises(
        JournalUnavailable, match=rf"version {newer}, .*Run the version of Tidegate"
    ):
        await SqliteJournal.open(path, IDENTITY)
    with pytest.raises(JournalUnavailable, match=f"version {newer}"):
        await JournalReader.open(path)
    with pytest.raises(JournalUnavailable, match=f"version {newer}"):
        verify(path)


async def test_a_reader_does_not_bring_an_older_journal_up_to_date(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(JournalUnavailable, match="Start the engine on it once"):
        await JournalReader.open(empty)
    assert empty.read_bytes() == b""
