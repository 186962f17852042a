"""What a journal in a file does besides: it stays, it is locked, it explains what is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from outcomes.journal import JournalError, JournalIdentity, JournalUnavailable
from outcomes.sqlite_journal import JournalOptions, SqliteJournal
from outcomes.verify import verify
from tests.outcomes.journal_rows import IDENTITY, all_rows, rejected, row, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def test_everything_is_there_after_reopening(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append(rows(1, 3), published_seq=2)
    await journal.reject([rejected(1)])
    assert await journal.begin_epoch() == 1
    await journal.close()
    journal = await SqliteJournal.open(path, IDENTITY)
    assert await journal.head() == 3
    assert await journal.published() == 2
    assert await journal.rejected(5) == [rejected(1)]
    assert await journal.begin_epoch() == 2
    await journal.append(rows(4, 5))
    assert await all_rows(journal) == rows(1, 5)
    await journal.close()
    assert verify(path).problems == []


async def test_commits_are_synchronous_in_a_write_ahead_log(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)

    def settings(raw: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous")
        return [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    found = await journal._connection.run(settings)
    await journal.close()
    assert found == ["wal", 2]


async def test_missing_directories_are_made(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "a" / "b?#%" / "journal.db", IDENTITY)
    await journal.append([row(1)])
    await journal.close()
    assert verify(tmp_path / "a" / "b?#%" / "journal.db").records == 1


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnavailable, match=r"file cannot be made.*Make it yourself"):
        await SqliteJournal.open(tmp_path / "file" / "journal.db", IDENTITY)


async def test_a_directory_in_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(JournalUnavailable, match="cannot be opened"):
        await SqliteJournal.open(path, IDENTITY)


async def test_people_can_query_bodies_with_sql(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append(rows(1, 3))
    with sqlite3.connect(path) as shell:
        found = shell.execute(
            "SELECT json_extract(body, '$.input.contact_id') FROM records WHERE event_id = 'e-2'"
        ).fetchall()
    shell.close()
    await journal.close()
    assert found == [("c-2",)]


async def test_a_second_engine_is_refused_and_told_who_has_the_journal(path: Path) -> None:
    first = await SqliteJournal.open(path, IDENTITY)
    with pytest.raises(
        JournalUnavailable, match=f"in use by another engine .process {os.getpid()}"
    ):
        await SqliteJournal.open(path, IDENTITY)
    await first.append([row(1)])
    await first.close()
    second = await SqliteJournal.open(path, IDENTITY)
    assert await second.head() == 1
    await second.close()


async def test_another_tenants_journal_is_refused(path: Path) -> None:
    await (await SqliteJournal.open(path, IDENTITY)).close()
    with pytest.raises(JournalUnavailable, match="bank/haifa/service, not bank/haifa/sales"):
        await SqliteJournal.open(path, JournalIdentity("bank", "haifa", "sales"))
    await (await SqliteJournal.open(path, IDENTITY)).close()


async def test_a_locked_file_is_explained_and_the_same_rows_go_in_later(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY, JournalOptions(busy_timeout_ms=20))
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalUnavailable, match=r"locked.*Close the program"):
        await journal.append(rows(1, 2), published_seq=1)
    assert (await journal.head(), await journal.published()) == (0, 0)
    shell.execute("ROLLBACK")
    shell.close()
    await journal.append(rows(1, 2), published_seq=1)
    assert await all_rows(journal) == rows(1, 2)
    await journal.close()
    assert verify(path).problems == []


async def test_a_cancelled_append_leaves_the_journal_usable(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    waiting = asyncio.ensure_future(journal.append(rows(1, 5)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    head = await journal.head()
    assert head == 5
    await journal.append(rows(head + 1, head + 3))
    assert await all_rows(journal) == rows(1, head + 3)
    await journal.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def append_until_refused(journal: SqliteJournal) -> JournalError:
    for _ in range(1_000):
        head = await journal.head()
        try:
            await journal.append(rows(head + 1, head + 5, padding=5_000))
        except JournalError as error:
            assert await journal.head() == head
            return error
    raise AssertionError("the disk never filled")


async def test_a_full_disk_is_explained_and_survived(small_disk: Path) -> None:
    path = small_disk / "journal.db"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    journal = await SqliteJournal.open(path, IDENTITY)
    error = await append_until_refused(journal)
    assert isinstance(error, JournalUnavailable)
    assert "no space left on its disk" in str(error)
    assert "Free space there" in error.remedy
    head = await journal.head()
    assert head > 0
    ballast.unlink()
    await journal.append(rows(head + 1, head + 5, padding=5_000))
    assert await all_rows(journal) == rows(1, head + 5, padding=5_000)
    await journal.close()
    assert verify(path).problems == []


async def test_a_file_that_may_not_grow_is_explained_and_survived(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal._connection.run(lambda raw: raw.execute("PRAGMA max_page_count = 60").fetchone())
    assert "no space left" in (await append_until_refused(journal)).reason
    head = await journal.head()
    await journal._connection.run(
        lambda raw: raw.execute("PRAGMA max_page_count = 6000").fetchone()
    )
    await journal.append(rows(head + 1, head + 5, padding=5_000))
    await journal.close()
    report = verify(path)
    assert (report.records, report.problems) == (head + 5, [])


@pytest.fixture
def protect() -> Iterator[list[Path]]:
    """Protected paths: appending to the list makes a path read-only, also for root."""
    protected: list[Path] = []
    yield protected
    for path in protected:
        subprocess.run(["chattr", "-i", str(path)], capture_output=True)
        path.chmod(0o755)


def make_read_only(path: Path, protected: list[Path]) -> None:
    protected.append(path)
    if os.geteuid() != 0:
        path.chmod(0o555 if path.is_dir() else 0o444)
        return
    command = ["chattr", "+i", str(path)]
    if shutil.which("chattr") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("nothing is read-only for root on a file system without chattr +i")


async def test_a_read_only_directory_is_explained(tmp_path: Path, protect: list[Path]) -> None:
    make_read_only(tmp_path, protect)
    with pytest.raises(JournalUnavailable, match=r"cannot be opened.*Make it and its directory"):
        await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)


async def test_a_read_only_file_is_explained(path: Path, protect: list[Path]) -> None:
    await (await SqliteJournal.open(path, IDENTITY)).close()
    make_read_only(path, protect)
    with pytest.raises(JournalUnavailable, match=r"cannot be written to.*Make the file"):
        await SqliteJournal.open(path, IDENTITY)
