"""The price of an agent's time: what marketing to one more customer costs those who wait.

A customer is marketed to if and only if the value at stake is at least the price of the state in
which the service ended. Prices come from the optimum's relative values (`gate.solver.optimum`):

    price(n, m) = h(n - 1, m) - h(n, m + 1)

with `n` contacts in the system (the finishing one included), `m` agents marketing, and `h` the
relative value of a state. A table is plain tuples, so it goes into a journal and back unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices for `agents` agents, on a grid.

    `rows[i][j]` is the price with `first_contacts + i * step` contacts in the system and
    `first_marketing + j * step` agents marketing. Between grid points prices are interpolated;
    outside the grid that of its edge counts. An exact table has step 1, and begins at 0 and 0.
    """

    agents: int
    rows: tuple[tuple[float, ...], ...]
    first_contacts: float = 0.0
    first_marketing: float = 0.0
    step: float = 1.0

    def __post_init__(self) -> None:
        if not self.rows or not self.rows[0] or len({len(row) for row in self.rows}) != 1:
            raise ValueError("a price table needs at least one row, and as many prices in each row")
        if not all(isfinite(price) for row in self.rows for price in row):
            raise ValueError("a price table holds a price that is not a number; solve it again")
        if self.step <= 0:
            raise ValueError(f"the step of a price table is {self.step}; it must be above 0")

    def price(self, contacts: float, marketing: float) -> float:
        """Return the price with `contacts` in the system and `marketing` agents marketing."""
        row, down = _place((contacts - self.first_contacts) / self.step, len(self.rows))
        column, along = _place((marketing - self.first_marketing) / self.step, len(self.rows[0]))
        price = _between(self.rows[row], column, along)
        if down == 0.0:
            return price
        return price + down * (_between(self.rows[row + 1], column, along) - price)


@dataclass(frozen=True, slots=True)
class BidPrice:
    """The straight-line price alpha + beta (contacts in the system - agents)."""

    alpha: float
    beta: float

    def price(self, contacts: int, agents: int) -> float:
        """Return the price with `contacts` in the system, never below 0."""
        return max(self.alpha + self.beta * (contacts - agents), 0.0)


def _place(position: float, count: int) -> tuple[int, float]:
    """Return the grid point at or before `position`, and how far it is towards the next."""
    position = min(max(position, 0.0), count - 1.0)
    index = int(position)
    return index, position - index


def _between(row: tuple[float, ...], column: int, along: float) -> float:
    if along == 0.0:
        return row[column]
    return row[column] + along * (row[column + 1] - row[column])
