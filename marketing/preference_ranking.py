"""Which 3 to 5 products to present: by expected value, with bounded exploration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi, sqrt
from typing import NamedTuple

from marketing.inclusion import PPB, Bounds, draw, inclusion_ppb
from marketing.preference_features import Feature, category_features, product_features
from marketing.preference_learning import PRIOR, log_odds, sigmoid
from marketing.preference_values import Candidate, CustomerContext, Weight, WeightName

LEAST_WIDTH = 1e-9


class Scored(NamedTuple):
    """A candidate with its expected value (thousandths) and chance."""

    expected_milli: float
    chance: float
    candidate: Candidate


class Drawn(NamedTuple):
    """A scored candidate that is presented, with the probability that it was, per billion."""

    scored: Scored
    propensity_ppb: int


def scored_by_category(
    weights: Mapping[WeightName, Weight],
    context: CustomerContext,
    shared: Sequence[Feature],
    attributes: list[Feature],
    candidates: Sequence[Candidate],
    deviations: float,
) -> tuple[list[list[Scored]], list[list[Bounds]]]:
    """Return the candidates by category, and the bounds of their scores.

    A score is value times sigmoid(log-odds); its bounds are those of the log-odds' mean and of
    `deviations` standard deviations above it. It never lies below its mean: what is doubted is
    given a try, and what is good is not left out for being doubted (May et al. 2012, optimistic
    Bayesian sampling). Of the variance only what differs between products counts.
    """
    shared_mean, shared_variance = log_odds(weights, shared)
    by_category: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=place_of):
        by_category.setdefault(candidate.category, []).append(candidate)
    scored: list[list[Scored]] = []
    bounds: list[list[Bounds]] = []
    for category, members in by_category.items():
        own = category_features(context, category, attributes)
        mean, variance = log_odds(weights, own)
        mean += shared_mean
        of_category: list[Scored] = []
        bounds_of_category: list[Bounds] = []
        for candidate in members:
            one_mean, one_variance = mean, variance
            for name, _ in product_features(context, candidate.product_id):
                weight = weights.get(name) or PRIOR[name[0]]
                one_mean += weight.mean
                one_variance += 1.0 / weight.precision
            value = candidate.value_milli
            sure = sigmoid(one_mean / sqrt(1.0 + pi / 8.0 * (one_variance + shared_variance)))
            of_category.append(Scored(sure * value, sure, candidate))
            away = deviations * sqrt(one_variance)
            low = value * sigmoid(one_mean)
            high = max(value * sigmoid(one_mean + away), low + LEAST_WIDTH)
            bounds_of_category.append((low, high))
        scored.append(of_category)
        bounds.append(bounds_of_category)
    return scored, bounds


def category_limits(
    scored: Sequence[Sequence[Scored]], count: int, most: int, fits_ratio: float
) -> list[int]:
    """Return how many products of each category may be presented.

    That is `most`, and one more for each product beside which nothing else fits. Taking products in
    order of expected value, one of a category that has `most` already goes in only if the best of
    the categories that have not is worth less than `fits_ratio` of it, or there is none.
    """
    order = sorted(
        ((one.expected_milli, group) for group, members in enumerate(scored) for one in members),
        reverse=True,
    )
    taken = [0] * len(scored)
    for _ in range(min(count, len(order))):
        expected, group = order[0]
        place = 0
        if taken[group] >= most:
            place = next((at for at, one in enumerate(order) if taken[one[1]] < most), 0)
            if order[place][0] < fits_ratio * expected:
                place = 0
        taken[order.pop(place)[1]] += 1
    return [max(most, number) for number in taken]


def drawn(
    scored: Sequence[Sequence[Scored]],
    bounds: Sequence[Sequence[Bounds]],
    count: int,
    limits: Sequence[int],
    seed: int,
) -> list[Drawn]:
    """Return the products to present, the highest expected value first."""
    parts = inclusion_parts(bounds, count, limits)
    chosen = [
        Drawn(scored[group][place], parts[group][place]) for group, place in draw(parts, seed)
    ]
    return sorted(
        chosen, key=lambda one: (-one.scored.expected_milli, place_of(one.scored.candidate))
    )


def inclusion_parts(
    bounds: Sequence[Sequence[Bounds]], count: int, limits: Sequence[int]
) -> list[list[int]]:
    """Return each product's probability of being presented, per billion; all, if few enough."""
    if sum(len(group) for group in bounds) <= count:
        return [[PPB] * len(group) for group in bounds]
    return inclusion_ppb(bounds, count, limits)


def place_of(candidate: Candidate) -> tuple[str, str]:
    """Return what orders candidates that are otherwise equal."""
    return candidate.category, candidate.product_id
