"""A journal as lines of JSON, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from outcomes.journal import JournalDamaged
from outcomes.journal_reader import open_read_only
from outcomes.records import StoredRecord, checked_batches, end_of, position_after, start_of
from outcomes.sqlite_connection import explained


def export(path: Path, from_seq: int | None = None, to_seq: int | None = None) -> Iterator[bytes]:
    """Yield one line of JSON (ending in a newline) for each record `from_seq` to `to_seq`.

    Keys: `seq`, `at_ms`, `kind`, `event_id`, `body` (an object), `checksum`. Both ends are
    included; left out, they are the first and the last record there are now. Raises
    `JournalUnavailable`, and `JournalDamaged` at the first record that is not as it was written.
    """
    connection = open_read_only(path)
    try:
        with explained(path):
            start, last = start_of(connection), end_of(connection).seq
            place = start if from_seq is None else position_after(connection, from_seq - 1)
            last = last if to_seq is None else min(to_seq, last)
            for records in checked_batches(connection, place, last):
                yield from map(_line, records)
    finally:
        connection.close()


def _line(record: StoredRecord) -> bytes:
    row = record.row
    try:
        body = msgspec.json.decode(row.body)
    except msgspec.DecodeError as error:
        raise JournalDamaged(
            f"the body of record {row.seq} is not JSON ({error})",
            "Export the records before and after it",
        ) from error
    fields = {
        "seq": row.seq,
        "at_ms": row.at_ms,
        "kind": row.kind,
        "event_id": row.event_id,
        "body": body,
        "checksum": record.checksum,
    }
    return msgspec.json.encode(fields) + b"\n"
