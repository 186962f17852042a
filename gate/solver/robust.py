"""Prices for numbers that are only estimated: best on average over what they may be.

The prices solved from the estimates are best if the estimates are right. If they are not, being too
lenient costs more than being too strict, and by how much depends on the state. So the rule sought
has the largest value on average over models drawn from the posterior of the four rates (a Bayesian
"multi-model" decision process; Steimle, Kaufman and Denton 2021, IISE Transactions 53(10)). What a
change of the rule in one state brings is, in each model, the time spent there times what it brings
there; so the price of a state is

    sum_k pi_k(n, m) mu_k price_k(n, m) / sum_k pi_k(n, m) mu_k

with pi_k the stationary probabilities, mu_k the service rate and price_k the price in model k, all
under the rule in use. The number of contacts itself tells which models are likely. These prices
give the next rule, and so on as long as the mean value rises. (The best rule overall would need a
search over all rules; starting from other rules was tried and found none better.)

The models are not random: they are the same quantiles each time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from statistics import NormalDist

import numpy as np

from gate.estimates import Uncertainty
from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver.blocks import Floats
from gate.solver.many import ManyChains
from gate.solver.optimum import (
    MOST_ROUNDS,
    actions_of,
    solve,
    stretched,
    table_of,
    table_prices,
)
from gate.solver.scaled import price_table
from gate.solver.window import TAIL, Window, first_window, longest_queue, wider

MODELS = 32
ROBUST_MOST = 30
SURE = 5_000.0
NEVER_SEEN = 1e-14


def robust_table(
    model: GateModel, uncertainty: Uncertainty, start: PriceTable | None = None
) -> PriceTable:
    """Return prices for `model`, whose numbers are estimates as certain as `uncertainty` says.

    Those of `price_table` if that makes no difference (all shapes are `SURE` at least), for more
    than `ROBUST_MOST` agents, who see enough in an hour, and without abandonment, where a model
    in which the queue grows for ever would outweigh all others. `start`: a table to begin from.
    """
    is_sure = min(uncertainty.shapes) >= SURE
    if is_sure or model.agents > ROBUST_MOST or model.patience_ms is None:
        return price_table(model, start)
    if start is not None and start.agents != model.agents:
        start = None
    models = likely_models(model, uncertainty)
    windows = [first_window(each) for each in models]
    window = Window(max(each.top for each in windows), max(each.most_marketing for each in windows))
    longest = max(models, key=longest_queue)
    prices = table_prices(solve(model, start).table, window)
    while True:
        prices, edge = _iterate(models, prices)
        if edge <= TAIL or window == wider(longest, window):
            return table_of(model, prices)
        window = wider(longest, window)
        prices = stretched(prices, window)


def likely_models(model: GateModel, uncertainty: Uncertainty) -> list[GateModel]:
    """Return `MODELS` models as likely as one another, with rates spread as `uncertainty` says."""
    shapes = np.asarray(uncertainty.shapes)
    # Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal.
    roots = 1.0 - 1.0 / (9.0 * shapes) + _normal_points() / (3.0 * np.sqrt(shapes))
    factors = np.maximum(roots, 0.01) ** 3
    assert model.patience_ms is not None
    return [
        replace(
            model,
            arrivals_per_hour=model.arrivals_per_hour * float(arrivals),
            service_ms=model.service_ms / float(service),
            marketing_ms=model.marketing_ms / float(marketing),
            patience_ms=model.patience_ms / float(patience),
        )
        for arrivals, service, marketing, patience in factors
    ]


def _iterate(models: list[GateModel], prices: Floats) -> tuple[Floats, float]:
    """Improve the prices while the mean value rises; also return the largest use of the edge."""
    values, best, kept, edge = models[0].values, -np.inf, prices, 0.0
    for _ in range(MOST_ROUNDS):
        actions = actions_of(values, prices)
        chains = ManyChains(models, actions)
        gains, each = chains.gains_and_prices()
        gain = float(gains.mean())
        if gain - best <= 1e-11 * max(1.0, abs(gain)):
            break
        best, kept = gain, prices
        chances = chains.distribution()
        edge = float(chances[:, -1].sum(axis=1).max())
        weights = np.maximum(chances, 0.0) * chains.rates.service[:, :, np.newaxis] + NEVER_SEEN
        prices = np.sum(weights * each, axis=0) / np.sum(weights, axis=0)
        if np.array_equal(actions_of(values, prices).chance, actions.chance):
            kept = prices
            break
    return kept, edge


@cache
def _normal_points() -> Floats:
    """Points [MODELS, 4], spread evenly as a standard normal variable in four dimensions.

    An additive recurrence (R. Kronecker's sequence with powers of the root of x^5 = x + 1), each
    point with its mirror image; then stretched so that the covariance is exactly 1.
    """
    root = 1.2
    for _ in range(64):
        root = (1.0 + root) ** 0.2
    steps = root ** -np.arange(1.0, 5.0)
    places = (0.5 + np.outer(np.arange(1, MODELS // 2 + 1), steps)) % 1.0
    half = np.vectorize(NormalDist().inv_cdf)(places)
    points = np.concatenate([half, -half])
    spread = np.linalg.cholesky(points.T @ points / len(points))
    return np.asarray(np.linalg.solve(spread, points.T).T)
