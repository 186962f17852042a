"""Reports from the outcome store: figures by queue or by agent, per interval.

Contacts count in the interval in which they entered the queue (see `queues/metrics.py`), agents'
time in the interval in which it was spent; what still lasts is counted up to the last record.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outcomes.store import OutcomeStore
from queues.agent_times import Activity, AgentSums
from queues.metrics import Denominator, QueueCounts
from router.observer import common_time_zone

Interval = tuple[int, int]
"""(from, until) in milliseconds; until is not included."""

_INTERVALS = """
WITH intervals AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS start_ms, json_extract(value, '$[1]') AS until_ms
    FROM json_each(:intervals)
)"""

_ENTRIES = f"""{_INTERVALS}
SELECT
    start_ms,
    queue_id,
    count(*) AS arrived,
    sum(ended_as IS 'accepted') AS accepted,
    sum(ended_as IS 'accepted' AND wait_ms <= threshold_ms) AS accepted_in_time,
    sum(ended_as IS 'abandoned') AS abandoned,
    sum(ended_as IS 'abandoned' AND wait_ms <= short_abandon_ms) AS short_abandoned,
    sum(ended_as IS 'diverted') AS diverted,
    sum(ended_as IS 'moved') AS moved,
    sum(ended_as IS 'removed') AS removed,
    sum(rona_count) AS rona,
    sum(iif(ended_as IS 'accepted', wait_ms, 0)) AS wait_ms,
    coalesce(max(wait_ms), 0) AS longest_wait_ms
FROM intervals JOIN queue_entries ON queued_at_ms >= start_ms AND queued_at_ms < until_ms
GROUP BY start_ms, queue_id"""

_HANDLED = f"""{_INTERVALS}
SELECT
    start_ms,
    queue_id,
    count(*) AS handled,
    sum(disposition = 'transferred') AS transferred_out,
    sum(talk_ms) AS talk_ms,
    sum(hold_ms) AS hold_ms,
    sum(wrap_up_ms) AS wrap_up_ms,
    sum(marketing_ms) AS marketing_ms
FROM intervals JOIN outcomes ON queued_at_ms >= start_ms AND queued_at_ms < until_ms
WHERE accepted_at_ms IS NOT NULL
GROUP BY start_ms, queue_id"""

_REFUSED = f"""{_INTERVALS}
SELECT start_ms, queue_id, count(*) AS refused
FROM intervals JOIN refusals ON at_ms >= start_ms AND at_ms < until_ms
GROUP BY start_ms, queue_id"""

_SPENT = f"""{_INTERVALS},
spans AS MATERIALIZED (
    SELECT agent_id, activity, reason, from_ms, coalesce(until_ms, projected_at_ms) AS ended_ms
    FROM agent_spans, meta
    WHERE from_ms < :until_ms AND (until_ms > :from_ms OR until_ms IS NULL)
)
SELECT
    start_ms,
    agent_id,
    activity,
    reason,
    sum(min(ended_ms, until_ms) - max(from_ms, start_ms)) AS spent_ms
FROM intervals JOIN spans ON from_ms < until_ms AND ended_ms > start_ms
GROUP BY start_ms, agent_id, activity, reason"""

_ANSWERED = f"""{_INTERVALS}
SELECT start_ms, agent_id, sum(answer = 'accepted') AS accepted, sum(answer = 'rona') AS rona
FROM intervals JOIN agent_answers ON at_ms >= start_ms AND at_ms < until_ms
GROUP BY start_ms, agent_id"""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The counts of one queue in one interval."""

    interval: Interval
    queue_id: str
    counts: QueueCounts
    denominator: Denominator


@dataclass(frozen=True, slots=True)
class AgentLine:
    """The sums of one agent in one interval."""

    interval: Interval
    agent_id: str
    sums: AgentSums


async def queue_report(store: OutcomeStore, intervals: Sequence[Interval]) -> list[QueueLine]:
    """Return a line for each interval and queue in which anything happened, in that order."""
    settings = await store.fetch("SELECT queue_id, denominator FROM queues")
    denominators = {row["queue_id"]: row["denominator"] for row in settings}
    found: dict[tuple[int, str], QueueCounts] = {}
    for sql in (_ENTRIES, _HANDLED, _REFUSED):
        for row in await _rows(store, sql, intervals):
            counts = found.setdefault((row.pop("start_ms"), row.pop("queue_id")), QueueCounts())
            for name, value in row.items():
                setattr(counts, name, value)
    until_ms = dict(intervals)
    return [
        QueueLine((start, until_ms[start]), queue, found[start, queue], _named(denominators, queue))
        for start, queue in sorted(found)
    ]


async def agent_report(store: OutcomeStore, intervals: Sequence[Interval]) -> list[AgentLine]:
    """Return a line for each interval and agent who was signed in, in that order."""
    found: dict[tuple[int, str], AgentSums] = {}
    for row in await _rows(store, _SPENT, intervals):
        sums = found.setdefault((row["start_ms"], row["agent_id"]), AgentSums())
        sums.add(Activity(row["activity"]), row["reason"], row["spent_ms"])
    for row in await _rows(store, _ANSWERED, intervals):
        sums = found.setdefault((row["start_ms"], row["agent_id"]), AgentSums())
        sums.accepted, sums.rona = row["accepted"], row["rona"]
    until_ms = dict(intervals)
    return [
        AgentLine((start, until_ms[start]), agent, found[start, agent])
        for start, agent in sorted(found)
    ]


async def report_time_zone(store: OutcomeStore) -> str:
    """Return the time zone all queues share, else UTC."""
    rows = await store.fetch("SELECT DISTINCT time_zone FROM queues")
    return common_time_zone({row["time_zone"] for row in rows})


async def _rows(
    store: OutcomeStore, sql: str, intervals: Sequence[Interval]
) -> list[dict[str, Any]]:
    parameters = {
        "intervals": json.dumps(intervals),
        "from_ms": intervals[0][0],
        "until_ms": intervals[-1][1],
    }
    return await store.fetch(sql, parameters)


def _named(denominators: dict[str, Denominator], queue_id: str) -> Denominator:
    return denominators.get(queue_id, "arrived")
