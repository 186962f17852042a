"""Expected acceptances and weights, against known values and a search by brute force."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.standardisation import (
    PRIOR_SD,
    Trials,
    added_up,
    byar,
    difficulty_of,
    expected_of,
    segment_chances,
)

SEGMENTS = ("a", "b", "c")
fares = st.integers(1, 300).flatmap(
    lambda presented: st.integers(0, presented).map(lambda accepted: Trials(presented, accepted))
)
mixes = st.dictionaries(st.sampled_from(SEGMENTS), fares, min_size=1)


def test_byar_of_known_figures() -> None:
    """10 observed: 4.79 to 18.39, where the exact Poisson interval is 4.80 to 18.39."""
    assert byar(10, 1.0) == pytest.approx((4.79, 18.39), abs=0.01)
    assert byar(10, 5.0) == pytest.approx((4.79 / 5, 18.39 / 5), abs=0.01)
    low, high = byar(0, 2.0) or (None, None)
    assert low == 0.0
    assert high == pytest.approx(3.69 / 2, abs=0.03)
    assert byar(3, 0.0) is None


@given(parts=st.lists(mixes, min_size=1, max_size=6))
def test_what_is_expected_of_all_is_what_was_observed(parts: list[dict[str, Trials]]) -> None:
    everybody = added_up(parts)
    expected = sum(expected_of(part, everybody)[0] for part in parts)
    assert expected == pytest.approx(sum(one.accepted for one in everybody.values()))


def log_posterior(
    easier: float, mix: dict[str, Trials], chances: dict[str, float], before: float
) -> float:
    result = -((easier + log(before)) ** 2) / (2 * PRIOR_SD**2)
    for segment, one in mix.items():
        odds = chances[segment] / (1 - chances[segment]) * exp(easier)
        result += one.accepted * log(odds) - one.presented * log(1 + odds)
    return result


@given(mix=mixes, before=st.floats(0.2, 5.0), seed=st.tuples(fares, fares, fares))
def test_the_weight_is_the_mode_of_its_posterior(
    mix: dict[str, Trials], before: float, seed: tuple[Trials, Trials, Trials]
) -> None:
    chances = segment_chances(dict(zip(SEGMENTS, seed, strict=True)))
    found = difficulty_of(mix, chances, before)
    if not 0.01 < found.weight < 100:
        return
    here = log_posterior(-log(found.weight), mix, chances, before)
    for step in (-0.05, -0.001, 0.001, 0.05):
        assert log_posterior(-log(found.weight) + step, mix, chances, before) <= here + 1e-9
    assert found.low < found.weight < found.high


@pytest.mark.parametrize("before", [0.5, 1.0, 3.0])
def test_a_few_trials_decide_nothing_and_many_decide(before: float) -> None:
    chances = {"a": 0.2}
    few = difficulty_of({"a": Trials(3, 0)}, chances, before)
    assert few.weight == pytest.approx(before, rel=0.25)
    # 1,000 of 9,000 are odds of 1/8 where 1/4 is average: twice as hard.
    many = difficulty_of({"a": Trials(9_000, 1_000)}, chances, before)
    assert many.weight == pytest.approx(2.0, rel=0.02)
    assert many.high / many.low < few.high / few.low / 4


def test_a_segment_without_trials_has_the_overall_rate() -> None:
    chances = segment_chances({"many": Trials(980, 98), "none": Trials(0, 0)})
    assert chances["none"] == pytest.approx(0.1, abs=0.001)
