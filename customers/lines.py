"""Lines of a customer file: to customers, or to what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from config.allowed import did_you_mean
from contacts.customer import CustomerContext
from customers.cells import ATTRIBUTE, COLUMNS, attribute, identifier, parts
from customers.csv_file import CsvFile, FileRefused, Rejection
from customers.phones import PhoneError, PhoneHasher, to_e164
from customers.records import row_of
from customers.staging import StagedRow
from customers.store import completeness_of

ID, PHONE = "customer_id", "phone"
KNOWN = (ID, *COLUMNS, PHONE, f"{ATTRIBUTE}NAME")


def columns_of(file: CsvFile) -> list[str]:
    """Return the columns of a customer file. Raises `FileRefused` if they cannot be imported."""
    header = file.header
    for name in header:
        if name in KNOWN or (name.startswith(ATTRIBUTE) and name != ATTRIBUTE):
            continue
        hint = did_you_mean(name, KNOWN) or f"the columns are {', '.join(KNOWN)}"
        remedy = f"Rename it or take it out ({hint})"
        raise FileRefused(file.file, 1, f"there is no column {name!r}", remedy)
    if twice := sorted({one for one in header if header.count(one) > 1}):
        raise FileRefused(
            file.file, 1, f"column {twice[0]!r} is given twice", "Leave one of them out"
        )
    if ID not in header:
        raise FileRefused(
            file.file, 1, f"there is no column {ID}", "The first line must name the columns"
        )
    return header


class LineReader:
    """Reads the lines of a file with this header. `hasher`: only if it has phone numbers."""

    def __init__(
        self, header: Sequence[str], hasher: PhoneHasher | None, country: str | None
    ) -> None:
        self._header = header
        self._hasher = hasher
        self._country = country
        self._first_line: dict[str, int] = {}

    def read(self, line: int, cells: Sequence[str]) -> StagedRow | list[Rejection]:
        """Return the customer of a line, or everything that is wrong with it."""
        if len(cells) != len(self._header):
            reason = f"has {len(cells)} cells, the first line has {len(self._header)}"
            return [Rejection(line, "", "", reason)]
        wrong: list[Rejection] = []
        values: dict[str, Any] = {}
        for column, text in zip(self._header, cells, strict=True):
            if not text:
                continue
            try:
                values[column] = self._value(column, text)
            except ValueError as error:
                wrong.append(Rejection(line, column, text, str(error)))
        wrong += self._given_before(line, values)
        if ID not in values and not wrong:
            wrong.append(Rejection(line, ID, "", "is missing"))
        return wrong or self._row(line, values)

    def _value(self, column: str, text: str) -> object:
        if column == ID:
            return identifier(text)
        if column == PHONE:
            return self._hashes(text)
        if column.startswith(ATTRIBUTE):
            return attribute(text)
        return COLUMNS[column](text)

    def _hashes(self, text: str) -> frozenset[bytes]:
        assert self._hasher is not None, "a file with phone numbers is read with a key"
        found = set()
        for one in parts(text):
            try:
                found.add(self._hasher.hash(to_e164(one, self._country)))
            except PhoneError as error:
                raise ValueError(f"{one} {error}") from None
        return frozenset(found)

    def _given_before(self, line: int, values: dict[str, Any]) -> Iterator[Rejection]:
        customer_id = values.get(ID)
        if customer_id is None:
            return
        first = self._first_line.setdefault(customer_id, line)
        if first != line:
            yield Rejection(line, ID, customer_id, f"is given before, on line {first}")

    def _row(self, line: int, values: dict[str, Any]) -> StagedRow:
        phones = values.get(PHONE, frozenset())
        attributes = {
            column.removeprefix(ATTRIBUTE): value
            for column, value in values.items()
            if column.startswith(ATTRIBUTE)
        }
        fields = {name: value for name, value in values.items() if name in COLUMNS}
        customer = CustomerContext(**{"version": "", **fields, "attributes": attributes})
        customer = msgspec.structs.replace(customer, completeness=completeness_of(customer))
        return StagedRow(line, row_of(values[ID], customer, phones), phones)
