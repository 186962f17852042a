"""Sums over rounds, and the same sums over rounds drawn again: a bootstrap in one pass.

Everything that is estimated is a function of sums over rounds. Each customer has a weight in each
of the replicates, Poisson with mean 1 and drawn from the seed and the customer's id, so all rounds
of a customer are drawn together, none need be kept, and memory does not grow with the journal
(Poisson bootstrap: Chamandy, Muralidharan, Najmi and Naidu 2012; clusters: Cameron, Gelbach and
Miller 2008). Column 0 has the weight 1 throughout: the sums themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketing.preferences import MOST_PRESENTED

Floats = NDArray[np.float64]
_BLOCK = 256


class Weighed(NamedTuple):
    """One product of a round that was shown and reacted to.

    `place` is 0 for the first of the round; `earned_milli` what its acceptance earned, 0 if it was
    not accepted; `chance` the one predicted; `weights` has for each ranking how likely it shows the
    product, over how likely the engine was to.
    """

    place: int
    value_milli: int
    earned_milli: int
    chance: float
    weights: Sequence[float]


class RoundSums(NamedTuple):
    """One round: products shown, those reacted to, and for each ranking what it would show.

    `shares` is the number of products a ranking would show, `modelled_milli` what the model expects
    them to earn.
    """

    customer_id: str
    shown: int
    reacted: Sequence[Weighed]
    shares: Sequence[float]
    modelled_milli: Sequence[float]


class Totals(NamedTuple):
    """Sums over rounds, last axis: replicates. By place, by ranking and place, and by ranking."""

    rounds: Floats
    shown: Floats
    reacted: Floats
    recorded_milli: Floats
    earned_milli: Floats
    weight: Floats
    expected_milli: Floats
    shares: Floats
    modelled_milli: Floats


class Sums:
    """Adds up rounds. Memory: rankings x places x replicates."""

    def __init__(self, rankings: int, replicates: int, seed: int) -> None:
        self._rankings, self._replicates, self._seed = rankings, replicates, seed
        self._width = 2 + 2 * MOST_PRESENTED + rankings * (3 * MOST_PRESENTED + 2)
        self._totals = np.zeros((self._width, replicates + 1))
        self._rows: list[Floats] = []
        self._draws: list[Floats] = []

    def add(self, one: RoundSums) -> None:
        """Take in a round."""
        self._rows.append(self._row(one))
        self._draws.append(self._weights_of(one.customer_id))
        if len(self._rows) == _BLOCK:
            self._take_in()

    def totals(self) -> Totals:
        """Return the sums so far."""
        self._take_in()
        places, rankings, columns = MOST_PRESENTED, self._rankings, self._replicates + 1
        sizes = [1, 1, places, places, *([rankings * places] * 3), rankings, rankings]
        parts = np.split(self._totals, np.cumsum(sizes)[:-1])
        earned, weight, expected = (part.reshape(rankings, places, columns) for part in parts[4:7])
        return Totals(
            rounds=parts[0][0],
            recorded_milli=parts[1][0],
            shown=parts[2],
            reacted=parts[3],
            earned_milli=earned,
            weight=weight,
            expected_milli=expected,
            shares=parts[7],
            modelled_milli=parts[8],
        )

    def _take_in(self) -> None:
        if self._rows:
            self._totals += np.array(self._rows).T @ np.array(self._draws)
            self._rows, self._draws = [], []

    def _row(self, one: RoundSums) -> Floats:
        places, rankings = MOST_PRESENTED, self._rankings
        shown, reacted = np.zeros(places), np.zeros(places)
        earned, weight, expected = np.zeros((3, rankings, places))
        shown[: one.shown] = 1.0
        recorded = 0.0
        for each in one.reacted:
            weights = np.asarray(each.weights)
            reacted[each.place] = 1.0
            recorded += each.earned_milli
            earned[:, each.place] = weights * each.earned_milli
            weight[:, each.place] = weights
            expected[:, each.place] = weights * (each.chance * each.value_milli)
        by_place = (earned.ravel(), weight.ravel(), expected.ravel())
        counts = np.array([1.0, recorded])
        return np.concatenate([counts, shown, reacted, *by_place, one.shares, one.modelled_milli])

    def _weights_of(self, customer_id: str) -> Floats:
        key = blake2b(f"{self._seed}/{customer_id}".encode(), digest_size=16).digest()
        draws = np.random.Generator(np.random.PCG64(int.from_bytes(key)))
        return np.concatenate([[1.0], draws.poisson(1.0, self._replicates)])
