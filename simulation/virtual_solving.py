"""From a model of a queue to the prices that the engine takes. Not for the engine's process."""

from __future__ import annotations

from functools import lru_cache

from gate.model import GateModel, UnstableModelError
from gate.prices import PriceTable
from gate.solver.chain import Chain
from gate.solver.rules import priced
from gate.solver.scaled import EXACT_MOST, price_table
from gate.solver.window import Window


@lru_cache(maxsize=2_000)
def prices_by_load(model: GateModel) -> tuple[int, tuple[int, ...]] | None:
    """Return the first load (contacts waiting less agents idle) and its and further loads' prices.

    Thousandths. The engine asks by load alone, so each is read at the number of agents who market
    on average when a service ends at that load. None if there is no optimum, since the queue would
    grow for ever.
    """
    try:
        table = price_table(model)
    except UnstableModelError:
        return None
    if model.agents > EXACT_MOST:
        last = round(table.first_contacts + (len(table.rows) - 1) * table.step)
        marketing = [_busy_otherwise(model, contacts) for contacts in range(last + 1)]
    else:
        marketing = _marketing_at_service_ends(model, table)
    prices = [table.price(contacts, mean) for contacts, mean in enumerate(marketing)]
    return -model.agents, tuple(round(1000 * price) for price in prices)


def _marketing_at_service_ends(model: GateModel, table: PriceTable) -> list[float]:
    """Return the mean number of agents marketing by contacts in the system, exactly."""
    window = Window(len(table.rows) - 1, len(table.rows[0]) - 1)
    chain = Chain(model, priced(model, table, window))
    means = []
    for contacts, chances in enumerate(chain.distribution()):
        weights = chances[0] * chain.blocks.serving(contacts)
        total = float(weights.sum())
        if total > 0:
            means.append(float(sum(m * weight for m, weight in enumerate(weights))) / total)
        else:
            means.append(_busy_otherwise(model, contacts))
    return means


def _busy_otherwise(model: GateModel, contacts: int) -> float:
    """Return how many agents market if the long-run mean number of them serves."""
    return max(min(contacts, model.agents) - model.load_ratio * model.agents, 0.0)
