"""Do-not-contact lists: numbers whose owners must not be marketed to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from customers.csv_file import CsvFile, FileRefused, Rejection
from customers.importing import BATCH_LINES, Tell
from customers.phones import PhoneError, PhoneHasher, to_e164
from customers.sqlite_store import SqliteCustomerStore

COLUMN_NAMES = ("phone", "phone_number", "telephone", "number", "mobile", "电话", "手机号")


class ListReport(msgspec.Struct, frozen=True):
    """What came of a list; the keys are those that `--json` prints.

    `added` and `removed` are numbers of the store's list, `on_list` how many it has now,
    `customers_marked` how many customers have one of them.
    """

    file: str
    encoding: str
    encoding_guessed: bool
    lines: int
    added: int
    removed: int
    on_list: int
    customers_marked: int
    rejected: int
    rejected_file: str | None = None


async def import_list(
    store: SqliteCustomerStore,
    file: CsvFile,
    hasher: PhoneHasher,
    country: str | None,
    tell: Tell,
    *,
    replace: bool = False,
) -> tuple[ListReport, list[Rejection]]:
    """Add the file's numbers to the store's list, or let them be the whole list.

    Return what was done and which lines were not taken. Raises `FileRefused` (the store is as it
    was) or `CustomerStoreError`.
    """
    numbers = _numbers(file, country)
    rejections: list[Rejection] = []
    lines = 0
    async with store.gathering():
        while batch := list(islice(numbers, BATCH_LINES)):
            lines += len(batch)
            wrong = [one for one in batch if isinstance(one, Rejection)]
            hashes = [hasher.hash(one[1]) for one in batch if not isinstance(one, Rejection)]
            await store.stage_list(hashes)
            rejections += wrong
            tell(batch[-1][0], file.lines)
        if replace and lines == len(rejections):
            remedy = "To replace the list give at least one good number"
            raise FileRefused(file.file, None, "has no phone number that can be read", remedy)
        done = await store.apply_list(replace=replace)
    report = ListReport(
        file=str(file.file),
        encoding=file.encoding,
        encoding_guessed=file.is_guessed,
        lines=lines,
        added=done.added,
        removed=done.removed,
        on_list=done.total,
        customers_marked=done.customers_marked,
        rejected=len(rejections),
    )
    return report, rejections


def _numbers(file: CsvFile, country: str | None) -> Iterator[tuple[int, str] | Rejection]:
    """Yield the line and number in E.164 of each line, or why it has none."""
    at = number_column(file)
    for line, cells in islice(file.rows(), 0 if at is None else 1, None):
        text = cells[at or 0] if (at or 0) < len(cells) else ""
        yield _number(line, text, country)


def number_column(file: CsvFile) -> int | None:
    """Return where the numbers stand, from 0; None for a file of numbers only, without a header.

    Raises `FileRefused` if that cannot be told.
    """
    header = file.header
    for at, name in enumerate(header):
        if name.lower() in COLUMN_NAMES:
            return at
    if len(header) == 1 and any(one.isdigit() for one in header[0]):
        return None
    names = ", ".join(COLUMN_NAMES)
    remedy = f"Name the column with the numbers one of {names}, or give only numbers, one a line"
    raise FileRefused(file.file, 1, "no column has phone numbers by its name", remedy)


def _number(line: int, text: str, country: str | None) -> tuple[int, str] | Rejection:
    try:
        return line, to_e164(text, country)
    except PhoneError as error:
        return Rejection(line, "phone", text, str(error) if text else "is missing")
