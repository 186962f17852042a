"""Kaplan-Meier against published values, and draws that respect what was seen."""

import math
import random

import pytest

from simulation.recorded_patience import (
    PatienceEstimate,
    SurvivalStep,
    WaitObservation,
    estimate_patience,
    kaplan_meier,
)

# Remission times of 21 leukaemia patients on 6-MP (Freireich et al., Blood 21 (1963) 699-716),
# the usual textbook example; "+" means censored.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_kaplan_meier_gives_the_textbook_values() -> None:
    observed = [
        WaitObservation(int(word.rstrip("+")), not word.endswith("+")) for word in REMISSION.split()
    ]
    random.Random(1).shuffle(observed)
    estimate = {step.at_ms: step.survival_ratio for step in kaplan_meier(observed)}
    assert estimate == pytest.approx(PUBLISHED, abs=0.0006)


def test_without_censoring_it_is_the_plain_share() -> None:
    observed = [WaitObservation(ms, True) for ms in (10, 20, 20, 40)]
    assert [s.survival_ratio for s in kaplan_meier(observed)] == pytest.approx([0.75, 0.25, 0.0])


def exponential_record(mean_ms: float, calls: int) -> list[WaitObservation]:
    """Callers with exponential patience, most of whom are served before they lose it."""
    rng = random.Random(7)
    observed = []
    for _ in range(calls):
        patience_ms, served_ms = rng.expovariate(1 / mean_ms), rng.expovariate(3 / mean_ms)
        observed.append(
            WaitObservation(round(min(patience_ms, served_ms)), patience_ms < served_ms)
        )
    return observed


def test_the_estimate_finds_the_patience_behind_the_censoring() -> None:
    observed = exponential_record(300_000, 4_000)
    estimate = estimate_patience(observed)
    assert 1 / estimate.tail_hazard_per_ms == pytest.approx(300_000, rel=0.25)
    for wait_ms in (30_000, 100_000, 600_000):
        expected = math.exp(-wait_ms / 300_000)
        assert estimate.survival_ratio(wait_ms) == pytest.approx(expected, abs=0.05)
    naive = sum(o.wait_ms for o in observed if o.hung_up) / sum(o.hung_up for o in observed)
    rng = random.Random(3)
    drawn = [estimate.draw_beyond(0, rng) for _ in range(4_000)]
    assert naive < 100_000 < 250_000 < sum(drawn) / len(drawn) < 350_000


def test_survival_only_falls_and_never_reaches_nothing() -> None:
    estimate = estimate_patience([WaitObservation(ms * 1000, True) for ms in range(1, 101)])
    values = [estimate.survival_ratio(ms) for ms in range(0, 300_000, 500)]
    assert values[0] == 1.0
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_draws_lie_beyond_the_wait_already_seen() -> None:
    estimate = estimate_patience(exponential_record(100_000, 1_000))
    rng = random.Random(5)
    for wait_ms in (0, 999, 50_000, estimate.tail_from_ms, estimate.tail_from_ms * 10):
        assert all(estimate.draw_beyond(wait_ms, rng) > wait_ms for _ in range(200))


def test_draws_follow_the_conditional_distribution() -> None:
    steps = (SurvivalStep(10, 0.8), SurvivalStep(20, 0.4))
    estimate = PatienceEstimate(steps, tail_from_ms=20, tail_hazard_per_ms=0.01)
    rng = random.Random(11)
    drawn = [estimate.draw_beyond(10, rng) for _ in range(20_000)]
    assert drawn.count(20) / len(drawn) == pytest.approx(0.5, abs=0.02)
    tail = [ms - 20 for ms in drawn if ms > 20]
    assert sum(tail) / len(tail) == pytest.approx(100, rel=0.05)


def test_too_few_hang_ups_are_refused() -> None:
    observed = [WaitObservation(1000 * n, True) for n in range(10)]
    with pytest.raises(ValueError, match="9 hang-ups are too few"):
        estimate_patience(observed)
    assert estimate_patience([*observed, WaitObservation(20_000, True)]).tail_hazard_per_ms > 0


def test_equal_waits_are_no_obstacle() -> None:
    estimate = estimate_patience([WaitObservation(1_000, True)] * 20)
    assert estimate.tail_hazard_per_ms == pytest.approx(1 / 1_000)
