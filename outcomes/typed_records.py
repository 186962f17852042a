"""A whole journal as records, from its first to its last, for commands that follow everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from outcomes.journal import JournalDamaged, JournalUnavailable
from outcomes.journal_reader import open_read_only
from outcomes.records import Position, checked_records, end_of, start_of
from outcomes.sqlite_connection import explained
from router.records import Record, decode_body

_BATCH = 1_000


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
            while place.seq < last:
                batch = checked_records(connection, place, min(_BATCH, last - place.seq))
                for record in batch:
                    yield _typed(record.row.seq, record.row.body)
                place = Position(batch[-1].row.seq, batch[-1].checksum)
                if progress is not None:
                    progress(place.seq, last)
    finally:
        connection.close()


def _typed(seq: int, body: bytes) -> Record:
    try:
        found = decode_body(body)
    except msgspec.MsgspecError as error:
        raise JournalDamaged(
            f"record {seq} is none of this engine's ({error})",
            "Use the version of tidegate that wrote it",
        ) from error
    return Record(seq, found.event, found.decisions)
