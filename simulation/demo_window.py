"""A part of a day: the plan cut to the hours that are to be played."""

import re
from collections.abc import Iterable
from dataclasses import replace

from simulation.recorded_figures import DayFigures, Fate, figures_from
from simulation.recorded_plan import DayPlan, PlannedContact
from simulation.recorded_staffing import Pause, Shift, Span

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


class WindowError(ValueError):
    """A window that can't be played; the text says which and what can."""


def parse_clock(text: str) -> int:
    """Milliseconds since midnight of HH:MM, at most 24:00; raises `WindowError`."""
    match = _CLOCK.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else 24 * 60 + 1
    if minutes > 24 * 60:
        raise WindowError(f"{text!r} is not a time of day; write it like 09:30, at most 24:00")
    return minutes * 60_000


def clock_text(at_ms: int, *, seconds: bool = False) -> str:
    """The time of day, HH:MM or HH:MM:SS, of ms since midnight; hours go on after 24."""
    minutes, second = divmod(at_ms // 1000, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{second:02d}" if seconds else text


def cut_plan(plan: DayPlan, from_ms: int | None, until_ms: int | None) -> DayPlan:
    """The part of the day from `from_ms` until `until_ms` (since midnight; None: as it was).

    Contacts count by when they enter the queue. The part begins with empty queues; who paused at
    its beginning pauses for the rest of that pause. Raises `WindowError` if nobody calls in it.
    """
    span = Span(
        plan.open_hours.from_ms if from_ms is None else from_ms,
        plan.open_hours.until_ms if until_ms is None else until_ms,
    )
    calls = tuple(c for c in plan.calls if span.from_ms <= c.at_ms < span.until_ms)
    if not calls:
        first, last = clock_text(plan.calls[0].at_ms), clock_text(plan.calls[-1].at_ms)
        asked = f"from {clock_text(span.from_ms)} to {clock_text(span.until_ms)}"
        raise WindowError(f"nobody calls {asked}; on {plan.date} calls come {first} to {last}")
    at_work = (s for s in plan.shifts if s.from_ms < span.until_ms and s.until_ms > span.from_ms)
    return replace(
        plan,
        open_hours=span,
        calls=calls,
        shifts=tuple(_cut_shift(shift, from_ms or 0) for shift in at_work),
        recorded=recorded_figures(calls),
    )


def recorded_figures(contacts: Iterable[PlannedContact]) -> DayFigures:
    """What the record says became of these contacts."""
    fates = [(c.recorded_fate, c.recorded_wait_ms) for c in contacts]
    waits_ms = [wait_ms for fate, wait_ms in fates if fate is Fate.ANSWERED]
    return figures_from(waits_ms, abandoned=len(fates) - len(waits_ms))


def _cut_shift(shift: Shift, from_ms: int) -> Shift:
    pauses = tuple(
        _cut_pause(pause, from_ms)
        for pause in shift.pauses
        if pause.due_ms + pause.duration_ms > from_ms
    )
    return replace(shift, from_ms=max(shift.from_ms, from_ms), pauses=pauses)


def _cut_pause(pause: Pause, from_ms: int) -> Pause:
    due_ms = max(pause.due_ms, from_ms)
    return Pause(due_ms, pause.due_ms + pause.duration_ms - due_ms)
