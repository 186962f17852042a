"""A queue's price list: what the agents' time is worth, by load and by agents who are marketing.

Whole numbers only, so that it goes into the journal and back, and every machine reads the same
price. `gate/solver` makes it.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import msgspec


class PriceGrid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Prices in thousandths of the unit of values.

    `rows_milli[i][j]` is the price with `loads[i]` contacts waiting less agents idle, the one whose
    service ends included, and `marketing[j]` agents marketing. Both rise strictly. Between the
    points prices are interpolated; beyond them that of the nearest counts.
    """

    loads: tuple[int, ...]
    marketing: tuple[int, ...]
    rows_milli: tuple[tuple[int, ...], ...]

    def price_milli(self, load: int, marketing: int) -> int:
        """Return the price at a load with so many agents marketing."""
        row, rest, gap = _place(self.loads, load)
        price = self._along(row, marketing)
        if rest == 0:
            return price
        return price + (self._along(row + 1, marketing) - price) * rest // gap

    def _along(self, row: int, marketing: int) -> int:
        column, rest, gap = _place(self.marketing, marketing)
        prices = self.rows_milli[row]
        price = prices[column]
        if rest == 0:
            return price
        return price + (prices[column + 1] - price) * rest // gap

    def fault(self) -> str | None:
        """Return what is wrong with the grid, None if nothing is."""
        for name, points in (("loads", self.loads), ("marketing", self.marketing)):
            rising = all(a < b for a, b in pairwise(points))
            if not points or not rising:
                return f"{name} must be numbers that rise, at least one"
        width = len(self.marketing)
        if len(self.rows_milli) != len(self.loads) or any(
            len(row) != width for row in self.rows_milli
        ):
            return f"rows_milli must be {len(self.loads)} rows of {width} prices"
        return None


def _place(points: tuple[int, ...], at: int) -> tuple[int, int, int]:
    """Return the point at or before `at`, how far `at` is beyond it, and how far the next one is.

    Nothing is beyond the first and the last point.
    """
    index = bisect_right(points, at) - 1
    if index < 0:
        return 0, 0, 1
    if index == len(points) - 1:
        return index, 0, 1
    return index, at - points[index], points[index + 1] - points[index]
