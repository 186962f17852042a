"""Shifts, pauses and after-call work: by hand on a few calls, and complete on the real day."""

from simulation.recorded import RecordedCall, RecordedOutcome, load_calls
from simulation.recorded_figures import ARRIVED, fate_of
from simulation.recorded_staffing import (
    Pause,
    Shift,
    Span,
    estimate_wrap_up_ms,
    infer_shifts,
    merge_spans,
    service_span,
    services_by_agent,
)

DAY = "1999-02-01"


def served(
    agent: str, start_s: int, service_s: int, wait_s: int = 0, kind: str = "PS"
) -> RecordedCall:
    """A call that began waiting at `start_s - wait_s` and was then served by `agent`."""
    return RecordedCall(
        call_id=f"{agent}-{start_s}",
        date=DAY,
        line="AA0101",
        customer_id=None,
        priority=0,
        call_type=kind,
        arrival_ms=(start_s - wait_s) * 1000,
        menu_ms=0,
        queue_entry_ms=(start_s - wait_s) * 1000 if wait_s else None,
        wait_ms=wait_s * 1000,
        outcome=RecordedOutcome.AGENT,
        service_start_ms=start_s * 1000,
        service_ms=service_s * 1000,
        agent_id=agent,
    )


def test_a_shift_runs_from_first_start_to_last_end_with_the_skills_used() -> None:
    calls = [served("b", 500, 50, kind="NW"), served("a", 50, 5), served("b", 100, 60)]
    assert infer_shifts(calls, 0) == (
        Shift("a", ("regular",), 50_000, 55_000, ()),
        Shift("b", ("prospects", "regular"), 100_000, 550_000, ()),
    )


def test_a_gap_in_which_callers_waited_is_a_pause_after_the_wrap_up() -> None:
    calls = [served("a", 0, 100), served("b", 340, 10, wait_s=200), served("a", 400, 10)]
    (shift, _) = infer_shifts(calls, 5_000)
    assert shift.pauses == (Pause(105_000, 295_000),)


def test_a_gap_is_no_pause_when_nobody_the_agent_can_serve_waited_long() -> None:
    quiet = [served("a", 0, 100), served("a", 900, 10)]
    brief = [*quiet, served("b", 340, 10, wait_s=30)]
    others = [*quiet, served("b", 340, 10, wait_s=200, kind="IN")]
    for calls in (quiet, brief, others):
        assert infer_shifts(calls, 5_000)[0].pauses == ()


def test_waits_at_the_same_time_count_once() -> None:
    overlapping = [served("b", 340, 10, wait_s=20), served("c", 345, 10, wait_s=20)]
    calls = [served("a", 0, 100), served("a", 900, 10), *overlapping]
    assert infer_shifts(calls, 5_000)[0].pauses == ()


def test_wrap_up_is_the_median_gap_before_a_caller_who_was_already_waiting() -> None:
    calls = [
        served("a", 0, 100),
        served("a", 104, 96, wait_s=30),
        served("a", 206, 94, wait_s=30),
        served("a", 340, 60, wait_s=90),
        served("a", 1000, 10),
        served("a", 1200, 10, wait_s=20),
    ]
    assert estimate_wrap_up_ms(calls) == 6_000
    assert estimate_wrap_up_ms(calls[:1]) == 0


def test_spans_merge() -> None:
    spans = [Span(5, 9), Span(0, 2), Span(2, 4), Span(6, 7)]
    assert merge_spans(spans) == [Span(0, 4), Span(5, 9)]
    assert merge_spans([]) == []


def test_every_recorded_service_lies_in_its_agents_shift_and_outside_pauses() -> None:
    calls = [call for call in load_calls(DAY) if fate_of(call) in ARRIVED]
    wrap_up_ms = estimate_wrap_up_ms(calls)
    shifts = {shift.agent_id: shift for shift in infer_shifts(calls, wrap_up_ms)}
    checked = 0
    for agent_id, agents_calls in services_by_agent(calls).items():
        shift = shifts[agent_id]
        for call in agents_calls:
            span = service_span(call)
            assert call.queue_id in shift.skills
            assert shift.from_ms <= span.from_ms <= span.until_ms <= shift.until_ms
            assert not any(
                p.due_ms < span.until_ms and span.from_ms < p.due_ms + p.duration_ms
                for p in shift.pauses
            )
            checked += 1
    assert checked == sum(c.agent_id is not None for c in calls) == 1333
    assert wrap_up_ms == 5_000
    assert len(shifts) == 16
