"""The price of an agent's time: what marketing to one more customer costs those who wait.

A customer is marketed to if and only if the value at stake is at least the price of the state in
which the service ended. Prices come from the optimum's relative values (`gate.solver.optimum`):

    price(n, m) = h(n - 1, m) - h(n, m + 1)

with `n` contacts in the system (the finishing one included), `m` agents marketing, and `h` the
relative value of a state. A table is plain tuples, so it goes into a journal and back unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices for `agents` agents: `rows[i][m]` is that of `first + i` contacts in the system.

    Outside the table the nearest price counts: with fewer contacts that of the first row, with more
    that of the last.
    """

    agents: int
    first: int
    rows: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not self.rows or not all(self.rows):
            raise ValueError("a price table needs at least one row, and a price in each row")
        if any(isnan(price) for row in self.rows for price in row):
            raise ValueError("a price table holds a price that is not a number; solve it again")

    def price(self, contacts: int, marketing: int) -> float:
        """Return the price with `contacts` in the system and `marketing` agents marketing."""
        row = self.rows[min(max(contacts - self.first, 0), len(self.rows) - 1)]
        return row[min(max(marketing, 0), len(row) - 1)]


@dataclass(frozen=True, slots=True)
class BidPrice:
    """The straight-line price alpha + beta (contacts in the system - agents)."""

    alpha: float
    beta: float

    def price(self, contacts: int, agents: int) -> float:
        """Return the price with `contacts` in the system, never below 0."""
        return max(self.alpha + self.beta * (contacts - agents), 0.0)
