"""Scorecards: an agent's, team's or queue's figures over a period. Pure.

Expected acceptances are the sum of the chances p predicted when the products were selected; the
number accepted then has the variance sum p (1 - p) if customers decide independently (Poisson
binomial). A presentation without a reaction counts as not accepted, so leaving declines out gains
nothing. Values are thousandths, times milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import sqrt

Z_95 = 1.959964


@dataclass(slots=True)
class Sums:
    """What adds up. `weighted_milli`: value times difficulty of what was accepted."""

    handled: int = 0
    transferred: int = 0
    handling_ms: int = 0
    presented: int = 0
    reacted: int = 0
    accepted: int = 0
    value_milli: int = 0
    weighted_milli: float = 0.0
    expected: float = 0.0
    variance: float = 0.0

    def merge(self, other: Sums) -> None:
        """Add all of `other`."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def aht_ms(self) -> int | None:
        """Mean talk + hold + wrap-up; None if nothing was handled."""
        return round(self.handling_ms / self.handled) if self.handled else None

    @property
    def compliance_ratio(self) -> float | None:
        """Reactions recorded / products presented."""
        return self.reacted / self.presented if self.presented else None

    @property
    def acceptance_ratio(self) -> float | None:
        """Accepted / presented."""
        return self.accepted / self.presented if self.presented else None

    @property
    def over_expected(self) -> float | None:
        """Accepted less expected given the customers and products; None without presentations."""
        return self.accepted - self.expected if self.presented else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of `over_expected` by chance alone."""
        return sqrt(self.variance) if self.presented else None


def wilson(accepted: int, presented: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a ratio (Wilson 1927), None of nothing."""
    if presented == 0:
        return None
    z2, ratio = Z_95 * Z_95, accepted / presented
    middle = (ratio + z2 / (2 * presented)) / (1 + z2 / presented)
    spread = ratio * (1 - ratio) / presented + z2 / (4 * presented * presented)
    half = Z_95 * sqrt(spread) / (1 + z2 / presented)
    return max(0.0, middle - half), min(1.0, middle + half)
