"""The value of a day: against the stationary solution, the generator's exponential, brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gate.model import GateModel
from gate.solver import rules
from gate.solver.blocks import Actions, Floats
from gate.solver.day import Rule, Stretch, surplus_of, value_of_day
from gate.solver.figures import evaluate
from gate.solver.optimum import solve
from gate.solver.window import Window
from gate.values import EqualValues, ExponentialValues, SampledValues, Values
from tests.gate.test_chain import generator

HOUR_S = 3600.0
SMALL = GateModel(5, 70, 210_000, 75_000, 60_000, 0.05)


def threshold(k: int) -> Rule:
    return lambda model, window: rules.threshold(model, k, window)


def per_hour(model: GateModel, rule: Rule | None) -> float:
    """What one more hour brings after three."""
    rate = model.arrivals_per_hour
    three, four = (
        value_of_day(model, [Stretch(hours * HOUR_S, rate, rule)]) for hours in (3.0, 4.0)
    )
    return four - three


@pytest.mark.parametrize(
    "values", [EqualValues(), ExponentialValues(1.5, share=0.6), SampledValues((0.2, 1.0, 3.0))]
)
def test_at_a_constant_rate_the_best_is_the_stationary_optimum(values: Values) -> None:
    model = GateModel(5, 70, 210_000, 75_000, 60_000, 0.05, values)
    assert per_hour(model, None) == pytest.approx(solve(model).value_per_hour, abs=1e-5)


@pytest.mark.parametrize("k", [-5, -1, 2])
def test_at_a_constant_rate_a_rule_brings_what_the_chain_says(k: int) -> None:
    exact = evaluate(SMALL, rules.threshold(SMALL, k)).value_per_hour
    assert per_hour(SMALL, threshold(k)) == pytest.approx(exact, abs=1e-5)


def exponential(matrix: Floats) -> Floats:
    """e^matrix: 30 terms of the series at a 2^-12 of it, squared 12 times."""
    small, term, total = matrix / 4096, np.eye(len(matrix)), np.eye(len(matrix))
    for k in range(1, 31):
        term = term @ small / k
        total = total + term
    for _ in range(12):
        total = total @ total
    return total


def test_a_day_of_two_rates_is_the_exponential_of_its_generators() -> None:
    """Rewards as a column beside the generator: the exponential's last column is their total."""
    stretches = [Stretch(900.0, 40.0, threshold(-1)), Stretch(1500.0, 90.0, threshold(1))]
    total = np.eye(1)
    for stretch in stretches:
        model = GateModel(2, stretch.arrivals_per_hour, 210_000, 75_000, 20_000, 0.05)
        assert stretch.rule is not None
        rates, rewards = generator(model, stretch.rule(model, Window(14, 2)))
        both = np.zeros((len(rates) + 1, len(rates) + 1))
        both[:-1, :-1], both[:-1, -1] = rates, rewards
        step = exponential(both * stretch.seconds)
        total = step if len(total) == 1 else total @ step
    found = value_of_day(GateModel(2, 60, 210_000, 75_000, 20_000, 0.05), stretches)
    assert found == pytest.approx(float(total[0, -1]), abs=1e-4)


def test_no_sequence_of_thresholds_is_better_than_the_best() -> None:
    rates = (50.0, 90.0)

    def value(chosen: tuple[int, ...] | None) -> float:
        rules_then = [None] * 2 if chosen is None else [threshold(k) for k in chosen]
        day = [Stretch(1200.0, *both) for both in zip(rates, rules_then, strict=True)]
        return value_of_day(SMALL, day)

    best, others = value(None), [value(chosen) for chosen in product((-5, -2, -1, 0), repeat=2)]
    assert max(others) < best
    assert max(others) - value((-5, -5)) > 0.95 * (best - value((-5, -5)))


def test_finer_steps_change_nothing() -> None:
    day = [Stretch(1200.0, 50.0), Stretch(600.0, 100.0)]
    assert value_of_day(SMALL, day, finer=4) == pytest.approx(value_of_day(SMALL, day), abs=1e-3)


@pytest.mark.parametrize(
    "values", [EqualValues(2.0, 0.5), ExponentialValues(), SampledValues((1, 4))]
)
def test_the_surplus_is_what_is_worth_more_than_its_price(values: Values) -> None:
    prices = np.linspace(0.0, 6.0, 25)
    expected = [values.worth(one) - one * values.chance(one) for one in prices]
    assert surplus_of(values)(prices) == pytest.approx(np.asarray(expected))
    below = surplus_of(values)(np.asarray([-1.0]))[0]
    assert below == pytest.approx(values.worth(0.0) + values.chance(0.0))


def test_what_cannot_be_computed_is_refused() -> None:
    patient = GateModel(5, 70, 210_000, 75_000, None, 0.05)
    with pytest.raises(ValueError, match="patience_ms is None"):
        value_of_day(patient, [Stretch(60.0, 70.0)])
    with pytest.raises(ValueError, match="stretches 0"):
        value_of_day(SMALL, [])

    def remembering(model: GateModel, window: Window) -> Actions:
        return rules.hysteresis(model, 1, 1, window)

    with pytest.raises(ValueError, match="2 modes"):
        value_of_day(SMALL, [Stretch(60.0, 70.0, remembering)])
