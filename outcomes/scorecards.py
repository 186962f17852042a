"""Scorecards from the outcome store.

Contacts count by when they entered the queue, as in reports; products by when they were presented,
for the agent who had the contact, with the latest reaction, value and difficulty of their time.
"""

from __future__ import annotations

from typing import Literal

from agents.scorecards import Sums
from outcomes.store import OutcomeStore

By = Literal["agent", "queue"]

_HANDLED = """
SELECT {by}_id AS name, count(*) AS handled, sum(disposition = 'transferred') AS transferred,
    sum(talk_ms + hold_ms + wrap_up_ms) AS handling_ms
FROM outcomes
WHERE accepted_at_ms IS NOT NULL AND queued_at_ms >= ? AND queued_at_ms < ?
GROUP BY {by}_id"""

_PRESENTED = """
SELECT coalesce({by}_id, '') AS name, count(*) AS presented, count(reaction) AS reacted,
    sum(reaction IS 'accepted') AS accepted,
    sum(iif(reaction IS 'accepted', value_milli, 0)) AS value_milli,
    sum(iif(reaction IS 'accepted', value_milli * coalesce(difficulty, 1.0), 0.0))
        AS weighted_milli,
    sum(chance) AS expected, sum(chance * (1 - chance)) AS variance
FROM presentations
WHERE state = 'presented' AND presented_at_ms >= ? AND presented_at_ms < ?
GROUP BY name"""


async def scorecard_sums(
    store: OutcomeStore, from_ms: int, until_ms: int, by: By
) -> dict[str, Sums]:
    """Return the sums of each agent or queue in [from_ms, until_ms), by name."""
    found: dict[str, Sums] = {}
    for sql in (_HANDLED, _PRESENTED):
        for row in await store.fetch(sql.format(by=by), (from_ms, until_ms)):
            sums = found.setdefault(row.pop("name"), Sums())
            for name, value in row.items():
                setattr(sums, name, value)
    return dict(sorted(found.items()))
