"""Scorecards from the outcome store.

Contacts, and what follows from them, count by when they entered the queue, as in reports; products
by when they were presented, answers to reservations and agents' time by when they happened. A team
is the one the agent belonged to at that moment (before the first sign-in: at that). "" stands for
none, or not known.
"""

from __future__ import annotations

from typing import Any, Literal

from agents.scorecards import Sums
from agents.standardisation import Trials, added_up, expected_of
from config.base import DAY_MS
from outcomes.store import OutcomeStore

By = Literal["agent", "team", "queue"]
Stratum = tuple[str | None, str]
"""Segment, None: not known; and product."""

RECONTACT_MS = 7 * DAY_MS

_NAMES: dict[By, str] = {
    "agent": "coalesce(agent_id, '')",
    "queue": "coalesce(queue_id, '')",
    "team": """coalesce(
        (SELECT ifnull(team, '') FROM agent_sessions AS session
            WHERE session.agent_id = one.agent_id AND session.at_ms <= one.at_ms
            ORDER BY session.at_ms DESC, session.seq DESC LIMIT 1),
        (SELECT ifnull(team, '') FROM agent_sessions AS first
            WHERE first.agent_id = one.agent_id ORDER BY first.at_ms, first.seq LIMIT 1),
        '')""",
}
"""Whose a row of `one` is; each has agent_id, queue_id (if it has one) and at_ms."""

_HANDLED = """
SELECT {name} AS name, count(*) AS handled, sum(disposition = 'transferred') AS transferred,
    sum(talk_ms + hold_ms + wrap_up_ms) AS handling_ms
FROM (
    SELECT *, accepted_at_ms AS at_ms FROM outcomes
    WHERE accepted_at_ms IS NOT NULL AND queued_at_ms >= :from_ms AND queued_at_ms < :until_ms
) AS one
GROUP BY name"""

_ANSWERS = """
SELECT {name} AS name, sum(answer = 'accepted') AS answered, sum(answer = 'rona') AS rona
FROM (
    SELECT *, (
        SELECT queue_id FROM queue_entries AS entry
        WHERE entry.contact_id = answer.contact_id AND entry.queued_at_ms <= answer.at_ms
        ORDER BY entry_id DESC LIMIT 1
    ) AS queue_id
    FROM agent_answers AS answer WHERE at_ms >= :from_ms AND at_ms < :until_ms
) AS one
GROUP BY name"""

_LAST_LEGS = """
SELECT *, accepted_at_ms AS at_ms FROM outcomes AS leg
WHERE accepted_at_ms IS NOT NULL AND queued_at_ms >= :from_ms AND queued_at_ms < :until_ms
    AND NOT EXISTS (
        SELECT 1 FROM outcomes AS later WHERE later.contact_id = leg.contact_id
        AND later.leg > leg.leg AND later.accepted_at_ms IS NOT NULL)"""

_RECONTACTS = f"""
SELECT {{name}} AS name, count(*) AS followed, sum(EXISTS (
    SELECT 1 FROM outcomes AS next
    WHERE next.customer_id = one.customer_id AND next.contact_id <> one.contact_id
        AND next.queued_at_ms >= one.ended_at_ms
        AND next.queued_at_ms <= one.ended_at_ms + :recontact_ms)) AS recontacted
FROM ({_LAST_LEGS}) AS one, meta
WHERE customer_id IS NOT NULL AND ended_at_ms + :recontact_ms <= projected_at_ms
GROUP BY name"""

_SURVEYS = f"""
SELECT {{name}} AS name, count(*) AS surveys, sum(share) AS satisfied,
    sum(share * share) AS satisfied_squares
FROM (
    SELECT last.agent_id, last.queue_id, last.at_ms,
        1.0 * (score - least) / (most - least) AS share
    FROM ({_LAST_LEGS}) AS last JOIN surveys USING (contact_id)
) AS one
GROUP BY name"""

_PRESENTED = """
SELECT {name} AS name, count(*) AS presented, count(reaction) AS reacted,
    sum(reaction IS 'accepted') AS accepted,
    sum(iif(reaction IS 'accepted', value_milli, 0)) AS value_milli,
    sum(iif(reaction IS 'accepted', value_milli * coalesce(difficulty, 1.0), 0.0))
        AS weighted_milli
FROM presentations AS one
WHERE state = 'presented' AND presented_at_ms >= :from_ms AND presented_at_ms < :until_ms
GROUP BY name"""

