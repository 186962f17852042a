"""What a marketing attempt is worth, as a distribution over customers.

A customer of value `v` is marketed to if and only if `v` is at least the price of the agents' time
(`gate.prices`), so a distribution answers two questions: which share of customers reaches a price,
and what they are worth together. `share` is the part of customers who may be marketed to at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, inf, isfinite
from typing import Protocol


class Values(Protocol):
    """A distribution of values. Values are in the unit of the cost of waiting."""

    def chance(self, price: float) -> float:
        """Return the probability that a customer may be marketed to and is worth `price`."""

    def worth(self, price: float) -> float:
        """Return E[value; marketed to at `price`], per customer who finishes service."""


def _require(name: str, number: float, low: float, high: float = inf) -> None:
    if not isfinite(number) or not low <= number <= high:
        limits = f"at least {low:g}" if high == inf else f"{low:g} to {high:g}"
        raise ValueError(f"{name} is {number!r}; give a number of {limits}")


@dataclass(frozen=True, slots=True)
class EqualValues:
    """Each customer is worth `value`."""

    value: float = 1.0
    share: float = 1.0

    def __post_init__(self) -> None:
        _require("the value of a marketing attempt", self.value, 0.0)
        _require("the share of customers who may be marketed to", self.share, 0.0, 1.0)

    def chance(self, price: float) -> float:
        """See `Values`."""
        return self.share if self.value >= price else 0.0

    def worth(self, price: float) -> float:
        """See `Values`."""
        return self.value * self.chance(price)


@dataclass(frozen=True, slots=True)
class ExponentialValues:
    """Customers' values are spread exponentially with this `mean`."""

    mean: float = 1.0
    share: float = 1.0

    def __post_init__(self) -> None:
        _require("the mean value of a marketing attempt", self.mean, 1e-12)
        _require("the share of customers who may be marketed to", self.share, 0.0, 1.0)

    def chance(self, price: float) -> float:
        """See `Values`; P(V >= p) = e^(-p/mean)."""
        return self.share * exp(-max(price, 0.0) / self.mean)

    def worth(self, price: float) -> float:
        """See `Values`; E[V; V >= p] = (mean + p) e^(-p/mean)."""
        return (self.mean + max(price, 0.0)) * self.chance(price) if price < inf else 0.0


@dataclass(frozen=True, slots=True)
class SampledValues:
    """Customers' values as observed, each equally likely."""

    values: Sequence[float]
    share: float = 1.0
    _ordered: tuple[float, ...] = field(init=False, repr=False)
    _sums: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("no values were sampled; give at least one, or use EqualValues")
        for value in self.values:
            _require("a sampled value", value, 0.0)
        _require("the share of customers who may be marketed to", self.share, 0.0, 1.0)
        ordered = tuple(sorted(self.values))
        object.__setattr__(self, "_ordered", ordered)
        object.__setattr__(self, "_sums", (*list(accumulate(reversed(ordered), initial=0.0)),))

    def chance(self, price: float) -> float:
        """See `Values`."""
        return self.share * self._reaching(price) / len(self._ordered)

    def worth(self, price: float) -> float:
        """See `Values`."""
        return self.share * self._sums[self._reaching(price)] / len(self._ordered)

    def _reaching(self, price: float) -> int:
        return len(self._ordered) - bisect_left(self._ordered, price)
