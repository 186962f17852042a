"""Customers from a CSV file into the store: good lines all at once, bad ones reported."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import msgspec

from customers.csv_file import CsvFile, Rejection
from customers.lines import LineReader, columns_of
from customers.phones import PhoneHasher
from customers.sqlite_store import SqliteCustomerStore
from customers.staging import StagedRow

BATCH_LINES = 2_000

Tell = Callable[[int, int], None]
"""Told how far an import is: lines done, lines in all."""


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did; the keys are those that `--json` prints."""

    file: str
    encoding: str
    encoding_guessed: bool
    lines: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejected_file: str | None = None


async def import_customers(
    store: SqliteCustomerStore,
    file: CsvFile,
    hasher: PhoneHasher | None,
    country: str | None,
    tell: Tell,
) -> tuple[ImportReport, list[Rejection]]:
    """Store the customers of the file, and return what was done and which lines were not taken.

    Raises `FileRefused` (the store is as it was) or `CustomerStoreError`.
    """
    reader = LineReader(columns_of(file), hasher, country)
    rows = islice(file.rows(), 1, None)
    rejections: list[Rejection] = []
    lines = 0
    async with store.gathering():
        while batch := list(islice(rows, BATCH_LINES)):
            lines += len(batch)
            read = [reader.read(line, cells) for line, cells in batch]
            await store.stage([one for one in read if isinstance(one, StagedRow)])
            rejections += [wrong for one in read if isinstance(one, list) for wrong in one]
            tell(batch[-1][0], file.lines)
        done = await store.apply()
    for line, _, version in done.conflicts:
        reason = "is stored with other content; give the changed record another version"
        rejections.append(Rejection(line, "version", version, reason))
    rejections.sort()
    report = ImportReport(
        file=str(file.file),
        encoding=file.encoding,
        encoding_guessed=file.is_guessed,
        lines=lines,
        added=done.added,
        changed=done.changed,
        unchanged=done.unchanged,
        rejected=len({one.line for one in rejections}),
    )
    return report, rejections
