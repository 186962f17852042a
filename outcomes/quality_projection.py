"""What events and decisions about quality mean as rows of the outcome store.

Nothing is kept in memory between records: each row follows from its own record and the store.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from contacts.vocabulary import ReactionKind, Rejection
from router import decisions as d
from router import quality_decisions as q
from router.events import AnyEvent
from router.marketing_events import ReactionRecorded

Row = tuple[object, ...]


@dataclass(slots=True)
class QualityChanges:
    """Rows to write, and schedules to put in place of others, in the order of the records."""

    surveys: list[Row] = field(default_factory=list)
    schedules: list[tuple[int, q.ScheduleNoted]] = field(default_factory=list)
    pauses: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)


class QualityProjection:
    """Gathers changes until they are taken."""

    def __init__(self) -> None:
        self._changes = QualityChanges()

    def take_changes(self) -> QualityChanges:
        """Return the changes gathered, and begin anew."""
        taken, self._changes = self._changes, QualityChanges()
        return taken

    def fold(
        self, event: AnyEvent, decision: d.AnyDecision, seq: int, at_ms: int, last_entry_id: int
    ) -> None:
        """Take up a decision of record `seq`, which `event` caused."""
        changes = self._changes
        match decision:
            case q.SurveyNoted(contact_id, question, score, least, most):
                changes.surveys.append((seq, at_ms, contact_id, question, score, least, most))
            case q.ScheduleNoted():
                changes.schedules.append((seq, decision))
            case d.TimersResumed(shift_ms) if shift_ms > 0:
                changes.pauses.append((seq, at_ms - shift_ms, at_ms))
            case d.EventRejected(reason) if (
                reason is Rejection.PRODUCT_NOT_PRESENTED
                and isinstance(event, ReactionRecorded)
                and event.reaction is not ReactionKind.NOT_PRESENTED
            ):
                ids = (event.contact_id, last_entry_id, event.agent_id, event.product_id)
                changes.refused.append((seq, at_ms, event.contact_id, *ids, event.reaction))
            case _:
                pass


_ADD_REFUSED = """
INSERT INTO refused_reactions VALUES (?, ?, ?,
    (SELECT queue_id FROM queue_entries WHERE contact_id = ? AND entry_id <= ?
     ORDER BY entry_id DESC LIMIT 1),
    ?, ?, ?)"""

_KEEP_WHAT_COMES_AFTER = """
INSERT INTO schedules
SELECT agent_id, :until_ms, until_ms, activity, seq FROM schedules
WHERE agent_id = :agent_id AND from_ms < :until_ms AND until_ms > :until_ms"""

_KEEP_WHAT_CAME_BEFORE = """
UPDATE schedules SET until_ms = :from_ms
WHERE agent_id = :agent_id AND from_ms < :from_ms AND until_ms > :from_ms"""

_DROP_WHAT_IS_REPLACED = """
DELETE FROM schedules
WHERE agent_id = :agent_id AND from_ms >= :from_ms AND from_ms < :until_ms"""


def write_quality(connection: sqlite3.Connection, changes: QualityChanges) -> None:
    """Write the changes; the queue entries must be there already."""
    connection.executemany(
        "INSERT OR REPLACE INTO surveys VALUES (?, ?, ?, ?, ?, ?, ?)", changes.surveys
    )
    connection.executemany("INSERT INTO pauses VALUES (?, ?, ?)", changes.pauses)
    connection.executemany(_ADD_REFUSED, changes.refused)
    for seq, schedule in changes.schedules:
        period = {
            "agent_id": schedule.agent_id,
            "from_ms": schedule.from_ms,
            "until_ms": schedule.until_ms,
        }
        for sql in (_KEEP_WHAT_COMES_AFTER, _KEEP_WHAT_CAME_BEFORE, _DROP_WHAT_IS_REPLACED):
            connection.execute(sql, period)
        connection.executemany(
            "INSERT INTO schedules VALUES (?, ?, ?, ?, ?)",
            [
                (schedule.agent_id, one.from_ms, one.until_ms, one.activity, seq)
                for one in schedule.spans
            ],
        )
