"""Simple rules as action tables, to be evaluated exactly in the chain."""

from __future__ import annotations

import numpy as np

from gate.model import GateModel
from gate.prices import BidPrice, PriceTable
from gate.solver.blocks import Actions
from gate.solver.optimum import actions_of, table_prices
from gate.solver.window import Window, first_window


def never(model: GateModel, window: Window | None = None) -> Actions:
    """Market to nobody."""
    return threshold(model, -model.agents, window)


def always(model: GateModel, window: Window | None = None) -> Actions:
    """Market to everybody who may be. Raises UnstableModelError if the queue grows for ever."""
    model.require_stable(model.values.chance(0.0))
    window = window or first_window(model)
    return threshold(model, window.top, window)


def threshold(model: GateModel, k: int, window: Window | None = None) -> Actions:
    """Market if at most N + k contacts are in the system, the finishing one included."""
    window = window or first_window(model)
    prices = np.full((window.top + 1, window.most_marketing + 1), np.inf)
    prices[: max(model.agents + k + 1, 0)] = 0.0
    return actions_of(model.values, prices)


def static(model: GateModel, share: float, window: Window | None = None) -> Actions:
    """Market to a `share` of all customers, drawn by lot."""
    model.require_stable(share * model.values.chance(0.0))
    everybody = threshold(model, (window or first_window(model)).top, window)
    return Actions(everybody.chance * share, everybody.worth * share)


def hysteresis(
    model: GateModel, on_idle: int, off_waiting: int, window: Window | None = None
) -> Actions:
    """Open the gate at `on_idle` idle agents, close it at `off_waiting` waiting."""
    opened = always(model, window) if model.patience_ms else threshold(model, off_waiting, window)
    chance, worth = opened.chance[0], opened.worth[0]
    band = (max(model.agents - on_idle + 1, 1), model.agents + off_waiting - 1)
    off = np.zeros_like(chance)
    return Actions(np.stack([off, chance]), np.stack([off, worth]), band)


def priced(model: GateModel, table: PriceTable, window: Window | None = None) -> Actions:
    """Market at the prices of `table`, which may have been solved for another model."""
    return actions_of(model.values, table_prices(table, window or first_window(model)))


def bid_price(model: GateModel, bid: BidPrice, window: Window | None = None) -> Actions:
    """Market at a straight-line price."""
    window = window or first_window(model)
    prices = [bid.price(contacts, model.agents) for contacts in range(window.top + 1)]
    width = window.most_marketing + 1
    return actions_of(model.values, np.repeat(np.asarray(prices)[:, np.newaxis], width, axis=1))
