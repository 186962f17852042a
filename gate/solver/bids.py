"""The straight-line price nearest to the optimum's, where the system spends its time."""

from __future__ import annotations

import numpy as np

from gate.model import GateModel
from gate.prices import BidPrice, PriceTable
from gate.solver.chain import Chain
from gate.solver.rules import priced


def bid_price_of(model: GateModel, table: PriceTable) -> BidPrice:
    """Return the least-squares line through the prices of `table` on contacts - agents.

    Each state weighs as often as services end in it under the table.
    """
    chain = Chain(model, priced(model, table))
    offsets, prices, weights = [], [], []
    for level, chances in enumerate(chain.distribution()):
        ends = chances[0] * chain.blocks.serving(level)
        for marketing, weight in enumerate(ends):
            offsets.append(level - model.agents)
            prices.append(table.price(level, marketing))
            weights.append(max(float(weight), 0.0))
    beta, alpha = np.polyfit(offsets, prices, 1, w=np.sqrt(weights))
    return BidPrice(alpha=float(alpha), beta=float(beta))
