"""The chain, against its generator written out in full and solved as one dense system."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import GateModel
from gate.solver import rules
from gate.solver.blocks import Actions, Floats
from gate.solver.chain import Chain
from gate.solver.figures import evaluate
from gate.solver.window import Window
from gate.values import EqualValues, ExponentialValues

MODELS = st.builds(
    GateModel,
    agents=st.integers(1, 5),
    arrivals_per_hour=st.floats(10, 200),
    service_ms=st.floats(20_000, 400_000),
    marketing_ms=st.floats(20_000, 400_000),
    patience_ms=st.floats(10_000, 600_000),
    waiting_cost_per_s=st.floats(0, 0.5),
    values=st.sampled_from([EqualValues(), ExponentialValues(2.0, share=0.7)]),
)


def generator(model: GateModel, actions: Actions) -> tuple[Floats, Floats]:
    """The rates between all states (n, m) and the rewards, straight from the model's words."""
    states = [
        (n, m) for n in range(actions.top + 1) for m in range(min(n, actions.most_marketing) + 1)
    ]
    at = {state: index for index, state in enumerate(states)}
    rates, rewards = np.zeros((len(states), len(states))), np.zeros(len(states))
    for (n, m), i in at.items():
        serving, waiting = min(n, model.agents) - m, max(n - model.agents, 0)
        ending = serving * 1000 / model.service_ms
        chance = actions.chance[0, n, m]
        rewards[i] = ending * actions.worth[0, n, m] - model.waiting_cost_per_s * waiting
        moves = [
            ((n + 1, m), model.arrivals_per_hour / 3600),
            ((n, m + 1), ending * chance),
            ((n - 1, m), ending * (1 - chance) + waiting * 1000 / (model.patience_ms or np.inf)),
            ((n - 1, m - 1), m * 1000 / model.marketing_ms),
        ]
        for target, rate in moves:
            if rate > 0 and target[0] <= actions.top:
                rates[i, at[target]] += rate
                rates[i, i] -= rate
    return rates, rewards


@settings(max_examples=40, deadline=None)
@given(model=MODELS, k=st.integers(-5, 6), queue=st.integers(1, 12))
def test_distribution_and_gain_are_those_of_the_generator(
    model: GateModel, k: int, queue: int
) -> None:
    actions = rules.threshold(model, k, Window(model.agents + queue, model.agents))
    rates, rewards = generator(model, actions)
    chain = Chain(model, actions)
    chances = np.concatenate([level.ravel() for level in chain.distribution()])
    assert chances.sum() == pytest.approx(1.0)
    assert chances.min() >= -1e-15
    assert np.abs(chances @ rates).max() < 1e-12
    gain, relative = chain.gain_and_relative_values()
    assert gain == pytest.approx(float(chances @ rewards), abs=1e-10)
    h = np.concatenate(relative)
    assert rewards - gain + rates @ h == pytest.approx(np.zeros(len(h)), abs=1e-8)


def test_hysteresis_is_between_the_thresholds_at_its_ends() -> None:
    model = GateModel(10, 150, 210_000, 75_000, 120_000, 0.05)
    attempts = [
        evaluate(model, actions).attempts_per_hour
        for actions in (
            rules.threshold(model, -2),
            rules.hysteresis(model, 2, 2),
            rules.threshold(model, 1),
        )
    ]
    assert all(fewer < more for fewer, more in pairwise(attempts))


def test_hysteresis_without_a_gap_is_a_threshold() -> None:
    model = GateModel(10, 150, 210_000, 75_000, 120_000, 0.05)
    gapless = evaluate(model, rules.hysteresis(model, 1, 0))
    assert gapless.value_per_hour == pytest.approx(
        evaluate(model, rules.threshold(model, -1)).value_per_hour
    )


def test_a_rare_state_costs_no_digits() -> None:
    """The empty system of 120 agents at load 1.2 has a probability near 1e-60."""
    model = GateModel(120, 1.2 * 120 / 210 * 3600, 210_000, 75_000, 120_000, 0.05)
    chain = Chain(model, rules.never(model))
    gain, _ = chain.gain_and_relative_values()
    assert evaluate(model, rules.never(model)).value_per_hour == pytest.approx(
        gain * 3600, rel=1e-10
    )
    assert 0 < chain.distribution()[0].sum() < 1e-40
