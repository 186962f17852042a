"""Student's t: how far the mean of a few replications may be from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp, lgamma, log, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean with its 95 % confidence interval; None where nothing, or too little, was seen."""

    mean: float | None
    low: float | None
    high: float | None


def interval(samples: Sequence[float | None]) -> Interval:
    """Return the mean of independent samples; those that are None are left out.

    One sample alone has a mean, but no interval.
    """
    seen = [one for one in samples if one is not None]
    if not seen:
        return Interval(None, None, None)
    mean = fmean(seen)
    if len(seen) < 2:
        return Interval(mean, None, None)
    half = t_quantile((1 + CONFIDENCE) / 2, len(seen) - 1) * stdev(seen) / sqrt(len(seen))
    return Interval(mean, mean - half, mean + half)


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """Return t with P(T <= t) = `probability` (above 0.5), by bisection."""
    low, high = 0.0, 1.0
    while t_cdf(high, degrees) < probability:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if t_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_cdf(t: float, degrees: int) -> float:
    """Return P(T <= t) for t >= 0: 1 - I(d / (d + t^2); d/2, 1/2) / 2."""
    return 1 - _incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """I(x; a, b), the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8).

    From its end to its beginning; 200 terms are more than enough where it is used.
    """
    value = 0.0
    for term in range(200, 0, -1):
        m = term // 2
        if term % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        value = d / (1 + value)
    return 1 / (1 + value)
