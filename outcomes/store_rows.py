"""Writing a projection's changes into the store's tables, and taking a projection up again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from config.routing import ServiceLevelSettings
from contacts.vocabulary import AgentState, AssignmentState
from outcomes.marketing_projection import Row, read_marketing, write_marketing
from outcomes.projection import Changes, Projection
from outcomes.quality_projection import write_quality
from queues.agent_times import Activity, Span
from router.activities import AgentAtWork
from router.decisions import OutcomeRecorded
from router.queue_entries import QueueEntry

_OUTCOME_COLUMNS = ("seq", *OutcomeRecorded.__struct_fields__)


def write_changes(connection: sqlite3.Connection, projection: Projection) -> None:
    """Write what the projection gathered, and how far it has come. The caller holds the
    transaction.
    """
    changes = projection.take_changes()
    columns = ", ".join(_OUTCOME_COLUMNS)
    _insert(connection, f"outcomes ({columns})", changes.outcomes)
    _insert(connection, "refusals", changes.refusals)
    _insert(connection, "agent_answers", changes.answers)
    _insert(connection, "queues", _queue_rows(changes))
    _insert(connection, "queue_entries", map(_entry_row, changes.entries.values()))
    _insert(connection, "agent_spans", map(_span_row, changes.spans.values()))
    write_marketing(connection, projection.marketing.take_changes())
    write_quality(connection, projection.quality.take_changes())
    _write_agents(connection, changes)
    connection.execute(
        "UPDATE meta SET projected_seq = ?, projected_at_ms = ?, is_paused = ?",
        (projection.seq, projection.at_ms, projection.activities.is_paused),
    )


def read_projection(connection: sqlite3.Connection) -> Projection:
    """Return the projection that wrote these tables, ready to go on."""
    projection = Projection()
    projection.seq, projection.at_ms, is_paused = connection.execute(
        "SELECT projected_seq, projected_at_ms, is_paused FROM meta"
    ).fetchone()
    projection.activities.is_paused = bool(is_paused)
    _read_entries(connection, projection)
    _read_agents(connection, projection)
    projection.marketing = read_marketing(connection)
    return projection


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)


def _queue_rows(changes: Changes) -> list[Row]:
    return [
        (
            queue.queue_id,
            queue.service_level.threshold_ms,
            queue.service_level.short_abandon_ms,
            queue.service_level.denominator,
            queue.time_zone,
        )
        for queue in changes.queues.values()
    ]


def _entry_row(entry: QueueEntry) -> Row:
    return (
        entry.entry_id,
        entry.contact_id,
        entry.queue_id,
        entry.queued_at_ms,
        entry.threshold_ms,
        entry.short_abandon_ms,
        entry.wait_ms,
        entry.end,
        entry.rona_count,
    )


def _span_row(span: Span) -> Row:
    return (span.span_id, span.agent_id, span.activity, span.reason, span.from_ms, span.until_ms)


def _write_agents(connection: sqlite3.Connection, changes: Changes) -> None:
    agents = changes.agents.items()
    _insert(
        connection,
        "live_agents",
        [(agent_id, one.state, one.reason, one.is_lost) for agent_id, one in agents],
    )
    connection.executemany(
        "DELETE FROM live_assignments WHERE agent_id = ?", [(agent_id,) for agent_id, _ in agents]
    )
    _insert(
        connection,
        "live_assignments",
        [
            (agent_id, contact, stage)
            for agent_id, a in agents
            for contact, stage in a.stages.items()
        ],
    )


def _read_entries(connection: sqlite3.Connection, projection: Projection) -> None:
    for queue_id, threshold_ms, short_abandon_ms, denominator in connection.execute(
        "SELECT queue_id, threshold_ms, short_abandon_ms, denominator FROM queues"
    ):
        projection.configure(
            queue_id,
            ServiceLevelSettings(
                threshold_ms=threshold_ms,
                short_abandon_ms=short_abandon_ms,
                denominator=denominator,
            ),
        )
    for columns in connection.execute(
        "SELECT entry_id, contact_id, queue_id, queued_at_ms, threshold_ms, short_abandon_ms,"
        " wait_ms, ended_as, rona_count FROM queue_entries WHERE ended_as IS NULL ORDER BY entry_id"
    ):
        projection.entries.restore(QueueEntry(*columns))
    projection.entries.last_id = _highest(connection, "entry_id", "queue_entries")


def _read_agents(connection: sqlite3.Connection, projection: Projection) -> None:
    agents = projection.activities.agents
    for agent_id, state, reason, is_lost in connection.execute(
        "SELECT agent_id, state, reason, is_lost FROM live_agents ORDER BY agent_id"
    ):
        agents[agent_id] = AgentAtWork(AgentState(state), reason, bool(is_lost))
    for agent_id, contact_id, stage in connection.execute(
        "SELECT agent_id, contact_id, stage FROM live_assignments"
    ):
        agents[agent_id].stages[contact_id] = AssignmentState(stage)
    for span_id, agent_id, activity, reason, from_ms in connection.execute(
        "SELECT span_id, agent_id, activity, reason, from_ms FROM agent_spans"
        " WHERE until_ms IS NULL"
    ):
        agents[agent_id].span = Span(span_id, agent_id, Activity(activity), reason, from_ms)
    projection.activities.last_id = _highest(connection, "span_id", "agent_spans")


def _highest(connection: sqlite3.Connection, column: str, table: str) -> int:
    return int(connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])
