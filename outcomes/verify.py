"""Checking a journal from end to end without changing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from outcomes.journal import JournalRow
from outcomes.journal_reader import open_read_only
from outcomes.records import Position, StoredRecord, checksum_after, start_of, stored_records
from outcomes.sqlite_connection import explained

PROBLEMS_LISTED = 100
PROGRESS_EVERY = 5_000

Progress = Callable[[int, int], None]
"""Told (records done, records in all) from time to time."""


class Problem(msgspec.Struct, frozen=True):
    """Something wrong at record `seq` (0: the file as a whole); `kind` is a code:

    `gap`, `checksum`, `time`, `json`, `watermark` or `file`.
    """

    seq: int
    kind: str
    detail: str


class VerifyReport(msgspec.Struct):
    """What a journal holds and what is wrong with it; times in milliseconds since 1970 UTC."""

    records: int = 0
    first_seq: int | None = None
    last_seq: int | None = None
    first_at_ms: int | None = None
    last_at_ms: int | None = None
    problems_total: int = 0
    problems: list[Problem] = []  # the first PROBLEMS_LISTED

    def add(self, problem: Problem) -> None:
        """Count a problem, and list it if there is room."""
        self.problems_total += 1
        if len(self.problems) < PROBLEMS_LISTED:
            self.problems.append(problem)


def verify(path: Path, progress: Progress | None = None) -> VerifyReport:
    """Check the journal at `path`, as it is at this moment; the engine may be running.

    Looks at the chain of checksums, gaps, time going back, JSON, the outbox watermark, and
    SQLite's own structure. Raises `JournalUnavailable` if it cannot be read at all and
    `JournalDamaged` if it is no journal.
    """
    report = VerifyReport()
    connection = open_read_only(path)
    try:
        with explained(path):
            connection.execute("BEGIN")
        _check_file(connection, report)
        _check_records(connection, report, progress)
    except sqlite3.DatabaseError as error:
        report.add(Problem(report.last_seq or 0, "file", f"reading stopped: {error}"))
    finally:
        connection.close()
    return report


def _check_file(connection: sqlite3.Connection, report: VerifyReport) -> None:
    for (message,) in connection.execute("PRAGMA integrity_check"):
        if message != "ok":
            report.add(Problem(0, "file", message))


def _check_records(
    connection: sqlite3.Connection, report: VerifyReport, progress: Progress | None
) -> None:
    (total,) = connection.execute("SELECT count(*) FROM records").fetchone()
    before = start_of(connection)
    for record in stored_records(connection, before.seq, -1):
        for problem in _problems(record, before, report.last_at_ms):
            report.add(problem)
        count_row(report, record.row)
        before = Position(record.row.seq, record.checksum)
        if progress and report.records % PROGRESS_EVERY == 0:
            progress(report.records, total)
    if progress:
        progress(report.records, total)
    _check_watermark(connection, report, before.seq)


def _problems(record: StoredRecord, before: Position, last_at_ms: int | None) -> Iterator[Problem]:
    row = record.row
    if row.seq != before.seq + 1:
        missing = f"records {before.seq + 1} to {row.seq - 1} are missing"
        yield Problem(row.seq, "gap", missing)
    elif record.checksum != checksum_after(before.checksum, row):
        yield Problem(row.seq, "checksum", "it, or the one before it, is not as it was written")
    if last_at_ms is not None and row.at_ms < last_at_ms:
        yield Problem(row.seq, "time", f"at_ms {row.at_ms} is before {last_at_ms}")
    try:
        msgspec.json.decode(row.body)
    except msgspec.DecodeError as error:
        yield Problem(row.seq, "json", f"the body cannot be read: {error}")


def count_row(report: VerifyReport, row: JournalRow) -> None:
    """Count a record that was read."""
    if report.records == 0:
        report.first_seq, report.first_at_ms = row.seq, row.at_ms
    report.records += 1
    report.last_seq, report.last_at_ms = row.seq, row.at_ms


def _check_watermark(connection: sqlite3.Connection, report: VerifyReport, last_seq: int) -> None:
    (published,) = connection.execute("SELECT published_seq FROM journal").fetchone()
    if published > last_seq:
        missing = f"decisions up to {published} were published: records are missing at the end"
        report.add(Problem(last_seq, "watermark", missing))
