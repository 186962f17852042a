"""Raw rows of a recorded day: a row knows its file and line, so that every error can say so."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COLUMNS = (
    "date", "arrival", "line", "customer", "priority", "type", "vru_s", "queue_entry",
    "queue_s", "outcome", "service_start", "service_s", "agent",
)  # fmt: skip

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")
_WHOLE = re.compile(r"-?\d{1,6}")


class RecordError(ValueError):
    """A recorded day can't be read: names the file and, where known, line, column and value."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """The text fields of one row. All readers raise `RecordError` on a bad value."""

    file: str
    line: int
    call_id: str
    fields: dict[str, str]

    @property
    def date(self) -> str:
        """The day the row belongs to, YYYY-MM-DD."""
        return self.fields["date"]

    def error(self, column: str, reason: str) -> RecordError:
        """The error to raise about `column` of this row."""
        value = self.fields.get(column)
        return RecordError(f"{self.file}, line {self.line}, column {column}: {value!r} {reason}")

    def text(self, column: str) -> str:
        """The field as it stands; empty where the record knows nothing."""
        return self.fields[column]

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """The field, which must be one of `allowed`."""
        if self.fields[column] not in allowed:
            raise self.error(column, f"is not one of {', '.join(allowed)}")
        return self.fields[column]

    def seconds(self, column: str, least: int = 0) -> int:
        """A whole number of seconds, at least `least`."""
        value = self.fields[column]
        if not _WHOLE.fullmatch(value) or int(value) < least:
            raise self.error(column, f"is not a whole number of seconds, {least} or more")
        return int(value)

    def clock(self, column: str) -> int | None:
        """A time of day HH:MM:SS in ms since midnight; None for an empty field."""
        value = self.fields[column]
        if not value:
            return None
        match = _CLOCK.fullmatch(value)
        if match is None:
            raise self.error(column, "is not a time of day HH:MM:SS")
        hours, minutes, seconds = (int(part) for part in match.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000


def read_rows(file: str, text: str) -> Iterator[RawRow]:
    """The rows of a record, numbered within their day: `1999-02-01-0001` is the first call."""
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        raise RecordError(f"{file}, line 1: columns {header} are not {list(COLUMNS)}")
    calls_of_day: Counter[str] = Counter()
    for values in reader:
        row = RawRow(file, reader.line_num, "", dict(zip(COLUMNS, values, strict=False)))
        if len(values) != len(COLUMNS):
            raise RecordError(
                f"{file}, line {row.line}: {len(values)} fields instead of {len(COLUMNS)}"
            )
        if not _DATE.fullmatch(row.date):
            raise row.error("date", "is not a date YYYY-MM-DD")
        calls_of_day[row.date] += 1
        call_id = f"{row.date}-{calls_of_day[row.date]:04d}"
        yield RawRow(row.file, row.line, call_id, row.fields)
