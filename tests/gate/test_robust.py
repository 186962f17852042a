"""Prices for estimated numbers: best on average over the models that the numbers may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.estimates import Uncertainty, uncertainty_of
from gate.model import GateModel
from gate.prices import PriceTable
from gate.solver import rules
from gate.solver.chain import Chain
from gate.solver.figures import evaluate
from gate.solver.many import ManyChains
from gate.solver.optimum import prices_of
from gate.solver.robust import MODELS, likely_models, robust_table
from gate.solver.scaled import price_table
from gate.solver.window import Window, first_window
from gate.values import ExponentialValues

ONE_HOUR = uncertainty_of(arrived=163, served=140, marketed=50, abandoned=22)
SURE = Uncertainty(1e6, 1e6, 1e6, 1e6)


def bank(agents: int, load: float, cost: float) -> GateModel:
    arrivals = load * agents / 210 * 3600
    return GateModel(agents, arrivals, 210_000, 75_000, 120_000, cost)


def mean_value(models: list[GateModel], table: PriceTable) -> float:
    return float(np.mean([evaluate(m, rules.priced(m, table)).value_per_hour for m in models]))


@settings(max_examples=15, deadline=None)
@given(
    agents=st.integers(1, 12), load=st.floats(0.3, 1.3), k=st.integers(-4, 4), seed=st.integers()
)
def test_many_chains_are_each_chain(agents: int, load: float, k: int, seed: int) -> None:
    model, draw = bank(agents, load, 0.1), np.random.default_rng(abs(seed))
    models = [
        replace(
            model,
            arrivals_per_hour=model.arrivals_per_hour * float(draw.uniform(0.7, 1.4)),
            service_ms=float(draw.uniform(60_000, 400_000)),
            marketing_ms=float(draw.uniform(20_000, 200_000)),
            patience_ms=float(draw.uniform(30_000, 300_000)),
        )
        for _ in range(4)
    ]
    window = Window(first_window(model).top + 20, first_window(model).most_marketing)
    actions = rules.threshold(model, k, window)
    many = ManyChains(models, actions)
    gains, prices = many.gains_and_prices()
    chances = many.distribution()
    for index, each in enumerate(models):
        chain = Chain(each, actions)
        gain, relative = chain.gain_and_relative_values()
        assert gains[index] == pytest.approx(gain, rel=1e-9, abs=1e-12)
        expected = prices_of(prices[index].shape, relative)
        np.testing.assert_allclose(prices[index], expected, rtol=1e-7, atol=1e-9)
        for level, row in enumerate(chain.distribution()):
            np.testing.assert_allclose(chances[index, level, : row.size], row[0], atol=1e-12)


@pytest.mark.parametrize(
    ("agents", "load", "cost"), [(10, 0.95, 0.15), (10, 0.8, 0.05), (3, 0.9, 0.15), (25, 1.1, 0.05)]
)
def test_it_is_at_least_as_good_on_average_as_the_prices_of_the_estimates(
    agents: int, load: float, cost: float
) -> None:
    model = bank(agents, load, cost)
    models = likely_models(model, ONE_HOUR)
    plain, robust = price_table(model), robust_table(model, ONE_HOUR)
    assert mean_value(models, robust) >= mean_value(models, plain) - 1e-9


def test_where_the_numbers_are_vague_it_is_better_and_stricter() -> None:
    """An hour's estimates with dear waiting: being too lenient would cost more than too strict."""
    model = GateModel(10, 123.0, 206_300, 78_470, 148_200, 0.15)
    models = likely_models(model, ONE_HOUR)
    plain, robust = price_table(model), robust_table(model, ONE_HOUR)
    assert mean_value(models, robust) > mean_value(models, plain) + 0.05
    marketed = [
        evaluate(model, rules.priced(model, table)).attempts_per_hour for table in (robust, plain)
    ]
    assert marketed[0] < marketed[1]


def test_values_that_differ() -> None:
    model = replace(bank(10, 0.9, 0.15), values=ExponentialValues(1.0))
    models = likely_models(model, ONE_HOUR)
    robust = mean_value(models, robust_table(model, ONE_HOUR))
    assert robust > mean_value(models, price_table(model))


def test_numbers_that_are_known_have_the_prices_of_the_model() -> None:
    model = bank(10, 0.9, 0.15)
    assert robust_table(model, SURE) == price_table(model)
    nearly = robust_table(model, Uncertainty(4999.0, 1e6, 1e6, 1e6))
    for contacts in (6, 8, 9, 10):
        assert nearly.price(contacts, 1) == pytest.approx(
            price_table(model).price(contacts, 1), rel=0.03
        )


def test_what_it_leaves_to_the_plain_prices() -> None:
    many, nobody_leaves = bank(61, 0.9, 0.05), replace(bank(5, 0.8, 0.05), patience_ms=None)
    for model in (many, nobody_leaves):
        assert robust_table(model, ONE_HOUR) == price_table(model)


def test_the_same_estimates_have_the_same_prices_whatever_the_start() -> None:
    model = bank(10, 0.9, 0.15)
    first = robust_table(model, ONE_HOUR)
    assert robust_table(model, ONE_HOUR) == first
    for start in (price_table(bank(10, 0.6, 0.05)), price_table(bank(9, 0.6, 0.05))):
        again = robust_table(model, ONE_HOUR, start)
        assert again.price(9, 2) == pytest.approx(first.price(9, 2), rel=1e-9)


def test_the_likely_models_are_spread_as_the_posterior() -> None:
    """Of a gamma variable of shape k: mean 1 and standard deviation 1 / sqrt(k) of the mean."""
    model = bank(10, 0.9, 0.05)
    models = likely_models(model, Uncertainty(100.0, 400.0, 50.0, 25.0))
    assert len(models) == MODELS
    rates = {
        100.0: [each.arrivals_per_hour / model.arrivals_per_hour for each in models],
        400.0: [model.service_ms / each.service_ms for each in models],
        50.0: [model.marketing_ms / each.marketing_ms for each in models],
        25.0: [120_000 / each.patience_ms for each in models if each.patience_ms],
    }
    for shape, factors in rates.items():
        assert np.mean(factors) == pytest.approx(1.0, abs=0.1 / shape)
        assert np.std(factors) == pytest.approx(shape**-0.5, rel=0.05)
    spread = np.corrcoef(np.array(list(rates.values())))
    assert np.abs(spread - np.eye(4)).max() < 0.05


def test_a_shape_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape of marketing is 0\.5; give the number"):
        Uncertainty(100.0, 100.0, 0.5, 5.0)
    with pytest.raises(ValueError, match="shape of patience is nan"):
        Uncertainty(100.0, 100.0, 20.0, float("nan"))
    assert uncertainty_of(0, 0, 0, 0) == Uncertainty(1.0, 20.0, 20.0, 5.0)


def test_nothing_seen_yet_still_gives_prices() -> None:
    """Before the first contact: very vague numbers, prices that still rise with the contacts."""
    table = robust_table(bank(4, 0.85, 0.05), uncertainty_of(0, 0, 0, 0))
    prices = [table.price(contacts, 0) for contacts in range(1, 8)]
    assert prices == sorted(prices)
    assert prices[0] < 1.0 < prices[-1]
