"""A whole journal as records, from its first to its last, for commands that follow everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from outcomes.journal import JournalDamaged, JournalRow, JournalUnavailable
from outcomes.journal_reader import open_read_only
from outcomes.records import checked_batches, end_of, start_of
from outcomes.sqlite_connection import explained
from router.records import Record, decode_body


def all_records(path: Path, progress: Callable[[int, int], None] | None = None) -> Iterator[Record]:
    """Yield every record of the journal at `path`; the engine may be running.

    `progress` is told (records read, records in all). Raises `JournalUnavailable` if it cannot be
    read or records were pruned from its beginning, `JournalDamaged` at the first record that is
    not as it was written or that this program does not understand.
    """
    connection = open_read_only(path)
    try:
        with explained(path):
            place, last = start_of(connection), end_of(connection).seq
            if place.seq:
                raise JournalUnavailable(
                    f"{path}: records up to {place.seq} were pruned, and what was in force then"
                    " is not known",
                    "Give a journal that has all records from the first",
                )
            for batch in checked_batches(connection, place, last):
                for record in batch:
                    yield typed(record.row)
                if progress is not None:
                    progress(batch[-1].row.seq, last)
    finally:
        connection.close()


def typed(row: JournalRow) -> Record:
    """Return the record that stands in a row; raises `JournalDamaged` if it is not understood."""
    try:
        found = decode_body(row.body)
    except msgspec.MsgspecError as error:
        raise JournalDamaged(
            f"record {row.seq} is none of this engine's ({error})",
            "Use the version of tidegate that wrote it",
        ) from error
    return Record(row.seq, found.event, found.decisions)
