"""Observed against expected acceptances: comparisons that are fair to who got which customers.

Indirect standardisation (Breslow and Day 1987, "Statistical Methods in Cancer Research" II,
chapter 2): the rates of everybody together, by stratum, are applied to the mix of strata one agent
or product had; observed / expected then compares like with like. Its interval is Byar's
approximation to the Poisson one (ibid., p. 69), which is on the wide side for acceptances.

A weight is estimated as a log odds ratio with a normal prior (empirical Bayes shrinkage, Efron and
Morris 1975): few trials leave it where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TypeVar

Z_95 = 1.959964

K = TypeVar("K")
"""What names a stratum."""

PRIOR_SD = 0.5
"""Standard deviation of the log odds ratio before any trial: 95 % within a factor of 2.66."""

SEGMENT_PRIOR_TRIALS = 20.0
"""A segment's rate is drawn towards the overall rate as by so many trials."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
_HALVINGS = 100


@dataclass(slots=True)
class Trials:
    """How often something was presented, and how often accepted."""

    presented: int = 0
    accepted: int = 0

    def add(self, other: Trials) -> None:
        """Add all of `other`."""
        self.presented += other.presented
        self.accepted += other.accepted


@dataclass(frozen=True, slots=True)
class Estimate:
    """A weight with its 95 % interval, and the evidence: observed against expected acceptances."""

    weight: float
    low: float
    high: float
    trials: Trials
    expected: float


def expected_of(mix: Mapping[K, Trials], everybody: Mapping[K, Trials]) -> tuple[float, float]:
    """Return the expected acceptances of a mix, by stratum, and their variance by chance.

    Over all who share out `everybody` the expected acceptances add up to the observed ones. The
    variance is that of independent customers, sum p (1 - p).
    """
    expected = variance = 0.0
    for stratum, trials in mix.items():
        of_all = everybody[stratum]
        chance = of_all.accepted / of_all.presented
        expected += trials.presented * chance
        variance += trials.presented * chance * (1.0 - chance)
    return expected, variance


def byar(observed: int, expected: float) -> tuple[float, float] | None:
    """Return the 95 % interval of observed / expected; None if nothing was expected."""
    if expected <= 0.0:
        return None
    low = 0.0
    if observed:
        low = observed * (1 - 1 / (9 * observed) - Z_95 / (3 * sqrt(observed))) ** 3
    above = observed + 1
    high = above * (1 - 1 / (9 * above) + Z_95 / (3 * sqrt(above))) ** 3
    return max(0.0, low) / expected, high / expected


def segment_chances(by_segment: Mapping[str, Trials]) -> dict[str, float]:
    """Return each segment's rate of acceptance over all products, drawn towards the overall one."""
    whole = Trials()
    for trials in by_segment.values():
        whole.add(trials)
    overall = (whole.accepted + 0.5) / (whole.presented + 1.0)
    return {
        segment: (one.accepted + SEGMENT_PRIOR_TRIALS * overall)
        / (one.presented + SEGMENT_PRIOR_TRIALS)
        for segment, one in by_segment.items()
    }


def difficulty_of(
    mix: Mapping[str, Trials], chances: Mapping[str, float], before: float
) -> Estimate:
    """Estimate how much harder than the average product one is to have accepted.

    `mix` is how the product fared, by segment; `chances` are those of all products in the same
    segments; `before` the weight it had when it was presented, to which the estimate is drawn. The
    weight is the odds ratio average : product, by the mode of its posterior; the interval is that
    of the normal around the mode.
    """
    trials = Trials()
    for one in mix.values():
        trials.add(one)
    cells = [(chances[segment], one.presented) for segment, one in mix.items()]
    easier, deviation = _log_odds_ratio(cells, trials.accepted, -log(before))
    expected = sum(chance * presented for chance, presented in cells)
    low, high = easier + Z_95 * deviation, easier - Z_95 * deviation
    return Estimate(_weight(easier), _weight(low), _weight(high), trials, expected)


def _weight(easier: float) -> float:
    return min(MOST_WEIGHT, max(LEAST_WEIGHT, exp(-easier)))


def _log_odds_ratio(
    cells: Sequence[tuple[float, int]], accepted: int, mean: float
) -> tuple[float, float]:
    """Return mode and standard deviation of the log odds ratio against `cells` (chance, trials).

    Its log posterior is concave, so its slope has one root; |slope| <= trials + |x - mean| / sd^2
    says between what.
    """
    precision = 1.0 / (PRIOR_SD * PRIOR_SD)
    logits = [(log(chance / (1.0 - chance)), presented) for chance, presented in cells]
    reach = 1.0 + sum(presented for _, presented in cells) / precision
    low, high = mean - reach, mean + reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        expected = sum(presented * _chance(logit + middle) for logit, presented in logits)
        if accepted - expected - (middle - mean) * precision > 0.0:
            low = middle
        else:
            high = middle
    mode = (low + high) / 2.0
    chances = [(_chance(logit + mode), presented) for logit, presented in logits]
    curvature = precision + sum(presented * p * (1.0 - p) for p, presented in chances)
    return mode, 1.0 / sqrt(curvature)


def _chance(logit: float) -> float:
    if logit >= 0.0:
        return 1.0 / (1.0 + exp(-logit))
    return exp(logit) / (1.0 + exp(logit))


def added_up(parts: Iterable[Mapping[K, Trials]]) -> dict[K, Trials]:
    """Return the trials of all parts together, by stratum."""
    whole: dict[K, Trials] = {}
    for part in parts:
        for stratum, trials in part.items():
            whole.setdefault(stratum, Trials()).add(trials)
    return whole
