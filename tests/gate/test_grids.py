"""The price list the engine reads earns what the whole table earns, computed exactly."""

from __future__ import annotations

import numpy as np
import pytest

from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver import rules
from gate.solver.blocks import Actions
from gate.solver.figures import evaluate
from gate.solver.grids import grid_of
from gate.solver.optimum import actions_of, solve
from gate.solver.prices import prices_of
from gate.solver.window import first_window
from gate.values import EqualValues, ExponentialValues, Values
from queues.price_grid import PriceGrid


def bank(agents: int, load: float, cost: float, values: Values) -> GateModel:
    arrivals = load * agents / 210 * 3600
    return GateModel(agents, arrivals, 210_000, 75_000, 120_000, cost, values)


def follows(model: GateModel, grid: PriceGrid) -> Actions:
    """What an engine that reads this list does in each state of the model."""
    window = first_window(model)
    prices = [
        [grid.price_milli(n - model.agents, m) / 1000 for m in range(window.most_marketing + 1)]
        for n in range(window.top + 1)
    ]
    return actions_of(model.values, np.asarray(prices))


@pytest.mark.parametrize("values", [EqualValues(), ExponentialValues(1.0)], ids=["equal", "spread"])
@pytest.mark.parametrize(
    ("agents", "load", "cost"),
    [(10, 0.95, 0.15), (50, 0.8, 0.05), (50, 0.95, 0.15), (100, 1.05, 0.05)],
)
def test_the_list_loses_less_than_a_thousandth(
    agents: int, load: float, cost: float, values: Values
) -> None:
    model = bank(agents, load, cost, values)
    best = solve(model)
    never = evaluate(model, rules.never(model)).value_per_hour
    ours = evaluate(model, follows(model, grid_of(model, best.table))).value_per_hour
    assert (ours - never) / (best.value_per_hour - never) > 0.999


def test_the_list_stays_short_for_many_agents() -> None:
    model = bank(2_000, 0.9, 0.05, EqualValues())
    rows = tuple((float(n), n + 5.0) for n in range(400))
    grid = grid_of(model, PriceTable(2_000, rows, first_contacts=1_000.0, step=7.0))
    assert grid.fault() is None
    assert len(grid.loads) * len(grid.marketing) < 5_000
    assert (grid.loads[0], grid.loads[-1]) == (-2_000, 1_793)


def test_a_queue_that_would_grow_for_ever_has_no_prices() -> None:
    assert prices_of(GateModel(2, 100, 210_000, 75_000, None, 0.05)) is None
