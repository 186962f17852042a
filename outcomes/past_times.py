"""How long things took in the days before, for estimates that begin anew with each start."""

from __future__ import annotations

from gate.observed import HOUR_MS, TIMES_HALF_LIFE_MS, Times
from outcomes.store import OutcomeStore

LOOK_BACK_MS = 14 * 24 * HOUR_MS

_SUMS = """
SELECT
    queue_id,
    ended_at_ms / 3600000 AS hour,
    sum(accepted_at_ms IS NOT NULL) AS served,
    sum(iif(accepted_at_ms IS NULL, 0, talk_ms + hold_ms + wrap_up_ms)) AS service_ms,
    sum(marketing_ms > 0) AS marketed,
    sum(marketing_ms) AS marketing_ms,
    sum(disposition = 'abandoned') AS abandoned,
    sum(wait_ms) AS wait_ms
FROM outcomes WHERE ended_at_ms >= :from_ms AND ended_at_ms < :before_ms
GROUP BY queue_id, hour"""


async def past_times(store: OutcomeStore, before_ms: int) -> dict[str, Times]:
    """Return the times of each queue's contacts of two weeks, faded to what they count at a moment.

    Hour by hour; see `gate.observed` for the half-life.
    """
    found: dict[str, Times] = {}
    asked = {"from_ms": before_ms - LOOK_BACK_MS, "before_ms": before_ms}
    for row in await store.fetch(_SUMS, asked):
        sums = Times(*(float(row[name]) for name in _NAMES))
        sums.fade(0.5 ** ((before_ms - (row["hour"] + 0.5) * HOUR_MS) / TIMES_HALF_LIFE_MS))
        found.setdefault(row["queue_id"], Times()).add(sums)
    return found


_NAMES = ("served", "service_ms", "marketed", "marketing_ms", "abandoned", "wait_ms")
