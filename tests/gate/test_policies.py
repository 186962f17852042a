"""Policies, prices, values and estimates: small functions, exact answers."""

from __future__ import annotations

from math import exp, inf
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sortedcontainers import SortedList

from config.gate import PolicyName
from config.routing import QueueSettings
from gate.estimates import (
    estimated_arrivals_per_hour,
    estimated_mean_ms,
    estimated_patience_ms,
)
from gate.model import GateModel
from gate.policies import POLICIES, latched_open, price_milli
from gate.prices import BidPrice, PriceTable
from gate.values import EqualValues, ExponentialValues, SampledValues
from queues.contact_queue import ContactQueue
from queues.line import WaitingLine
from queues.price_grid import PriceGrid

TABLE = PriceTable(10, ((0.0, 1.0), (2.0, 3.0)), first_contacts=9.0)


def a_queue(policy: str, **gate: object) -> ContactQueue:
    """An empty queue, its line there, with nobody idle and nobody marketing."""
    settings = QueueSettings.model_validate({"queue_id": "q", "gate": {"policy": policy, **gate}})
    queue = ContactQueue(settings)
    queue.lines[""] = WaitingLine(settings, "", {})
    return queue


def with_load(queue: ContactQueue, load: int) -> ContactQueue:
    """Let contacts wait, or agents be idle."""
    queue.waiting = max(load, 0)
    idle = SortedList((0, 0, 0, n, f"a{n}") for n in range(-load))
    queue.lines[""].candidates = [(0, idle)]
    return queue


def test_every_policy_of_the_configuration_is_there() -> None:
    assert set(POLICIES) == set(get_args(PolicyName))


def test_never_and_always() -> None:
    assert price_milli(a_queue("never"), -100, 0) is None
    assert price_milli(a_queue("always"), 100, 0) == 0


@given(load=st.integers(-40, 40), k=st.integers(-5, 5))
def test_threshold_opens_up_to_a_load(load: int, k: int) -> None:
    price = price_milli(a_queue("threshold", threshold=k), load, 0)
    assert price == (0 if load <= k else None)


def test_hysteresis_keeps_its_mode_in_the_gap() -> None:
    queue, seen = a_queue("hysteresis", open_at_idle=1, close_at_waiting=1), []
    for load in (0, -1, 0, 1, 0, -1, 0, -2, 0, 2):
        queue.gate.is_latched_open = latched_open(with_load(queue, load))
        seen.append(price_milli(queue, load, 0) == 0)
    assert seen == [False, True, True, False, False, True, True, True, True, False]


def test_schedule_ends_before_it_closes() -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    queue = a_queue("schedule", schedule=[{"days": days, "opens": "09:00", "closes": "10:00"}])
    asked = [price_milli(queue, 0, hour * 3_600_000) for hour in (0, 9, 10)]
    assert asked == [None, 0, None]


def test_optimal_reads_the_load_and_the_agents_marketing() -> None:
    queue = a_queue("optimal", threshold=-2)
    assert [price_milli(queue, load, 0) for load in (-2, -1)] == [0, None]
    rows = ((0, 0), (900, 700))
    queue.gate.prices = PriceGrid(loads=(-2, 0), marketing=(0, 2), rows_milli=rows)
    assert [price_milli(queue, load, 0) for load in (-9, -2, -1, 0, 9)] == [0, 0, 450, 900, 900]
    queue.lines[""].marketing_agents = 1
    assert [price_milli(queue, load, 0) for load in (-2, -1, 0)] == [0, 400, 800]
    queue.lines[""].marketing_agents = 7
    assert price_milli(queue, 0, 0) == 700


@pytest.mark.parametrize(
    ("loads", "marketing", "rows", "said"),
    [
        ((), (0,), (), "loads must be"),
        ((1, 1), (0,), ((1,), (1,)), "loads must be"),
        ((1,), (2, 0), ((1, 1),), "marketing must be"),
        ((1,), (0,), ((1, 2),), "1 rows of 1 prices"),
        ((1, 2), (0,), ((1,),), "2 rows of 1 prices"),
    ],
)
def test_a_price_list_that_cannot_be_says_why(
    loads: tuple[int, ...], marketing: tuple[int, ...], rows: tuple[tuple[int, ...], ...], said: str
) -> None:
    fault = PriceGrid(loads=loads, marketing=marketing, rows_milli=rows).fault()
    assert fault is not None
    assert said in fault


def test_bid_price_is_never_negative() -> None:
    bid = BidPrice(alpha=1.0, beta=0.1)
    assert bid.price(12, 10) == pytest.approx(1.2)
    assert bid.price(0, 50) == 0.0


def test_a_table_is_read_between_and_beyond_its_points() -> None:
    assert TABLE.price(9, 0) == 0.0
    assert TABLE.price(10, 1) == 3.0
    assert TABLE.price(9.5, 0.5) == pytest.approx(1.5)
    assert TABLE.price(0, 0) == 0.0
    assert TABLE.price(99, 99) == 3.0


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
