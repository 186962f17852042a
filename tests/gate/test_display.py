"""The displayed mode: slow to marketing, quick to serving."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gate.display import DisplayedMode


def seen(gap: int, loads: list[int], threshold: int = -1) -> list[bool]:
    mode = DisplayedMode(gap)
    shown = []
    for load in loads:
        mode.see(load, lambda one: one <= threshold)
        shown.append(mode.is_marketing)
    return shown


def test_it_shows_marketing_one_idle_agent_later_than_the_gate_opens() -> None:
    assert seen(1, [0, -1, -2, -1, 0, -1]) == [False, False, True, True, False, False]
    assert seen(0, [0, -1, -2, -1, 0, -1]) == [False, True, True, True, False, True]


def test_it_tells_and_counts_its_changes_and_those_of_the_gate() -> None:
    mode = DisplayedMode(1)
    changes = [mode.see(load, lambda one: one <= -1) for load in (0, -1, 0, -1, -2, 0)]
    assert changes == [False, False, False, False, True, True]
    assert (mode.flips, mode.bare_flips) == (2, 4)


@given(st.lists(st.integers(-5, 5), max_size=60), st.integers(0, 4), st.integers(-3, 3))
def test_a_closed_gate_is_never_shown_as_marketing(
    loads: list[int], gap: int, threshold: int
) -> None:
    for load, shown in zip(loads, seen(gap, loads, threshold), strict=True):
        assert not shown or load <= threshold


def test_a_gap_of_one_halves_the_flips_of_a_wandering_load() -> None:
    random, mode, load = Random(1), DisplayedMode(1), 0
    for _ in range(10_000):
        load = min(max(load + random.choice((-1, 1)), -10), 10)
        mode.see(load, lambda one: one <= -1)
    assert 0 < 2 * mode.flips <= mode.bare_flips * 1.05
