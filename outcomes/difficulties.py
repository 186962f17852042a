"""Difficulties estimated from the outcome store: what products' weights should be, with evidence.

Products are compared within segments of customers against all products, so one that is shown to
easy customers is not taken for easy. The predicted chances are not used: they hold the product's
own effect already. An estimate starts from the weight in force when the product was presented
(the mean of their logarithms, if there were several), so repeating it for a period whose proposal
was taken over gives the same again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from agents.standardisation import Estimate, Trials, added_up, difficulty_of, segment_chances
from outcomes.store import OutcomeStore

_TRIED = """
SELECT product_id, coalesce(segment, '') AS segment, coalesce(difficulty, 1.0) AS weight,
    count(*) AS presented, sum(reaction IS 'accepted') AS accepted
FROM presentations
WHERE state = 'presented' AND presented_at_ms >= :from_ms AND presented_at_ms < :until_ms
GROUP BY product_id, segment, weight"""

_PRESENT = """
SELECT product_id, difficulty FROM difficulties
WHERE seq = (SELECT max(seq) FROM difficulties)"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A product's weight in force, and what the evidence makes of it."""

    product_id: str
    present: float
    estimate: Estimate


async def propose_difficulties(store: OutcomeStore, from_ms: int, until_ms: int) -> list[Proposal]:
    """Return a proposal for each product of the catalogue in force that was presented, by id.

    A presentation counts if it was made in [from_ms, until_ms); without a reaction it counts as not
    accepted.
    """
    period = {"from_ms": from_ms, "until_ms": until_ms}
    mixes: dict[str, dict[str, Trials]] = {}
    logs: dict[str, float] = {}
    for row in await store.fetch(_TRIED, period):
        product_id = row["product_id"]
        trials = Trials(row["presented"], row["accepted"])
        mixes.setdefault(product_id, {}).setdefault(row["segment"], Trials()).add(trials)
        logs[product_id] = logs.get(product_id, 0.0) + trials.presented * log(row["weight"])
    chances = segment_chances(added_up(mixes.values()))
    proposals = []
    for row in await store.fetch(_PRESENT):
        product_id, present = row["product_id"], row["difficulty"]
        if mix := mixes.get(product_id):
            tried = sum(one.presented for one in mix.values())
            estimate = difficulty_of(mix, chances, exp(logs[product_id] / tried))
            proposals.append(Proposal(product_id, present, estimate))
    return sorted(proposals, key=lambda one: one.product_id)
