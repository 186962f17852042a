"""Erlang B, C, A: textbook values, the chain, and a simulation of its own."""

from __future__ import annotations

import heapq
import random
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.erlang import ErlangQueue, erlang_b, erlang_c, queue_figures
from gate.model import GateModel, UnstableModelError
from gate.solver import rules
from gate.solver.chain import Chain
from gate.solver.figures import evaluate, wait_figures
from gate.wait_forecast import (
    answered_ratio_at_position,
    wait_of_answered_ms,
    wait_of_newcomer_ms,
)
from queues.forecast import wait_at_position_ms


def test_textbook_values() -> None:
    assert erlang_b(1, 1.0) == pytest.approx(1 / 2)
    assert erlang_b(2, 1.0) == pytest.approx(1 / 5)
    assert erlang_b(10, 8.0) == pytest.approx(0.12166, abs=1e-5)
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert erlang_c(10, 8.0) == pytest.approx(0.40918, abs=1e-5)
    assert erlang_c(10, 12.0) == 1.0
    assert erlang_b(5, 0.0) == 0.0


def test_erlang_c_has_an_exponential_wait() -> None:
    figures = queue_figures(ErlangQueue(10, 8 * 3600 / 180, 180_000), threshold_ms=20_000)
    still_waiting = erlang_c(10, 8.0) * exp(-(10 - 8) * 20 / 180)
    assert figures.service_level_ratio == pytest.approx(1 - still_waiting, abs=1e-9)
    assert figures.asa_ms == pytest.approx(erlang_c(10, 8.0) * 180_000 / (10 - 8), rel=1e-8)
    assert figures.abandoned_ratio == 0.0
    assert figures.occupancy_ratio == pytest.approx(0.8)


@settings(max_examples=15, deadline=None)
@given(
    agents=st.integers(1, 8),
    load=st.floats(0.2, 2.0),
    patience_ms=st.floats(20_000, 200_000),
    threshold_ms=st.integers(1_000, 60_000),
)
def test_erlang_a_is_the_chain_without_marketing(
    agents: int, load: float, patience_ms: float, threshold_ms: int
) -> None:
    arrivals = load * agents * 3600 / 200
    figures = queue_figures(ErlangQueue(agents, arrivals, 200_000, patience_ms), threshold_ms)
    model = GateModel(agents, arrivals, 200_000, 60_000, patience_ms, 0.05)
    chain, waits = (
        evaluate(model, rules.never(model)),
        wait_figures(model, rules.never(model), threshold_ms),
    )
    assert figures.abandoned_ratio == pytest.approx(chain.abandoned_ratio, abs=1e-7)
    assert figures.waiting_mean == pytest.approx(chain.mean_waiting, rel=1e-6)
    assert figures.occupancy_ratio == pytest.approx(chain.occupancy_ratio, abs=1e-7)
    assert figures.service_level_ratio == pytest.approx(waits.service_level_ratio, abs=1e-7)
    assert figures.asa_ms == pytest.approx(waits.asa_ms, rel=1e-5, abs=0.01)


def simulated(agents: int, arrival: float, service: float, patience: float, arrivals: int) -> float:
    """Share answered within 20 s in M/M/N+M, contact by contact (first come, first served)."""
    draw, free_at, now, in_time = random.Random(20_26), [0.0] * agents, 0.0, 0
    for _ in range(arrivals):
        now += draw.expovariate(arrival)
        wait, stays = max(free_at[0] - now, 0.0), draw.expovariate(1 / patience)
        if wait <= stays:
            in_time += wait <= 20.0
            heapq.heapreplace(free_at, now + wait + draw.expovariate(1 / service))
    return in_time / arrivals


def test_erlang_a_agrees_with_a_simulation() -> None:
    figures = queue_figures(ErlangQueue(10, 171.4, 210_000, 120_000), threshold_ms=20_000)
    share = simulated(10, 171.4 / 3600, 210.0, 120.0, 200_000)
    assert share == pytest.approx(figures.service_level_ratio, abs=0.01)


