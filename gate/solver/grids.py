"""From solved prices to the list the engine reads: few points, close together where it matters.

A table for 300 agents has 60,000 prices; the engine gets a few hundred. Points are one apart
around load 0 and ever farther apart away from it, as prices bend less there. What it costs is
computed exactly in `tests/gate/test_grids.py`: less than a thousandth of the optimum's value.
"""

from __future__ import annotations

from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver.window import most_marketing
from queues.price_grid import PriceGrid

DENSE_LOADS = 12
DENSE_MARKETING = 4
SPREAD = 1.2


def grid_of(model: GateModel, table: PriceTable) -> PriceGrid:
    """Return the prices of `table`, which was solved for `model`, as a list for the engine."""
    top = round(table.first_contacts + (len(table.rows) - 1) * table.step)
    loads = sorted(
        {-at for at in _points(model.agents, DENSE_LOADS)}
        | set(_points(max(top - model.agents, 0), DENSE_LOADS))
    )
    marketing = _points(most_marketing(model), DENSE_MARKETING)
    return PriceGrid(
        loads=tuple(loads),
        marketing=tuple(marketing),
        rows_milli=tuple(
            tuple(round(1000 * table.price(model.agents + load, busy)) for busy in marketing)
            for load in loads
        ),
    )


def _points(last: int, dense: int) -> list[int]:
    """Return whole numbers from 0 to `last`: each up to `dense`, then ever farther apart."""
    points, at = [], 0
    while at < last:
        points.append(at)
        at = at + 1 if at < dense else max(at + 1, round(at * SPREAD))
    return [*points, last]