_STRATA = """
SELECT {name} AS name, segment, product_id, count(*) AS presented,
    sum(reaction IS 'accepted') AS accepted
FROM presentations AS one
WHERE state = 'presented' AND presented_at_ms >= :from_ms AND presented_at_ms < :until_ms
GROUP BY name, segment, product_id"""

_UNPERMITTED = """
SELECT {name} AS name, count(*) AS unpermitted
FROM refused_reactions AS one
WHERE at_ms >= :from_ms AND at_ms < :until_ms
    AND NOT EXISTS (
        SELECT 1 FROM presentations AS known WHERE known.contact_id = one.contact_id
        AND known.product_id = one.product_id AND known.state = 'presented')
GROUP BY name"""

_TIMES = """
SELECT {name} AS name,
    sum(iif(activity IN ('talk', 'hold', 'marketing', 'wrap_up'), spent_ms, 0)) AS occupied_ms,
    sum(iif(activity = 'ready', spent_ms, 0)) AS ready_ms
FROM (
    SELECT agent_id, activity, from_ms AS at_ms,
        min(coalesce(until_ms, projected_at_ms), :until_ms) - max(from_ms, :from_ms) AS spent_ms
    FROM agent_spans, meta
    WHERE from_ms < :until_ms AND (until_ms > :from_ms OR until_ms IS NULL)
) AS one
GROUP BY name"""

_ADHERENCE = """
WITH work AS MATERIALIZED (
    SELECT agent_id, max(from_ms, :from_ms) AS at_ms,
        min(until_ms, :until_ms, projected_at_ms) AS until_ms, projected_at_ms
    FROM schedules, meta
    WHERE activity = 'work' AND until_ms > :from_ms
        AND from_ms < :until_ms AND from_ms < projected_at_ms
)
SELECT {name} AS name, sum(until_ms - at_ms - paused_ms) AS scheduled_ms,
    sum(worked_ms) AS adhered_ms
FROM (
    SELECT *, coalesce((
        SELECT sum(min(pause.until_ms, work.until_ms) - max(pause.from_ms, work.at_ms))
        FROM pauses AS pause
        WHERE pause.from_ms < work.until_ms AND pause.until_ms > work.at_ms), 0) AS paused_ms,
    coalesce((
        SELECT sum(min(coalesce(span.until_ms, projected_at_ms), work.until_ms)
            - max(span.from_ms, work.at_ms))
        FROM agent_spans AS span
        WHERE span.agent_id = work.agent_id AND span.activity <> 'not_ready'
            AND span.from_ms < work.until_ms AND span.from_ms >= coalesce((
                SELECT max(from_ms) FROM agent_spans AS first
                WHERE first.agent_id = work.agent_id AND first.from_ms <= work.at_ms), 0)
            AND coalesce(span.until_ms, projected_at_ms) > work.at_ms), 0) AS worked_ms
    FROM work
) AS one
GROUP BY name"""

_OF_CONTACTS = (_HANDLED, _ANSWERS, _RECONTACTS, _SURVEYS, _PRESENTED, _UNPERMITTED)
_OF_TIME = (_TIMES, _ADHERENCE)


async def scorecard_sums(
    store: OutcomeStore, from_ms: int, until_ms: int, by: By, recontact_ms: int = RECONTACT_MS
) -> dict[str, Sums]:
    """Return the sums of each agent, team or queue in [from_ms, until_ms), by name.

    A customer who comes again within `recontact_ms` counts for who handled the earlier contact.
    Agents' time is not kept by queue: by queue, its sums are 0.
    """
    parameters = {"from_ms": from_ms, "until_ms": until_ms, "recontact_ms": recontact_ms}
    found: dict[str, Sums] = {}
    for sql in (*_OF_CONTACTS, *(() if by == "queue" else _OF_TIME)):
        for row in await store.fetch(sql.format(name=_NAMES[by]), parameters):
            sums = found.setdefault(row.pop("name"), Sums())
            for name, value in row.items():
                setattr(sums, name, value)
    _expect(found, await store.fetch(_STRATA.format(name=_NAMES[by]), parameters))
    return dict(sorted(found.items()))


def _expect(found: dict[str, Sums], rows: list[dict[str, Any]]) -> None:
    """Set what was to be expected given each one's customers (by segment) and products."""
    mixes: dict[str, dict[Stratum, Trials]] = {}
    for row in rows:
        mix = mixes.setdefault(row["name"], {})
        stratum = (row["segment"], row["product_id"])
        mix[stratum] = Trials(row["presented"], row["accepted"])
    everybody = added_up(mixes.values())
    for name, mix in mixes.items():
        found[name].expected, found[name].variance = expected_of(mix, everybody)
