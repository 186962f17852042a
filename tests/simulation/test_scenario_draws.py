"""Distributions, arrivals and streams of random numbers."""

from __future__ import annotations

from itertools import islice
from math import sqrt
from statistics import fmean, pstdev
from typing import Any

import pytest
from pydantic import TypeAdapter

from config.base import HOUR_MS
from simulation.scenario_arrivals import AnyArrivals, segments
from simulation.scenario_draws import AnyDraw
from simulation.virtual_customers import again, busyness, customers
from simulation.virtual_draws import sampler, stream
from tests.support.scenarios import queue_data, scenario

DRAWS: TypeAdapter[AnyDraw] = TypeAdapter(AnyDraw)
ARRIVALS: TypeAdapter[AnyArrivals] = TypeAdapter(AnyArrivals)
GOLDEN = [0.19572528765532626, 0.7989953247337341, 0.15040699794197376]


def test_streams_are_the_same_on_every_machine() -> None:
    """Python promises the sequence of `random()` for a seed; these are its first numbers."""
    chance = stream(1, 0, "bank", "service")
    assert [chance() for _ in range(3)] == GOLDEN
    assert stream(1, 0, "bank", "patience")() not in GOLDEN


@pytest.mark.parametrize(
    ("draw", "mean", "cv"),
    [
        ({"kind": "exponential", "mean": 90_000}, 90_000, 1.0),
        ({"kind": "lognormal", "mean": 90_000, "cv": 1.3}, 90_000, 1.3),
        ({"kind": "gamma", "mean": 90_000, "cv": 0.5}, 90_000, 0.5),
        ({"kind": "gamma", "mean": 90_000, "cv": 1.5}, 90_000, 1.5),
        ({"kind": "uniform", "low": 0, "high": 60_000}, 30_000, 1 / sqrt(3)),
        ({"kind": "fixed", "value": 45_000}, 45_000, 0.0),
    ],
)
def test_distributions_have_the_mean_and_spread_they_state(
    draw: dict[str, Any], mean: float, cv: float
) -> None:
    one = DRAWS.validate_python(draw)
    sample = sampler(one, stream("test", 7))
    drawn = [sample(0) for _ in range(20_000)]
    assert one.average == mean
    assert fmean(drawn) == pytest.approx(mean, rel=0.03)
    assert pstdev(drawn) / fmean(drawn) == pytest.approx(cv, rel=0.08)


def test_another_distribution_by_period() -> None:
    draw = DRAWS.validate_python(
        {
            "kind": "by_period",
            "periods": [
                {"starts": "09:00", "ends": "10:00", "draw": {"kind": "fixed", "value": 5}}
            ],
            "otherwise": {"kind": "fixed", "value": 7},
        }
    )
    sample = sampler(draw, stream("test"))
    assert [sample(hour * HOUR_MS) for hour in (8, 9, 10, 33)] == [7, 5, 7, 5]


def test_arrivals_follow_periods_and_spikes() -> None:
    arrivals = ARRIVALS.validate_python(
        {
            "kind": "periods",
            "periods": [
                {"starts": "08:00", "ends": "09:00", "per_hour": 60},
                {"starts": "09:00", "ends": "10:00", "per_hour": 120},
            ],
            "spikes": [{"starts": "08:30", "ends": "09:30", "factor": 2}],
        }
    )
    rates = [
        (one.until_ms - one.from_ms, one.per_hour) for one in segments(arrivals, 0, 24 * HOUR_MS)
    ]
    assert [rate for _, rate in rates] == [0, 60, 120, 240, 120, 0]
    assert sum(length * rate for length, rate in rates) / HOUR_MS == 30 + 60 + 120 + 60


def test_a_wave_has_its_low_and_high() -> None:
    arrivals = ARRIVALS.validate_python(
        {
            "kind": "wave",
            "low_per_hour": 100,
            "high_per_hour": 300,
            "starts": "08:00",
            "ends": "20:00",
        }
    )
    rates = [one.per_hour for one in segments(arrivals, 8 * HOUR_MS, 20 * HOUR_MS)]
    assert min(rates) == pytest.approx(100, abs=0.2)
    assert max(rates) == pytest.approx(300, abs=0.2)
    assert fmean(rates) == pytest.approx(200)


def test_the_number_of_arrivals_is_poisson() -> None:
    one = scenario()
    numbers = [len(list(customers(one, one.queues[0], 1, day, 1.0))) for day in range(20)]
    expected = 771.4 * 5
    assert fmean(numbers) == pytest.approx(expected, abs=4 * sqrt(expected / 20))
    assert 0.3 < (pstdev(numbers) ** 2) / expected < 2.2


def test_customers_are_in_order_and_drawn_from_streams_of_their_own() -> None:
    one = scenario()
    other = scenario(queues=[queue_data(service_ms={"kind": "fixed", "value": 1})])
    first = list(islice(customers(one, one.queues[0], 1, 0, 1.0), 500))
    same = list(islice(customers(other, other.queues[0], 1, 0, 1.0), 500))
    assert [c.arrives_at_ms for c in first] == sorted(c.arrives_at_ms for c in first)
    for name in ("arrives_at_ms", "patience_ms", "marketing_ms"):
        assert [getattr(c, name) for c in first] == [getattr(c, name) for c in same]
    assert [c.service_ms for c in first] != [c.service_ms for c in same]


def test_busyness_has_mean_one_and_its_spread() -> None:
    one = scenario(busyness_cv=0.2)
    factors = [busyness(one, 1, day) for day in range(2_000)]
    assert fmean(factors) == pytest.approx(1.0, abs=0.02)
    assert pstdev(factors) == pytest.approx(0.2, rel=0.1)
    assert busyness(scenario(), 1, 0) == 1.0


def test_who_gives_up_may_try_again_as_the_same_customer() -> None:
    retry = {"ratio": 1.0, "delay_ms": {"kind": "fixed", "value": 60_000}, "most": 2}
    one = scenario(queues=[queue_data(retry=retry)])
    queue = one.queues[0]
    first = next(customers(one, queue, 1, 0, 1.0))
    second = again(first, queue, 1, 0)
    assert second is not None
    assert first.patience_ms is not None
    assert second.arrives_at_ms == first.arrives_at_ms + first.patience_ms + 60_000
    assert second.service_ms == first.service_ms
    third = again(second, queue, 1, 0)
    assert third is not None
    assert again(third, queue, 1, 0) is None
