"""Prices for any number of agents: exact up to `EXACT_MOST`, above that scaled from an exact table.

In a large system contacts vary by the order of the square root of N around N, and prices depend on
where the state is on that scale (Halfin and Whitt 1981, "Heavy-traffic limits for queues with many
exponential servers", Oper. Res. 29; Garnett, Mandelbaum and Reiman 2002 with abandonment). So with
s = sqrt(N / M) the price for N agents is that for M agents at

    contacts: M + (n - N) / s,      marketing: c(M) + (m - c(N)) / s

Below load 1 the smaller system has the same load, and c(N) is the number of agents that the load
leaves to market, N min(1 - load, X / (S + X)). From load 1 on c = 0, and the smaller system has
the load 1 + (load - 1) s, the overload on the same scale. `docs/gate-validation.md` has the share
of the exact optimum this keeps.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver.optimum import solve

EXACT_MOST = 300


def price_table(
    model: GateModel, start: PriceTable | None = None, exact_most: int = EXACT_MOST
) -> PriceTable:
    """Return prices for `model`, beginning from the table `start` if that is for as many agents.

    Raises UnstableModelError without abandonment at a load of 1 or more.
    """
    if model.agents > exact_most:
        return scaled_table(model, exact_most)
    if start is not None and start.agents != model.agents:
        start = None
    return solve(model, start).table


def scaled_table(model: GateModel, agents: int) -> PriceTable:
    """Return prices for `model` from the exact ones of a system of `agents` agents."""
    model.require_stable()
    scale = sqrt(model.agents / agents)
    load = model.load_ratio if model.load_ratio < 1.0 else 1.0 + (model.load_ratio - 1.0) * scale
    arrivals = model.arrivals_per_hour * (load * agents) / (model.load_ratio * model.agents)
    smaller = replace(model, agents=agents, arrivals_per_hour=arrivals)
    centre = _marketing_share(model)
    return PriceTable(
        agents=model.agents,
        rows=solve(smaller).table.rows,
        first_contacts=model.agents - agents * scale,
        first_marketing=centre * (model.agents - agents * scale),
        step=scale,
    )


def _marketing_share(model: GateModel) -> float:
    """Agents that the load leaves to market ÷ agents."""
    longest = model.marketing_ms / (model.service_ms + model.marketing_ms)
    return min(max(1.0 - model.load_ratio, 0.0), longest)
