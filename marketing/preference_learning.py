"""One reaction, learned in one step: assumed-density filtering of a logistic model.

The log-odds of a product are the sum of its features' weights times their values; the weights are
independent normal distributions. After a reaction y (1 accepted, 0 not) each is replaced by the
normal with about the same mean and variance as the exact posterior:

    m = sum x mean, s2 = sum x^2 / precision        what is known of the log-odds
    kappa = 1 / sqrt(1 + pi s2 / 8), p = sigmoid(kappa m)       the predicted chance (MacKay 1992)
    g = kappa (y - p), h = kappa^2 p (1 - p)                    its logarithm's derivatives
    mean += x variance g,  variance *= 1 - x^2 variance h

Graepel et al. (2010) do the same for a probit model (AdPredictor).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, pi, sqrt

from marketing.preference_features import PRIOR_VARIANCE, Feature, prior_mean
from marketing.preference_values import Weight, WeightName

LEAST_KEPT_VARIANCE = 0.05
"""A reaction leaves at least this share of a weight's variance: a guard against rounding."""

PRIOR = {group: Weight(0.0, 1.0 / variance) for group, variance in PRIOR_VARIANCE.items()} | {
    "bias": Weight(prior_mean(("bias",)), 1.0 / PRIOR_VARIANCE["bias"])
}


def weight_of(weights: Mapping[WeightName, Weight], name: WeightName) -> Weight:
    """Return what is known of a feature; before any reaction that is its group's prior."""
    known = weights.get(name)
    return PRIOR[name[0]] if known is None else known


def log_odds(
    weights: Mapping[WeightName, Weight], features: Iterable[Feature]
) -> tuple[float, float]:
    """Return mean and variance of the sum of the features' weights times their values."""
    mean = variance = 0.0
    for name, x in features:
        weight = weights.get(name) or PRIOR[name[0]]
        mean += x * weight.mean
        variance += x * x / weight.precision
    return mean, variance


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z), without overflow."""
    if z >= 0.0:
        return 1.0 / (1.0 + exp(-z))
    power = exp(z)
    return power / (1.0 + power)


def chance(mean: float, variance: float) -> float:
    """Return the probability of acceptance when the log-odds are normally distributed."""
    return sigmoid(mean / sqrt(1.0 + pi / 8.0 * variance))


def updated(
    weights: Mapping[WeightName, Weight], features: Iterable[Feature], accepted: bool
) -> tuple[tuple[WeightName, Weight], ...]:
    """Return the weights of the features after one reaction, each once."""
    features = list(features)
    mean, variance = log_odds(weights, features)
    scale = 1.0 / sqrt(1.0 + pi / 8.0 * variance)
    expected = sigmoid(scale * mean)
    slope = scale * (accepted - expected)
    bend = scale * scale * expected * (1.0 - expected)
    learned: list[tuple[WeightName, Weight]] = []
    for name, x in features:
        old = weight_of(weights, name)
        new = Weight(
            mean=old.mean + x / old.precision * slope,
            precision=old.precision / max(1.0 - x * x / old.precision * bend, LEAST_KEPT_VARIANCE),
            presented=old.presented + 1,
            accepted=old.accepted + accepted,
        )
        learned.append((name, new))
    return tuple(learned)
