"""Figures of the demo's day so far, from what its callers saw. Instants are ms since midnight."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulation.demo_people import Caller
from simulation.recorded_figures import (
    HALF_HOUR_MS,
    SERVICE_LEVEL_THRESHOLD_MS,
    DayFigures,
    Fate,
    figures_from,
)
from simulation.recorded_plan import PlannedContact


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue now, and its day so far.

    Both service levels = answered within the threshold ÷ arrived, None if nobody arrived: of those
    who arrived in the last half-hour, and of all. `asa_ms` is None if nobody was answered.
    """

    waiting: int
    longest_ms: int
    talking: int
    arrived: int
    answered: int
    abandoned: int
    level_now_ratio: float | None
    level_ratio: float | None
    asa_ms: int | None


def queue_line(callers: Iterable[Caller], now_ms: int) -> QueueLine:
    """The line for these callers."""
    callers = list(callers)
    waits_ms = [one.wait_ms for one in callers if one.wait_ms is not None]
    waiting_since = [one.contact.at_ms for one in callers if one.is_waiting]
    recent = [one for one in callers if one.contact.at_ms > now_ms - HALF_HOUR_MS]
    return QueueLine(
        waiting=len(waiting_since),
        longest_ms=now_ms - min(waiting_since, default=now_ms),
        talking=sum(one.answered_ms is not None and one.gone_ms is None for one in callers),
        arrived=len(callers),
        answered=len(waits_ms),
        abandoned=sum(one.has_abandoned for one in callers),
        level_now_ratio=_level_ratio(recent),
        level_ratio=_level_ratio(callers),
        asa_ms=round(sum(waits_ms) / len(waits_ms)) if waits_ms else None,
    )


def _level_ratio(callers: list[Caller]) -> float | None:
    if not callers:
        return None
    waits_ms = (one.wait_ms for one in callers)
    in_time = sum(ms is not None and ms <= SERVICE_LEVEL_THRESHOLD_MS for ms in waits_ms)
    return in_time / len(callers)


def routed_figures(callers: Iterable[Caller]) -> DayFigures:
    """Figures of all callers who were answered or gave up; none who still waits counts."""
    callers = list(callers)
    waits_ms = [one.wait_ms for one in callers if one.wait_ms is not None]
    return figures_from(waits_ms, sum(one.has_abandoned for one in callers))


def recorded_by_now(contacts: Iterable[PlannedContact], now_ms: int) -> DayFigures:
    """What the record says of the contacts whose wait was over by `now_ms`."""
    over = [one for one in contacts if one.at_ms + one.recorded_wait_ms <= now_ms]
    answered = [one.recorded_wait_ms for one in over if one.recorded_fate is Fate.ANSWERED]
    return figures_from(answered, abandoned=len(over) - len(answered))
