"""Means over replications with their intervals, sharpened by what is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from simulation.results_student import t_quantile

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Control:
    """A figure seen in each replication whose true mean is known."""

    seen: Sequence[float]
    truth: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and the half width of its confidence interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """Return the lower end of the interval."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Return the upper end of the interval."""
        return self.mean + self.half

    def over(self, whole: float) -> Estimate:
        """Return the estimate as a share of a positive exact number."""
        return Estimate(self.mean / whole, self.half / whole)

    def text(self, digits: int) -> str:
        """Return 'mean ± half width'."""
        return f"{self.mean:.{digits}f} ± {self.half:.{digits}f}"


def estimate(
    seen: Sequence[float], controls: Sequence[Control] = (), confidence: float = CONFIDENCE
) -> Estimate:
    """Return the mean of independent replications, corrected by what the controls were off.

    Control variates (Lavenberg and Welch 1981, "A perspective on the use of control variables to
    increase the efficiency of Monte Carlo simulations", Management Science 27): the least-squares
    plane through the replications, read where the controls have their true means; its interval
    is Student's t with one degree of freedom less for each control.
    """
    samples, size = np.asarray(seen, float), len(seen)
    columns = [np.asarray(one.seen, float) - one.truth for one in controls]
    plane = np.column_stack([np.ones(size), *columns])
    degrees = size - plane.shape[1]
    if degrees < 2:
        raise ValueError(f"{size} replications are too few for {len(controls)} controls")
    found, *_ = np.linalg.lstsq(plane, samples, rcond=None)
    error = samples - plane @ found
    spread = float(error @ error) / degrees * np.linalg.inv(plane.T @ plane)[0, 0]
    quantile = t_quantile((1 + confidence) / 2, degrees)
    return Estimate(float(found[0]), quantile * sqrt(float(spread)))


def ratio(pairs: Sequence[tuple[float, float]], confidence: float = CONFIDENCE) -> Estimate:
    """Return the ratio of the sums of (part, whole) over replications.

    Its interval is that of the mean of part - ratio x whole, over the mean whole (delta method).
    """
    parts, wholes = zip(*pairs, strict=True)
    found, mean = sum(parts) / sum(wholes), sum(wholes) / len(wholes)
    left = [(part - found * whole) / mean for part, whole in pairs]
    return Estimate(found, estimate(left, confidence=confidence).half)
