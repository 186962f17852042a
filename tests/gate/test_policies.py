"""Policies, prices, values and estimates: small functions, exact answers."""

from __future__ import annotations

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import policies
from gate.estimates import (
    estimated_arrivals_per_hour,
    estimated_mean_ms,
    estimated_patience_ms,
)
from gate.model import GateModel
from gate.policies import GateView, markets
from gate.prices import BidPrice, PriceTable
from gate.values import EqualValues, ExponentialValues, SampledValues

TABLE = PriceTable(10, ((0.0, 1.0), (2.0, 3.0)), first_contacts=9.0)


def test_never_and_always() -> None:
    view = GateView(contacts=0, agents=10)
    assert not markets(1e9, policies.never(view))
    assert markets(0.0, policies.always(view))


@given(contacts=st.integers(0, 40), k=st.integers(-5, 5))
def test_threshold_counts_the_finishing_contact(contacts: int, k: int) -> None:
    view = GateView(contacts=contacts, agents=20)
    assert markets(1.0, policies.threshold(view, k)) == (contacts <= 20 + k)
    assert markets(1.0, policies.threshold(view, -1)) == (view.idle >= 1)
    assert markets(1.0, policies.threshold(view, 0)) == (view.waiting == 0)


def test_hysteresis_keeps_its_mode_in_the_gap() -> None:
    is_open, seen = False, []
    for contacts in (10, 9, 10, 11, 10, 9, 10, 8, 10, 12):
        view = GateView(contacts=contacts, agents=10)
        is_open = policies.hysteresis_mode(view, is_open, on_idle=1, off_waiting=1)
        seen.append(is_open)
    assert seen == [False, True, True, False, False, True, True, True, True, False]
    assert policies.hysteresis(True) == 0.0
    assert policies.hysteresis(False) == inf
    with pytest.raises(ValueError, match="leaves no gap"):
        policies.hysteresis_mode(GateView(1, 1), True, on_idle=0, off_waiting=0)


def test_schedule_ends_before_until() -> None:
    times = [(9 * 3_600_000, 10 * 3_600_000)]
    asked = [policies.schedule(at, times) for at in (0, 9 * 3_600_000, 10 * 3_600_000)]
    assert asked == [inf, 0.0, inf]


def test_bid_price_is_never_negative() -> None:
    bid = BidPrice(alpha=1.0, beta=0.1)
    assert policies.bid(GateView(contacts=12, agents=10), bid) == pytest.approx(1.2)
    assert policies.bid(GateView(contacts=0, agents=50), bid) == 0.0


def test_a_table_is_read_between_and_beyond_its_points() -> None:
    assert TABLE.price(9, 0) == 0.0
    assert TABLE.price(10, 1) == 3.0
    assert TABLE.price(9.5, 0.5) == pytest.approx(1.5)
    assert TABLE.price(0, 0) == 0.0
    assert TABLE.price(99, 99) == 3.0


def test_a_table_for_other_staffing_is_read_relative_to_the_agents() -> None:
    assert policies.optimal(GateView(contacts=15, agents=15, marketing=0), TABLE) == 2.0
    assert policies.optimal(GateView(contacts=14, agents=15, marketing=0), TABLE) == 0.0


def test_a_table_that_cannot_be_is_refused() -> None:
    for rows in ((), ((),), ((1.0,), (1.0, 2.0))):
        with pytest.raises(ValueError, match="at least one row"):
            PriceTable(1, rows)
    with pytest.raises(ValueError, match="not a number"):
        PriceTable(1, ((float("nan"),),))
    with pytest.raises(ValueError, match="step"):
        PriceTable(1, ((1.0,),), step=0.0)


@given(price=st.floats(0, 5))
def test_exponential_values_are_the_limit_of_samples(price: float) -> None:
    values = ExponentialValues(1.0, share=0.5)
    assert values.chance(price) == pytest.approx(0.5 * exp(-price))
    assert values.worth(price) - price * values.chance(price) == pytest.approx(0.5 * exp(-price))
    assert values.worth(inf) == values.chance(inf) == 0.0


def test_sampled_and_equal_values() -> None:
    sampled = SampledValues((3.0, 1.0, 2.0), share=0.6)
    assert sampled.chance(2.0) == pytest.approx(0.4)
    assert sampled.worth(2.0) == pytest.approx(1.0)
    assert sampled.worth(9.0) == 0.0
    assert EqualValues(2.0).worth(2.0) == 2.0
    assert EqualValues(2.0).chance(2.1) == 0.0
    for make in (lambda: SampledValues(()), lambda: EqualValues(-1.0), lambda: EqualValues(1, 2)):
        with pytest.raises(ValueError, match=r"give"):
            make()


def test_estimates_are_shrunk_towards_their_priors() -> None:
    assert estimated_mean_ms(0, 0, prior_ms=180_000) == 180_000
    assert estimated_mean_ms(100 * 90_000, 100, 180_000, weight=100) == 135_000
    assert estimated_patience_ms(1_200_000, 10, prior_ms=1.0, weight=1e-9) == pytest.approx(120_000)
    assert estimated_arrivals_per_hour(600, 3_600_000, 600) == pytest.approx(600)
    assert estimated_arrivals_per_hour(0, 3_600_000, 100) > 0
    with pytest.raises(ValueError, match="no estimate"):
        estimated_mean_ms(0, 0, prior_ms=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agents": 0}, "agents is 0"),
        ({"arrivals_per_hour": 0.0}, "arrivals_per_hour is 0"),
        ({"marketing_ms": inf}, "marketing_ms is inf"),
        ({"patience_ms": -1.0}, "patience_ms is -1"),
        ({"waiting_cost_per_s": -0.1}, "waiting_cost_per_s is -0.1"),
    ],
)
def test_a_model_that_cannot_be_is_refused(change: dict[str, float], message: str) -> None:
    numbers: dict[str, float] = {
        "agents": 5,
        "arrivals_per_hour": 60,
        "service_ms": 200_000,
        "marketing_ms": 60_000,
        "patience_ms": 100_000,
        "waiting_cost_per_s": 0.05,
    }
    with pytest.raises(ValueError, match=message):
        GateModel(**(numbers | change))  # type: ignore[arg-type]
