"""A journal to work on, and its snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest

from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from tests.outcomes.journal_rows import IDENTITY, rows


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A journal of 20 records, all published."""
    journal = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    await journal.append(rows(1, 20), published_seq=20)
    await journal.close()
    return tmp_path / "journal.db"


@pytest.fixture
def snapshots(path: Path) -> SnapshotStore:
    return SnapshotStore(path.parent / "snapshots")
