"""Records in their table: the chain of checksums, and reading that follows it.

The checksum of a record is CRC-32 over the checksum before it and everything the record says,
so a changed, missing, added or moved record breaks the chain at that place. It guards against
accidents, not against someone who can write to the file and recompute it.
"""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from outcomes.journal import (
    JournalDamaged,
    JournalError,
    JournalRow,
    JournalUnavailable,
    check_start,
)
from outcomes.sqlite_connection import SqliteConnection

_BATCH = 1_000
_PREFIX = struct.Struct(">IqqII")
_REMEDY = "Run `tidegate journal verify`, and restore from a backup"

# Texts are read as bytes: damage may have left something that is not UTF-8.
_SELECT = (
    "SELECT seq, at_ms, CAST(kind AS BLOB), CAST(event_id AS BLOB), CAST(body AS BLOB), checksum"
    " FROM records WHERE seq > ? ORDER BY seq LIMIT ?"
)


class Position(NamedTuple):
    """A place in the chain: just after record `seq`, whose checksum is `checksum`."""

    seq: int
    checksum: int


class StoredRecord(NamedTuple):
    """A record and the checksum stored with it."""

    row: JournalRow
    checksum: int


def checksum_after(previous: int, row: JournalRow) -> int:
    """Return the checksum of `row`, which follows a record with checksum `previous`."""
    kind, event_id = row.kind.encode(), row.event_id.encode()
    prefix = _PREFIX.pack(previous, row.seq, row.at_ms, len(kind), len(event_id))
    return zlib.crc32(row.body, zlib.crc32(prefix + kind + event_id))


def start_of(connection: sqlite3.Connection) -> Position:
    """Return where the records kept begin: after the last one pruned, or at (0, 0)."""
    found = connection.execute("SELECT pruned_seq, pruned_checksum FROM journal").fetchone()
    if found is None:
        raise JournalDamaged("the journal's own row is missing", _REMEDY)
    return Position(*found)


def end_of(connection: sqlite3.Connection) -> Position:
    """Return the place after the last record."""
    last = connection.execute("SELECT seq, checksum FROM records ORDER BY seq DESC LIMIT 1")
    found = last.fetchone()
    return Position(*found) if found else start_of(connection)


def seq_before(connection: sqlite3.Connection, at_ms: int) -> int:
    """Return the last `seq` before time `at_ms`; the last one pruned if all are later.

    Searched by halving: times never go back, and only `seq` has an index.
    """
    low, high = start_of(connection).seq, end_of(connection).seq
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute("SELECT at_ms FROM records WHERE seq = ?", (middle,)).fetchone()
        if found is not None and found[0] < at_ms:
            low = middle
        else:
            high = middle - 1
    return low


def position_after(connection: sqlite3.Connection, seq: int) -> Position:
    """Return the place after record `seq`.

    Raises `JournalUnavailable` if it was pruned or not yet written, `JournalDamaged` if it
    should be there and is not.
    """
    start = start_of(connection)
    check_start(seq, start.seq, end_of(connection).seq)
    if seq == start.seq:
        return start
    found = connection.execute("SELECT checksum FROM records WHERE seq = ?", (seq,)).fetchone()
    if found is None:
        raise JournalDamaged(f"record {seq} is missing from the journal", _REMEDY)
    return Position(seq, found[0])


def stored_records(
    connection: sqlite3.Connection, after_seq: int, limit: int
) -> Iterator[StoredRecord]:
    """Yield up to `limit` records after `after_seq` as they are stored, unchecked."""
    for seq, at_ms, kind, event_id, body, checksum in connection.execute(
        _SELECT, (after_seq, limit)
    ):
        texts = kind.decode(errors="replace"), event_id.decode(errors="replace")
        yield StoredRecord(JournalRow(seq, at_ms, *texts, body), checksum)


def checked_records(
    connection: sqlite3.Connection, after: Position, limit: int
) -> list[StoredRecord]:
    """Return up to `limit` records after `after`, having followed the chain.

    Raises `JournalDamaged` at a break, `JournalUnavailable` if records were pruned meanwhile.
    """
    records = []
    for record in stored_records(connection, after.seq, limit):
        if record.row.seq != after.seq + 1:
            raise gap_error(connection, after.seq, record.row.seq)
        if record.checksum != checksum_after(after.checksum, record.row):
            raise JournalDamaged(
                f"record {record.row.seq} is not as it was written: its checksum is "
                f"{checksum_after(after.checksum, record.row)} instead of {record.checksum}",
                _REMEDY,
            )
        records.append(record)
        after = Position(record.row.seq, record.checksum)
    return records


def checked_batches(
    connection: sqlite3.Connection, after: Position, last: int
) -> Iterator[list[StoredRecord]]:
    """Yield the records after `after` up to record `last`, a thousand at a time.

    Raises as `checked_records` does, also when the journal ends before `last`.
    """
    while after.seq < last:
        records = checked_records(connection, after, min(_BATCH, last - after.seq))
        if not records:
            raise gap_error(connection, after.seq, last + 1)
        yield records
        after = Position(records[-1].row.seq, records[-1].checksum)


async def read_batches(
    connection: SqliteConnection, after_seq: int, batch: int
) -> AsyncIterator[list[JournalRow]]:
    """Yield the records after `after_seq` as `Journal.read` promises."""
    position = await connection.run(lambda raw: position_after(raw, after_seq))
    while True:
        after = position
        records = await connection.run(lambda raw, after=after: checked_records(raw, after, batch))  # type: ignore[misc]
        if not records:
            return
        position = Position(records[-1].row.seq, records[-1].checksum)
        yield [record.row for record in records]


def gap_error(connection: sqlite3.Connection, after_seq: int, found_seq: int) -> JournalError:
    """Return the error for reading `found_seq` right after `after_seq`: pruned, or lost."""
    pruned_seq = start_of(connection).seq
    if pruned_seq > after_seq:
        return JournalUnavailable(
            f"records up to {pruned_seq} were pruned while they were being read",
            f"Start again from a snapshot taken at {pruned_seq} or later",
        )
    return JournalDamaged(
        f"records {after_seq + 1} to {found_seq - 1} are missing from the journal", _REMEDY
    )
