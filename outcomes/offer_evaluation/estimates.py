"""What a ranking earns per round: three estimators from the same sums, with intervals.

Assumed: whether a product is accepted does not depend on the products beside it or on its place.
Then a round's worth is a sum over products, each with its own probability of being shown, and
needs no probability of the round as a whole (the independent model of Li, Abbasi-Yadkori, Kveton
et al. 2018, "Offline evaluation of ranking policies with click models"; for one reward of the whole
slate, Swaminathan et al. 2017). With q the probability that the ranking shows a product, p that
the engine showed it, w = q / max(p, floor), v its value, y its acceptance, c the chance predicted
before the reaction, and e the share of products at its place that were reacted to:

    IPS    sum of w v y / e, per round                  Horvitz and Thompson 1952
    SNIPS  the same over the sum of w / e, times the    Hajek 1971; Swaminathan and Joachims 2015
           products the ranking shows per round
    DR     sum of q v c over all candidates, plus       Dudik, Langford and Li 2011
           w v (y - c) / e over those shown, per round
"""

from __future__ import annotations

import numpy as np

from outcomes.offer_evaluation.figures import Estimate, Estimates
from outcomes.offer_evaluation.sums import Floats, Totals

DEVIATIONS_95 = 1.959964


def estimates_of(totals: Totals) -> list[Estimates]:
    """Return the estimates of each ranking, the first of which is `logged`.

    The rates at which places are reacted to are estimated in each replicate anew.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = totals.reacted / totals.shown
        up = np.where(totals.reacted > 0, 1.0 / rate, 0.0)
        rounds = np.where(totals.rounds > 0, totals.rounds, np.nan)
        earned, weight, expected = (
            (part * up).sum(axis=1)
            for part in (totals.earned_milli, totals.weight, totals.expected_milli)
        )
        ips = earned / rounds
        snips = earned / weight * totals.shares / rounds
        dr = (totals.modelled_milli + earned - expected) / rounds
    by_ranking = zip(ips, snips, dr, dr - dr[0], strict=True)
    return [Estimates(*(_estimate(columns) for columns in parts)) for parts in by_ranking]


def _estimate(columns: Floats) -> Estimate:
    """Return column 0 with an interval from the others."""
    found = float(columns[0])
    replicates = columns[1:][np.isfinite(columns[1:])]
    away = (
        DEVIATIONS_95 * float(np.std(replicates, ddof=1)) if len(replicates) > 1 else float("nan")
    )
    return Estimate(found, found - away, found + away)


def effective_size(weight: float, squares: float) -> float:
    """Return how many equally weighted ones say as much: (sum w)^2 / sum w^2 (Kish 1965)."""
    return weight * weight / squares if squares else 0.0
