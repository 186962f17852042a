"""From a model of a queue to the prices that the engine takes. Not for the engine's process."""

from __future__ import annotations

from functools import lru_cache

from gate.estimates import Uncertainty
from gate.model import GateModel, UnstableModelError
from gate.solver.grids import grid_of
from gate.solver.robust import robust_table
from gate.solver.scaled import price_table
from queues.price_grid import PriceGrid


@lru_cache(maxsize=2_000)
def prices_of(model: GateModel, uncertainty: Uncertainty | None = None) -> PriceGrid | None:
    """Return the prices for a model whose numbers are known, or estimated with an uncertainty.

    None if the queue would grow for ever, so has no optimum.
    """
    try:
        if uncertainty is None:
            return grid_of(model, price_table(model))
        return grid_of(model, robust_table(model, uncertainty))
    except UnstableModelError:
        return None