@pytest.mark.parametrize("load", [0.5, 0.9, 0.99, 1.0, 1.01, 1.5, 3.0])
@pytest.mark.parametrize("patience_ms", [1_000.0, 120_000.0, 1e7])
def test_ten_thousand_agents(load: float, patience_ms: float) -> None:
    queue = ErlangQueue(10_000, load * 10_000 * 3600 / 210, 210_000, patience_ms)
    figures = queue_figures(queue, threshold_ms=20_000)
    for ratio in (figures.wait_ratio, figures.service_level_ratio, figures.abandoned_ratio):
        assert 0.0 <= ratio <= 1.0
    assert figures.occupancy_ratio <= 1.0 + 1e-9
    assert figures.abandoned_ratio >= 1 - 1 / load - 1e-9
    assert figures.service_level_ratio <= 1 - figures.abandoned_ratio + 1e-9
    if load >= 1.5:
        assert figures.abandoned_ratio == pytest.approx(1 - 1 / load, abs=1e-6)
        assert figures.occupancy_ratio == pytest.approx(1.0, abs=1e-6)


def test_an_unstable_queue_is_refused() -> None:
    with pytest.raises(UnstableModelError, match=r"1\.100"):
        ErlangQueue(10, 1.1 * 10 * 20, 180_000)
    with pytest.raises(ValueError, match="agents is 0"):
        ErlangQueue(0, 10, 180_000)
    with pytest.raises(ValueError, match="handle_ms is 0"):
        ErlangQueue(1, 10, 0)


def test_the_wait_at_a_position() -> None:
    assert wait_at_position_ms(1, 10, 200_000, None) == pytest.approx(20_000)
    assert wait_at_position_ms(3, 10, 200_000, None) == pytest.approx(60_000)
    assert wait_at_position_ms(1, 10, 200_000, 120_000) == pytest.approx(20_000)
    second = 1 / (1 / 20_000 + 1 / 120_000)
    assert wait_at_position_ms(2, 10, 200_000, 120_000) == pytest.approx(20_000 + second)
    assert answered_ratio_at_position(2, 10, 200_000, 120_000) == pytest.approx(6 / 8)
    assert answered_ratio_at_position(2, 10, 200_000, None) == 1.0
    first = 1 / (1 / 20_000 + 1 / 120_000)
    assert wait_of_answered_ms(1, 10, 200_000, 120_000) == pytest.approx(first)
    assert wait_of_answered_ms(3, 10, 200_000, None) == pytest.approx(60_000)
    plain = wait_at_position_ms(4, 10, 200_000, 120_000)
    assert wait_at_position_ms(4, 10, 200_000, 120_000, 0, 50_000) == pytest.approx(plain)
    assert wait_at_position_ms(1, 10, 200_000, None, 4, 50_000) == pytest.approx(1 / 0.00011)
    shorter = wait_at_position_ms(4, 10, 200_000, 120_000, 4, 50_000)
    assert wait_at_position_ms(4, 10, 100_000, 120_000) < shorter < plain
    with pytest.raises(ValueError, match="position 0"):
        wait_at_position_ms(0, 10, 200_000, None)


def test_the_newcomers_wait_averages_to_the_offered_wait() -> None:
    """Position by position, those who wait are answered as often as Erlang A says."""
    queue = ErlangQueue(5, 100, 200_000, 100_000)
    figures = queue_figures(queue, threshold_ms=20_000)
    model = GateModel(5, 100, 200_000, 60_000, 100_000, 0.05)
    chances = [float(level.sum()) for level in Chain(model, rules.never(model)).distribution()]
    answered = sum(
        chance * answered_ratio_at_position(max(n - 4, 1), 5, 200_000, 100_000)
        if n >= 5
        else chance
        for n, chance in enumerate(chances)
    )
    assert answered == pytest.approx(1 - figures.abandoned_ratio, abs=1e-9)
    assert wait_of_newcomer_ms(queue, 4) == 0.0
    assert wait_of_newcomer_ms(queue, 5) == pytest.approx(40_000)


def test_the_answered_and_those_who_left_waited_as_littles_law_says() -> None:
    """All contacts waiting are the answered's waits and those of who left, position by position."""
    agents, handle_ms, patience_ms = 5, 200_000.0, 100_000.0
    queue = ErlangQueue(agents, 100, handle_ms, patience_ms)
    figures = queue_figures(queue, threshold_ms=20_000)
    model = GateModel(agents, 100, handle_ms, 60_000, patience_ms, 0.05)
    chances = [float(level.sum()) for level in Chain(model, rules.never(model)).distribution()]
    waited = sum(
        chance
        * answered_ratio_at_position(n - agents + 1, agents, handle_ms, patience_ms)
        * wait_of_answered_ms(n - agents + 1, agents, handle_ms, patience_ms)
        for n, chance in enumerate(chances)
        if n >= agents
    )
    assert waited / (1 - figures.abandoned_ratio) == pytest.approx(figures.asa_ms, rel=1e-6)
