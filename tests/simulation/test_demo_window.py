"""Cutting a day to a window: who calls in it, who is at work, and what cannot be played."""

import pytest

from simulation.demo_window import WindowError, clock_text, cut_plan, parse_clock
from simulation.recorded_plan import DayPlan, build_day_plan
from simulation.recorded_staffing import Pause, Span

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def plan() -> DayPlan:
    return build_day_plan("1999-02-01", seed=1)


def test_the_whole_day_stays_as_it_is(plan: DayPlan) -> None:
    assert cut_plan(plan, None, None) == plan


def test_two_halves_have_the_calls_of_the_whole(plan: DayPlan) -> None:
    noon_ms = 12 * HOUR_MS
    morning, evening = cut_plan(plan, None, noon_ms), cut_plan(plan, noon_ms, None)
    assert morning.calls + evening.calls == plan.calls
    assert morning.recorded.arrived + evening.recorded.arrived == plan.recorded.arrived
    assert morning.recorded.abandoned + evening.recorded.abandoned == plan.recorded.abandoned
    assert morning.open_hours == Span(plan.open_hours.from_ms, noon_ms)


def test_agents_come_at_the_beginning_and_rest_of_a_pause_stays(plan: DayPlan) -> None:
    shift = next(s for s in plan.shifts if s.pauses)
    pause = shift.pauses[0]
    middle_ms = pause.due_ms + 1_000
    cut = cut_plan(plan, middle_ms, middle_ms + HOUR_MS)
    cut_shift = next(s for s in cut.shifts if s.agent_id == shift.agent_id)
    assert cut_shift.from_ms == middle_ms
    assert cut_shift.pauses[0] == Pause(middle_ms, pause.duration_ms - 1_000)
    assert cut_shift.pauses[1:] == shift.pauses[1:]


def test_who_is_not_at_work_then_is_left_out(plan: DayPlan) -> None:
    cut = cut_plan(plan, 7 * HOUR_MS, 8 * HOUR_MS)
    assert {s.agent_id for s in cut.shifts} < {s.agent_id for s in plan.shifts}
    assert all(s.from_ms < 8 * HOUR_MS for s in cut.shifts)


@pytest.mark.parametrize("hours", [(1, 3), (10, 10), (11, 10)])
def test_a_window_without_callers_is_refused(plan: DayPlan, hours: tuple[int, int]) -> None:
    with pytest.raises(WindowError, match=r"nobody calls from .* calls come 06:59 to 23:58"):
        cut_plan(plan, hours[0] * HOUR_MS, hours[1] * HOUR_MS)


@pytest.mark.parametrize(
    ("text", "at_ms"), [("9:30", 34_200_000), ("00:00", 0), ("24:00", 86_400_000)]
)
def test_times_of_day_are_read(text: str, at_ms: int) -> None:
    assert parse_clock(text) == at_ms


@pytest.mark.parametrize("text", ["", "9", "9.30", "24:01", "25:00", "12:60", "-1:00", "noon"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(WindowError, match="not a time of day"):
        parse_clock(text)


def test_times_of_day_are_written() -> None:
    assert clock_text(34_205_999) == "09:30"
    assert clock_text(34_205_999, seconds=True) == "09:30:05"
    assert clock_text(86_438_000, seconds=True) == "24:00:38"
