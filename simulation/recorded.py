"""Recorded calls of the "Anonymous Bank": the row as a value, and where days are found.

The columns and the known faults of the record are described in `simulation/data/README.md`.
"""

import gzip
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from simulation.recorded_rows import RawRow, RecordError, read_rows

DAY_MS = 24 * 3_600_000
QUEUE_OF_TYPE = {
    "PS": "regular",
    "PE": "regular-english",
    "IN": "internet",
    "NE": "stock-exchange",
    "NW": "prospects",
    "TT": "call-back",
}

_SHIPPED_NAME = re.compile(r"anonymous-bank-(\d{4}-\d{2}-\d{2})\.csv")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class RecordedOutcome(StrEnum):
    """What the switch wrote about the end of a call."""

    AGENT = "AGENT"
    HANG = "HANG"
    PHANTOM = "PHANTOM"


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One row of the record; instants in ms from midnight of `date`, so 24 h and more after it.

    `queue_entry_ms` is None when the call never waited, `service_start_ms` when the record has
    no service time, `agent_id` when no agent was noted. `menu_ms` is the time in the voice menu;
    a fault of the record makes it negative now and then, down to -75 s.
    """

    call_id: str
    date: str
    line: str
    customer_id: str | None
    priority: int
    call_type: str
    arrival_ms: int
    menu_ms: int
    queue_entry_ms: int | None
    wait_ms: int
    outcome: RecordedOutcome
    service_start_ms: int | None
    service_ms: int
    agent_id: str | None

    @property
    def queue_id(self) -> str:
        """The queue that stands for the call's type."""
        return QUEUE_OF_TYPE[self.call_type]

    @property
    def entry_ms(self) -> int:
        """When the caller had left the menu and wanted an agent: the start of any waiting."""
        if self.queue_entry_ms is not None:
            return self.queue_entry_ms
        return self.arrival_ms + max(self.menu_ms, 0)


def shipped_days() -> tuple[str, ...]:
    """The dates (YYYY-MM-DD) of the recorded days that come with the package, in order."""
    names = (entry.name for entry in files("simulation").joinpath("data").iterdir())
    return tuple(sorted(m[1] for name in names if (m := _SHIPPED_NAME.fullmatch(name))))


def load_calls(source: str | Path, date: str | None = None) -> list[RecordedCall]:
    """The calls of `source` in the order of the record, optionally of one `date` only.

    `source` is the date (YYYY-MM-DD) of a shipped day, or a `.csv` or `.csv.gz` file with the
    same columns. Raises `RecordError` (file, line, column, value) for what can't be read, and
    when there is no such day.
    """
    name, text = _read(source)
    calls = [_call(row) for row in read_rows(name, text)]
    chosen = [call for call in calls if date is None or call.date == date]
    if not chosen:
        held = ", ".join(sorted({call.date for call in calls})) or "no calls at all"
        raise RecordError(f"{name}: no calls of {date or 'any day'}; the file holds {held}")
    return chosen


def _read(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and _DATE.fullmatch(source):
        return _read_shipped(source)
    path = Path(source)
    try:
        data = path.read_bytes()
        return str(path), (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise RecordError(f"{path}: can't be read as .csv or .csv.gz: {error}") from error


def _read_shipped(date: str) -> tuple[str, str]:
    if date not in shipped_days():
        known = ", ".join(shipped_days())
        raise RecordError(f"no recorded day {date} is shipped; choose {known}, or give a file")
    name = f"anonymous-bank-{date}.csv"
    return name, files("simulation").joinpath("data", name).read_text("utf-8")


def _call(row: RawRow) -> RecordedCall:
    arrival_ms = row.clock("arrival")
    if arrival_ms is None:
        raise row.error("arrival", "is empty; every call has an arrival time")
    return RecordedCall(
        call_id=row.call_id,
        date=row.date,
        line=row.text("line"),
        customer_id=row.text("customer") or None,
        priority=int(row.choice("priority", ("0", "1", "2"))),
        call_type=row.choice("type", tuple(QUEUE_OF_TYPE)),
        arrival_ms=arrival_ms,
        menu_ms=row.seconds("vru_s", least=-600) * 1000,
        queue_entry_ms=_after_midnight(row.clock("queue_entry"), arrival_ms),
        wait_ms=row.seconds("queue_s") * 1000,
        outcome=RecordedOutcome(row.choice("outcome", tuple(RecordedOutcome))),
        service_start_ms=_after_midnight(row.clock("service_start"), arrival_ms),
        service_ms=row.seconds("service_s") * 1000,
        agent_id=row.text("agent") or None,
    )


def _after_midnight(at_ms: int | None, arrival_ms: int) -> int | None:
    """Midnight roll-over: an instant half a day before the arrival belongs to the next day."""
    if at_ms is not None and at_ms < arrival_ms - DAY_MS // 2:
        return at_ms + DAY_MS
    return at_ms
