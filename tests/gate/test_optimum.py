"""The optimum: better than every rule, with prices that make sense; refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import GateModel, UnstableModelError
from gate.solver import rules
from gate.solver.bids import bid_price_of
from gate.solver.blocks import Rates
from gate.solver.figures import evaluate, wait_figures
from gate.solver.optimum import solve
from gate.solver.scaled import price_table, scaled_table
from gate.solver.window import first_window, longest_queue, most_marketing
from gate.values import EqualValues, ExponentialValues

MODELS = st.builds(
    GateModel,
    agents=st.integers(1, 12),
    arrivals_per_hour=st.floats(20, 300),
    service_ms=st.floats(30_000, 400_000),
    marketing_ms=st.floats(20_000, 400_000),
    patience_ms=st.floats(20_000, 400_000),
    waiting_cost_per_s=st.floats(0, 0.3),
    values=st.sampled_from([EqualValues(), ExponentialValues(1.0)]),
)


def bank(agents: int, load: float, cost: float = 0.05) -> GateModel:
    arrivals = load * agents / 210 * 3600
    return GateModel(agents, arrivals, 210_000, 75_000, 120_000, cost)


@settings(max_examples=25, deadline=None)
@given(model=MODELS, k=st.integers(-6, 8), share=st.floats(0, 1))
def test_no_rule_is_better(model: GateModel, k: int, share: float) -> None:
    best = solve(model).value_per_hour
    window = first_window(model)
    others = [
        rules.never(model, window),
        rules.always(model, window),
        rules.threshold(model, k, window),
        rules.static(model, share, window),
        rules.hysteresis(model, 1, 1, window),
    ]
    for actions in others:
        assert evaluate(model, actions).value_per_hour <= best + 1e-6 * max(1.0, abs(best))


@settings(max_examples=25, deadline=None)
@given(model=MODELS)
def test_the_price_rises_as_idle_agents_become_fewer(model: GateModel) -> None:
    table = solve(model).table
    for marketing in range(len(table.rows[0]) - 1):
        idle_to_busy = [table.price(n, marketing) for n in range(marketing + 1, model.agents + 1)]
        assert np.all(np.diff(idle_to_busy) >= -1e-7)
        assert all(price >= -1e-7 for price in idle_to_busy)


def test_value_iteration_finds_the_same_optimum() -> None:
    """Independent of the solver: relative value iteration on the uniformized chain."""
    model = bank(4, 0.9)
    rates, queue = Rates.of(model), 40
    total = rates.arrival + 4 * max(rates.service, rates.marketing) + queue * rates.abandonment
    n, m = np.meshgrid(np.arange(4 + queue + 1), np.arange(5), indexing="ij")
    serving, waiting = np.maximum(np.minimum(n, 4) - m, 0), np.maximum(n - 4, 0)
    values, gain = np.zeros(n.shape), 0.0
    for _ in range(6_000):
        up = values[np.minimum(n + 1, n.max()), m]
        fewer, done = values[np.maximum(n - 1, 0), m], values[np.maximum(n - 1, 0), m - 1]
        ending = np.maximum(fewer, np.where(m < 4, 1.0 + values[n, np.minimum(m + 1, 4)], -np.inf))
        change = rates.arrival * (up - values) + serving * rates.service * (ending - values)
        change += m * rates.marketing * (done - values)
        change += waiting * rates.abandonment * (fewer - values)
        step = (change - model.waiting_cost_per_s * waiting) / total
        gain = float(step[4, 0]) * total
        values = values + step - step[4, 0]
    assert solve(model).value_per_hour == pytest.approx(gain * 3600, rel=1e-6)


def test_a_start_from_another_table_ends_at_the_same_prices() -> None:
    model = bank(20, 0.9)
    cold = solve(model)
    warm = solve(model, solve(bank(20, 0.7)).table)
    assert warm.value_per_hour == pytest.approx(cold.value_per_hour, rel=1e-9)
    assert warm.table.price(20, 2) == pytest.approx(cold.table.price(20, 2), rel=1e-6)


def test_it_is_right_above_load_1() -> None:
    model = bank(20, 1.3)
    best = evaluate(model, rules.priced(model, solve(model).table))
    assert best.value_per_hour >= evaluate(model, rules.never(model)).value_per_hour
    assert best.edge_probability < 1e-9
    assert best.occupancy_ratio < 1.0
    flow = best.abandoned_ratio + best.occupancy_ratio / 1.3
    attempts_load = best.attempts_per_hour * 75 / 3600 / 20 / 1.3
    assert flow - attempts_load == pytest.approx(1.0, abs=1e-9)


def test_an_unstable_model_is_refused_with_its_load() -> None:
    model = replace(bank(10, 1.05), patience_ms=None)
    with pytest.raises(UnstableModelError, match=r"load while serving only is 1\.050"):
        solve(model)
    nearly = replace(bank(10, 0.8), patience_ms=None)
    with pytest.raises(UnstableModelError, match=r"marketing to 100% of customers is 1\.086"):
        rules.always(nearly)


def test_without_abandonment_the_window_grows_until_the_edge_is_not_reached() -> None:
    model = replace(bank(3, 0.97), patience_ms=None)
    solved = solve(model)
    assert len(solved.table.rows) > 300
    below = (
        solved.value_per_hour - evaluate(bank(3, 0.97), rules.never(bank(3, 0.97))).value_per_hour
    )
    assert np.isfinite(below)


@pytest.mark.parametrize(("load", "cost"), [(0.7, 0.05), (0.9, 0.05), (0.95, 0.15), (1.1, 0.05)])
def test_a_scaled_table_keeps_nearly_all(load: float, cost: float) -> None:
    model = bank(100, load, cost)
    never = evaluate(model, rules.never(model)).value_per_hour
    scaled = evaluate(model, rules.priced(model, scaled_table(model, 50))).value_per_hour
    assert (scaled - never) / (solve(model).value_per_hour - never) > 0.97


def test_a_table_for_a_thousand_agents() -> None:
    table = price_table(bank(1000, 0.95), exact_most=60)
    prices = [table.price(contacts, 50) for contacts in (700, 950, 1000, 1050)]
    assert prices == sorted(prices)
    assert 0 <= prices[0] < 0.2 < prices[2] < 3


def test_values_that_differ_are_worth_more_than_equal_ones() -> None:
    equal, spread = bank(20, 0.9), replace(bank(20, 0.9), values=ExponentialValues(1.0))
    assert solve(spread).value_per_hour > solve(equal).value_per_hour


def test_a_straight_line_captures_most() -> None:
    model = replace(bank(20, 0.9), values=ExponentialValues(1.0))
    best = solve(model)
    never = evaluate(model, rules.never(model)).value_per_hour
    bid = bid_price_of(model, best.table)
    value = evaluate(model, rules.bid_price(model, bid)).value_per_hour
    assert bid.beta > 0
    assert 0.95 < (value - never) / (best.value_per_hour - never) <= 1.0


def test_what_is_left_out_is_bounded() -> None:
    model = bank(50, 0.95)
    always = evaluate(model, rules.always(model))
    assert always.edge_probability < 1e-10
    assert longest_queue(model) == 66
    assert most_marketing(model) == 35


def test_waits_agree_with_abandonment() -> None:
    """Patience is exponential: those who leave ÷ all = mean wait of all ÷ mean patience."""
    model = bank(10, 0.9)
    for rule in (rules.threshold(model, 2), rules.priced(model, solve(model).table)):
        figures, waits = evaluate(model, rule), wait_figures(model, rule)
        answered = 1.0 - figures.abandoned_ratio
        assert 0 < waits.asa_ms * answered / 1000 < figures.abandoned_ratio * 120
        assert waits.service_level_ratio <= answered


def test_waits_are_refused_where_a_mode_is_remembered_while_contacts_wait() -> None:
    model = bank(5, 0.8)
    with pytest.raises(ValueError, match="close the gate as soon as one contact waits"):
        wait_figures(model, rules.hysteresis(model, 1, 3))
