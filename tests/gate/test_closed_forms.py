"""M/G/N and priority classes: special cases, textbook values, and simulations of their own."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.erlang import ErlangQueue, erlang_c
from gate.general_service import (
    wait_approximation_ms,
    wait_bounds_ms,
    wait_with_fixed_service_ms,
    wait_with_one_agent_ms,
)
from gate.model import UnstableModelError
from gate.priority import priority_waits_ms

SERVICE_MS = 200_000.0


def queue(agents: int, load: float) -> ErlangQueue:
    return ErlangQueue(agents, load * agents * 3_600_000 / SERVICE_MS, SERVICE_MS)


def erlang_c_wait_ms(one: ErlangQueue) -> float:
    free = one.agents - one.offered_load
    return erlang_c(one.agents, one.offered_load) * one.handle_ms / free


def mean_wait_ms(one: ErlangQueue, service: Callable[[], float], arrivals: int) -> float:
    """First come, first served, contact by contact."""
    draw, free_at, now, waited = random.Random(7), [0.0] * one.agents, 0.0, 0.0
    for _ in range(arrivals):
        now += draw.expovariate(one.arrivals_per_hour / 3_600_000)
        wait = max(free_at[0] - now, 0.0)
        waited += wait
        heapq.heapreplace(free_at, now + wait + service())
    return waited / arrivals


@settings(max_examples=20, deadline=None)
@given(load=st.floats(0.05, 0.85), cv=st.floats(0.0, 4.0))
def test_with_one_agent_everything_is_pollaczek_and_khinchine(load: float, cv: float) -> None:
    exact = load / (1 - load) * (1 + cv**2) / 2 * SERVICE_MS
    one = queue(1, load)
    assert wait_with_one_agent_ms(one, cv) == pytest.approx(exact)
    assert wait_approximation_ms(one, cv) == pytest.approx(exact)
    low, high = wait_bounds_ms(one, cv)
    assert low == pytest.approx(exact)
    assert high >= exact * (1 - 1e-12)
    assert wait_with_fixed_service_ms(one) == pytest.approx(load / (1 - load) / 2 * SERVICE_MS)


@settings(max_examples=20, deadline=None)
@given(agents=st.integers(1, 30), load=st.floats(0.05, 0.9))
def test_fixed_and_exponential_service_are_within_the_bounds(agents: int, load: float) -> None:
    one = queue(agents, load)
    exponential = erlang_c_wait_ms(one)
    fixed = wait_with_fixed_service_ms(one)
    for wait_ms, cv in ((exponential, 1.0), (fixed, 0.0)):
        low, high = wait_bounds_ms(one, cv)
        assert low * (1 - 1e-9) <= wait_ms <= high
    assert exponential / 2 * (1 - 1e-9) <= fixed < exponential
    assert wait_approximation_ms(one, 1.0) == pytest.approx(exponential)


@pytest.mark.parametrize(("agents", "load"), [(2, 0.7), (5, 0.9)])
def test_fixed_service_agrees_with_a_simulation(agents: int, load: float) -> None:
    one = queue(agents, load)
    found = mean_wait_ms(one, lambda: SERVICE_MS, 400_000)
    assert found == pytest.approx(wait_with_fixed_service_ms(one), rel=0.04)


def test_bounds_that_tell_something_hold_in_a_simulation() -> None:
    """Service of 20 or 920 s: cv 1.8; two agents at load 0.9, where both bounds are near."""
    one, draw = queue(2, 0.9), random.Random(3)
    low, high = wait_bounds_ms(one, 1.8)
    found = mean_wait_ms(one, lambda: 20_000 if draw.random() < 0.8 else 920_000, 400_000)
    assert high < 2.2 * low
    assert low < found < high
    assert found == pytest.approx(wait_approximation_ms(one, 1.8), rel=0.1)


def test_one_class_waits_as_erlang_says() -> None:
    (wait_ms,) = priority_waits_ms(10, [144.0], SERVICE_MS)
    one = ErlangQueue(10, 144.0, SERVICE_MS)
    assert wait_ms == pytest.approx(erlang_c_wait_ms(one))


@settings(max_examples=20, deadline=None)
@given(
    agents=st.integers(1, 30),
    shares=st.lists(st.floats(0.1, 1.0), min_size=2, max_size=4),
    load=st.floats(0.1, 0.95),
)
def test_priority_moves_waiting_but_makes_none(
    agents: int, shares: list[float], load: float
) -> None:
    """The mean wait over all classes is that of no priorities (Kleinrock's conservation law)."""
    everybody = queue(agents, load)
    rates = [everybody.arrivals_per_hour * one / sum(shares) for one in shares]
    waits = priority_waits_ms(agents, rates, SERVICE_MS)
    together = sum(map(float.__mul__, rates, waits)) / sum(rates)
    assert together == pytest.approx(erlang_c_wait_ms(everybody))
    assert waits == sorted(waits)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(UnstableModelError):
        priority_waits_ms(2, [10.0, 30.0], SERVICE_MS)
    with pytest.raises(ValueError, match=r"\[10.0, 0.0\]"):
        priority_waits_ms(2, [10.0, 0.0], SERVICE_MS)
    with pytest.raises(ValueError, match="2 agents"):
        wait_with_one_agent_ms(queue(2, 0.5), 1.0)
    with pytest.raises(ValueError, match="cv is -1"):
        wait_bounds_ms(queue(2, 0.5), -1)
    with pytest.raises(ValueError, match="nobody leaves"):
        wait_bounds_ms(ErlangQueue(2, 10.0, SERVICE_MS, 60_000), 1.0)
