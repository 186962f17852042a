"""Chance in a simulation: named streams of random numbers, and what is drawn from them.

The same seed gives the same numbers on every run, machine and Python version: a stream is Python's
Mersenne Twister seeded with the first 128 bits of a SHA-256 of its names, read only through
`random()` (whose sequence Python guarantees), and turned into times by the formulas below.
Each purpose has a stream of its own, so policies that are compared see the same customers.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from math import exp, log, sqrt
from random import Random
from statistics import NormalDist
from typing import assert_never

from simulation.scenario_draws import (
    AnyDraw,
    ByPeriod,
    Draw,
    Exponential,
    Fixed,
    Gamma,
    LogNormal,
    Recorded,
    Uniform,
)
from simulation.scenario_periods import minute_at

Chance = Callable[[], float]
"""Gives the next number of a stream, at least 0 and less than 1."""
Sampler = Callable[[int], int]
"""Draws for a contact that arrives at a moment (milliseconds): whole, at least 1."""

_normal = NormalDist().inv_cdf


def stream(*names: object) -> Chance:
    """Return the stream of this name; other names give unrelated numbers."""
    text = "/".join(map(str, names))
    return Random(int.from_bytes(sha256(text.encode()).digest()[:16])).random


def sampler(draw: AnyDraw, chance: Chance) -> Sampler:
    """Return what draws from a distribution with the numbers of one stream."""
    if isinstance(draw, ByPeriod):
        return _by_period(draw, chance)
    if isinstance(draw, Exponential):  # the usual one, without a step in between
        mean = -draw.mean
        return lambda at_ms: round(mean * log(1.0 - chance())) or 1
    sample = real_sampler(draw, chance)
    return lambda at_ms: round(sample()) or 1


def real_sampler(draw: Draw, chance: Chance) -> Callable[[], float]:
    """Return what draws real numbers from a distribution, above or equal to 0."""
    match draw:
        case Exponential():
            mean = -draw.mean
            return lambda: mean * log(1.0 - chance())
        case LogNormal():
            return _log_normal(draw, chance)
        case Gamma():
            scaled = standard_gamma(draw.cv**-2, chance)
            scale = draw.mean * draw.cv**2
            return lambda: scale * scaled()
        case Uniform():
            low, width = draw.low, draw.high - draw.low
            return lambda: low + width * chance()
        case Fixed():
            value = draw.value
            return lambda: value
        case Recorded():
            values = draw.values
            return lambda: values[int(chance() * len(values))]
    assert_never(draw)


def standard_gamma(shape: float, chance: Chance) -> Callable[[], float]:
    """Return what draws from the gamma distribution with this shape and scale 1.

    Marsaglia and Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26(3);
    a shape below 1 is drawn as shape + 1 times a power of a uniform number.
    """
    boost = shape < 1.0
    d = (shape + 1.0 if boost else shape) - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)

    def sample() -> float:
        while True:
            x = _normal(chance() or 0.5)
            v = (1.0 + c * x) ** 3
            u = 1.0 - chance()
            if v > 0.0 and log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
                break
        return d * v * (1.0 - chance()) ** (1.0 / shape) if boost else d * v

    return sample


def _log_normal(draw: LogNormal, chance: Chance) -> Callable[[], float]:
    variance = log(1.0 + draw.cv**2)
    mu, sigma = log(draw.mean) - variance / 2, sqrt(variance)
    return lambda: exp(mu + sigma * _normal(chance() or 0.5))


def _by_period(draw: ByPeriod, chance: Chance) -> Sampler:
    otherwise = sampler(draw.otherwise, chance)
    periods = [(one, sampler(one.draw, chance)) for one in draw.periods]

    def sample(at_ms: int) -> int:
        minute = minute_at(at_ms)
        return next((draws for one, draws in periods if one.covers(minute)), otherwise)(at_ms)

    return sample
