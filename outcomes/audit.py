"""The audit: what people did to the centre, read from the journal: who, when and what.

Acts are what supervisors do, transfers by whomever, the opening and closing of queues, and new
settings and catalogues. Every event is in the journal with its sender, so nothing has to be
written down twice. One that was refused is an act, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from config.diff import describe_changes
from config.routing import RoutingSettings
from outcomes.journal import JournalRow
from outcomes.journal_reader import open_read_only
from outcomes.records import checked_batches, end_of, position_after, seq_before, start_of
from outcomes.sqlite_connection import explained
from outcomes.typed_records import typed
from router.decisions import EventRejected

CONFIGURATION = "configuration_changed"
CATALOGUE = "catalogue_changed"
ACTS = frozenset(
    {
        "agent_sign_out_forced",
        "agent_skills_changed",
        "contact_moved",
        "contact_prioritised",
        "contact_transferred",
        "queue_opened",
        "queue_closed",
        "gate_overridden",
        "emergency_declared",
        "emergency_cleared",
        "alarm_acknowledged",
        CATALOGUE,
        CONFIGURATION,
    }
)
"""Events that are acts, whoever sent them."""

SUPERVISORS_ACTS = frozenset({"agent_ready", "agent_not_ready"})
"""Events that are acts if a supervisor sent them; agents send them about themselves."""

_ENVELOPE = frozenset({"type", "event_id", "at_ms", "source", "occurred_at_ms"})
_LATEST_SETTINGS = (
    "SELECT seq, at_ms, kind, event_id, CAST(body AS BLOB) FROM records"
    " WHERE kind = ? AND seq < ? ORDER BY seq DESC LIMIT 1"
)
_LATEST = (
    "SELECT seq, at_ms, kind, event_id, CAST(body AS BLOB) FROM records"
    f" WHERE seq > ? AND kind IN ({', '.join('?' * len(ACTS | SUPERVISORS_ACTS))})"
    " ORDER BY seq DESC"
)


class Act(msgspec.Struct, frozen=True):
    """One act: record `seq`, engine time `at_ms`, its sender `by` (as `supervisor/zoe`).

    `fields` are those of the event; of new settings, `changes` in a line each, of a catalogue the
    ids of its `products`. `refused` is the code of why it was not carried out.
    """

    seq: int
    at_ms: int
    by: str
    type: str
    fields: dict[str, Any]
    refused: str | None = None


def acts(
    path: Path, from_ms: int | None = None, to_ms: int | None = None, by: str | None = None
) -> Iterator[Act]:
    """Yield the acts in the journal at `path`, oldest first, from `from_ms` to before `to_ms`.

    `by` is the sender, with or without the role before it. The engine may be running. Raises
    `JournalUnavailable`, and `JournalDamaged` at the first record that is not as it was written.
    """
    connection = open_read_only(path)
    try:
        with explained(path):
            place = start_of(connection)
            if from_ms is not None:
                place = position_after(connection, seq_before(connection, from_ms))
            for batch in checked_batches(connection, place, end_of(connection).seq):
                for row in (record.row for record in batch):
                    if to_ms is not None and row.at_ms >= to_ms:
                        return
                    act = _act(connection, row)
                    if act is not None and by in (None, act.by, act.by.partition("/")[2]):
                        yield act
    finally:
        connection.close()


def latest_acts(path: Path, limit: int, most_records: int = 1_000_000) -> list[Act]:
    """Return the latest acts, newest first, of the last `most_records` records.

    For pages: it looks only at the rows it needs and does not check those between. Raises
    `JournalUnavailable` or `JournalDamaged`.
    """
    found: list[Act] = []
    connection = open_read_only(path)
    try:
        with explained(path):
            after = end_of(connection).seq - most_records
            for columns in connection.execute(_LATEST, (after, *sorted(ACTS | SUPERVISORS_ACTS))):
                act = _act(connection, JournalRow(*columns))
                if act is not None:
                    found.append(act)
                if len(found) >= limit:
                    break
    finally:
        connection.close()
    return found


def _act(connection: sqlite3.Connection, row: JournalRow) -> Act | None:
    """Return the act that a row records, None if it is none."""
    if row.kind not in ACTS and row.kind not in SUPERVISORS_ACTS:
        return None
    record = typed(row)
    source = record.event.source
    if row.kind in SUPERVISORS_ACTS and not source.startswith("supervisor/"):
        return None
    said: dict[str, Any] = msgspec.to_builtins(record.event)
    fields = {key: value for key, value in said.items() if key not in _ENVELOPE}
    if row.kind == CONFIGURATION:
        fields = {"changes": _changes(connection, row, fields["settings"])}
    elif row.kind == CATALOGUE:
        products = fields["catalogue"].get("products", [])
        fields = {"products": [one.get("product_id") for one in products]}
    refused = next((one for one in record.decisions if isinstance(one, EventRejected)), None)
    why = None if refused is None else str(refused.reason)
    return Act(row.seq, row.at_ms, source, row.kind, fields, why)


def _changes(
    connection: sqlite3.Connection, row: JournalRow, settings: dict[str, Any]
) -> list[str] | None:
    """Say what new settings change; None if those before them are not known any more.

    The ones before are looked up, since settings are new seldom and a journal is long.
    """
    found = connection.execute(_LATEST_SETTINGS, (CONFIGURATION, row.seq)).fetchone()
    if found is None and start_of(connection).seq > 0:
        return None
    before = {} if found is None else msgspec.json.decode(found[4])["event"]["settings"]
    try:
        return describe_changes(
            RoutingSettings.model_validate(before), RoutingSettings.model_validate(settings)
        )
    except ValidationError:
        return None
