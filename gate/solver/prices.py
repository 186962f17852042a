"""From a model of a queue to the prices that the engine takes. Not for the engine's process."""

from __future__ import annotations

from functools import lru_cache

from gate.model import GateModel, UnstableModelError
from gate.solver.grids import grid_of
from gate.solver.scaled import price_table
from queues.price_grid import PriceGrid


@lru_cache(maxsize=2_000)
def prices_of(model: GateModel) -> PriceGrid | None:
    """Return the prices for a model, None if the queue would grow for ever, so has no optimum."""
    try:
        return grid_of(model, price_table(model))
    except UnstableModelError:
        return None
