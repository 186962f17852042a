"""The best that can be done: policy iteration over prices.

Howard (1960), "Dynamic Programming and Markov Processes": evaluate the rule in use, exactly; price
each state from the relative values; the rule that follows these prices is at least as good; stop
when it is no better. With values that differ between customers the step is the same, since what a
rule gains when a service ends is E[max(V - price, 0)], whatever the distribution of V.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver.blocks import Actions, Floats
from gate.solver.chain import Chain
from gate.solver.window import TAIL, Window, first_window, wider
from gate.values import Values

MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Optimum:
    """The solved model: prices, value per hour (less the cost of waiting), rounds it took."""

    table: PriceTable
    value_per_hour: float
    rounds: int


def solve(model: GateModel, start: PriceTable | None = None) -> Optimum:
    """Return the optimal prices, beginning from the table `start` if there is one.

    Raises UnstableModelError without abandonment at a load of 1 or more.
    """
    model.require_stable()
    window = first_window(model)
    prices = _starting_prices(model, window, start)
    while True:
        prices, chain, gain, rounds = _iterate(model, prices)
        if float(chain.distribution()[-1].sum()) <= TAIL or window == wider(model, window):
            return Optimum(table_of(model, prices), gain * 3600, rounds)
        window = wider(model, window)
        prices = stretched(prices, window)


def actions_of(values: Values, prices: Floats) -> Actions:
    """Return what following `prices[n, m]` means for customers of these values."""
    chance = np.vectorize(values.chance, otypes=[float])(prices)
    worth = np.vectorize(values.worth, otypes=[float])(prices)
    chance[:, -1] = worth[:, -1] = 0.0
    return Actions(chance[np.newaxis], worth[np.newaxis])


def table_prices(table: PriceTable, window: Window) -> Floats:
    """Return the table's price in each state of the window (`PriceTable.price` for all at once)."""
    rows = np.asarray(table.rows)
    contacts = np.arange(window.top + 1) - table.first_contacts
    marketing = np.arange(window.most_marketing + 1) - table.first_marketing
    prices = _interpolated(rows, contacts / table.step)
    return _interpolated(prices.T, marketing / table.step).T


def _interpolated(rows: Floats, places: Floats) -> Floats:
    places = np.clip(places, 0, len(rows) - 1)
    before = places.astype(int)
    after = np.minimum(before + 1, len(rows) - 1)
    along = (places - before)[:, np.newaxis]
    between: Floats = rows[before] + along * (rows[after] - rows[before])
    return between


def _starting_prices(model: GateModel, window: Window, start: PriceTable | None) -> Floats:
    if start is not None:
        return table_prices(start, window)
    prices = np.full((window.top + 1, window.most_marketing + 1), np.inf)
    prices[: model.agents] = 0.0
    return prices


def _iterate(model: GateModel, prices: Floats) -> tuple[Floats, Chain, float, int]:
    """Improve the prices until they no longer change what is done, or what that brings."""
    actions, best = actions_of(model.values, prices), -np.inf
    for rounds in range(1, MOST_ROUNDS + 1):
        chain = Chain(model, actions)
        gain, relative = chain.gain_and_relative_values()
        prices = prices_of(prices.shape, relative)
        improved = actions_of(model.values, prices)
        unchanged = np.array_equal(improved.chance, actions.chance)
        if unchanged or gain - best <= 1e-11 * max(1.0, abs(gain)):
            return prices, chain, gain, rounds
        actions, best = improved, gain
    raise ArithmeticError(f"policy iteration did not settle in {MOST_ROUNDS} rounds for {model}")


def prices_of(shape: tuple[int, ...], relative: list[Floats]) -> Floats:
    """price(n, m) = h(n - 1, m) - h(n, m + 1); where no service can end, the nearest.

    `relative` is by level, with `m` as last axis; `shape` is that of the prices, the same axes
    before it. The level is the last axis but one.
    """
    prices = np.zeros(shape)
    for level in range(1, shape[-2]):
        width = relative[level].shape[-1] - 1
        prices[..., level, :width] = relative[level - 1][..., :width] - relative[level][..., 1:]
        prices[..., level, width:] = prices[..., level, width - 1, np.newaxis]
    prices[..., 0, :] = prices[..., 1, :]
    return prices


def stretched(prices: Floats, window: Window) -> Floats:
    """Return the prices in a window with a longer queue; there that of the last level counts."""
    more = window.top + 1 - len(prices)
    return np.concatenate([prices, np.repeat(prices[-1:], more, axis=0)])


def table_of(model: GateModel, prices: Floats) -> PriceTable:
    """Return the prices as a table; in the upper half of the queue none is below the one before.

    There, where arrivals are lost, prices would seem to fall. Those states have next to no
    probability in the model, but a real queue may reach them.
    """
    half = (model.agents + len(prices)) // 2
    prices = prices.copy()
    prices[half:] = np.maximum.accumulate(prices[half:], axis=0)
    return PriceTable(model.agents, tuple(tuple(float(price) for price in row) for row in prices))
