"""What the record says happened: how each call ended, and the day's figures.

Nothing here is estimated. `arrived` counts calls that entered a queue or were served, without
phantoms, and is therefore always `answered + abandoned`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulation.recorded import RecordedCall, RecordedOutcome

HALF_HOUR_MS = 30 * 60_000
SWITCH_HANG_UP_MS = 30_000
SERVICE_LEVEL_THRESHOLD_MS = 20_000


class Fate(StrEnum):
    """How a recorded call ended, once the faults of the record are accounted for."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    LEFT_IN_MENU = "left in menu"
    SWITCH_HANG_UP = "switch hang-up"
    PHANTOM = "phantom"


ARRIVED = frozenset({Fate.ANSWERED, Fate.ABANDONED})


def fate_of(call: RecordedCall) -> Fate:
    """Classify a call; every kind of faulty row has its place.

    * PHANTOM is ignored, whatever else the row says.
    * HANG without a queue entry left in the voice menu: it never arrived.
    * HANG with a queue entry abandoned after its `wait_ms`, also when that is 0, and also when
      the row shows a service without an agent.
    * AGENT with an agent was answered, also when the service time is missing or 0.
    * AGENT without an agent and under 30 s of service was hung up by the switch: abandoned if it
      had entered a queue, else it never arrived. Four in five of these rows last under 13 s.
    * AGENT without an agent and 30 s or more was answered by someone the record does not name.
    """
    if call.outcome is RecordedOutcome.PHANTOM:
        return Fate.PHANTOM
    waited = call.queue_entry_ms is not None
    if call.outcome is RecordedOutcome.HANG:
        return Fate.ABANDONED if waited else Fate.LEFT_IN_MENU
    if call.agent_id is None and call.service_ms < SWITCH_HANG_UP_MS:
        return Fate.ABANDONED if waited else Fate.SWITCH_HANG_UP
    return Fate.ANSWERED


def count_fates(calls: Iterable[RecordedCall]) -> dict[Fate, int]:
    """How many calls ended in each way; every `Fate` is present."""
    counts = Counter(fate_of(call) for call in calls)
    return {fate: counts[fate] for fate in Fate}


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of a set of calls.

    `service_level_ratio` = answered within the threshold ÷ arrived (1.0 when none arrived);
    `asa_ms` = mean wait of the answered, those served at once included (0 when none).
    """

    arrived: int
    answered: int
    abandoned: int
    service_level_ratio: float
    asa_ms: int


def figures_of(
    calls: Iterable[RecordedCall], threshold_ms: int = SERVICE_LEVEL_THRESHOLD_MS
) -> DayFigures:
    """The figures of `calls` (any fates); `threshold_ms` is inclusive."""
    fates = [(fate_of(call), call.wait_ms) for call in calls]
    waits_ms = [wait_ms for fate, wait_ms in fates if fate is Fate.ANSWERED]
    abandoned = sum(fate is Fate.ABANDONED for fate, _ in fates)
    return figures_from(waits_ms, abandoned, threshold_ms)


def figures_from(
    waits_ms: Sequence[int], abandoned: int, threshold_ms: int = SERVICE_LEVEL_THRESHOLD_MS
) -> DayFigures:
    """The figures of as many abandoned calls and of answered ones that waited `waits_ms`."""
    arrived = len(waits_ms) + abandoned
    in_time = sum(wait_ms <= threshold_ms for wait_ms in waits_ms)
    return DayFigures(
        arrived=arrived,
        answered=len(waits_ms),
        abandoned=abandoned,
        service_level_ratio=in_time / arrived if arrived else 1.0,
        asa_ms=round(sum(waits_ms) / len(waits_ms)) if waits_ms else 0,
    )


def figures_by_half_hour(
    calls: Iterable[RecordedCall], threshold_ms: int = SERVICE_LEVEL_THRESHOLD_MS
) -> dict[int, DayFigures]:
    """Figures by the half-hour of `entry_ms`; keys are the starts in ms since midnight, in order.

    Half-hours in which nothing arrived are left out.
    """
    groups: dict[int, list[RecordedCall]] = {}
    for call in calls:
        if fate_of(call) in ARRIVED:
            groups.setdefault(call.entry_ms // HALF_HOUR_MS * HALF_HOUR_MS, []).append(call)
    return {start: figures_of(groups[start], threshold_ms) for start in sorted(groups)}
