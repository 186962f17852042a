"""What a replay found: figures of what was recorded and of each policy, with their intervals.

A contact counts in the half-hour in which it arrived, marketing where it was spent. What a policy
costs is the difference from the policy "never" with the same seed: the same customers, patience
and agents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.base import MINUTE_MS
from simulation.replay_runs import PlayedDay
from simulation.results import BASELINE, Figures, Intervals
from simulation.results_counts import (
    PERIOD_MS,
    GroupCounts,
    QueueCounts,
    ReplicationCounts,
    added,
)
from simulation.results_student import interval

QUIET_LEVEL_RATIO = 0.8
COSTS = ("waiting_minutes", "asa_ms", "service_level_ratio", "abandoned", "waited")


@dataclass(frozen=True, slots=True)
class ReplayPart:
    """The whole, one day or one half-hour: what was recorded, and the figures by policy.

    `quiet` is how many half-hours of it are quiet, of `half_hours` in which anything happened.
    """

    recorded: Figures
    policies: dict[str, Intervals]
    quiet: int
    half_hours: int


@dataclass(frozen=True, slots=True)
class ReplayResults:
    """Everything, by day (YYYY-MM-DD), by half-hour of the day over all days, and by both.

    Half-hours are numbered from midnight: 14 begins at 07:00, 48 at 24:00.
    """

    seeds: int
    total: ReplayPart
    days: dict[str, ReplayPart]
    half_hours: dict[int, ReplayPart]
    days_half_hours: dict[str, dict[int, ReplayPart]]


@dataclass(frozen=True, slots=True)
class _Cell:
    """One half-hour of one day: sums over queues and agents, recorded and by policy and seed."""

    date: str
    slot: int
    recorded: QueueCounts
    runs: dict[str, list[tuple[QueueCounts, GroupCounts]]]

    @property
    def is_empty(self) -> bool:
        """Nobody arrived and nobody was at work."""
        first = self.runs[BASELINE][0]
        return not (self.recorded.arrived or first[0].arrived or first[1].staffed_ms)

    @property
    def is_quiet(self) -> bool:
        """Without marketing enough were answered in time, on average over the seeds."""
        in_time = sum(queues.in_time for queues, _ in self.runs[BASELINE])
        base = sum(queues.level_base for queues, _ in self.runs[BASELINE])
        return in_time >= QUIET_LEVEL_RATIO * base


def results_of_days(days: Sequence[PlayedDay]) -> ReplayResults:
    """Return what the days say, at least one."""
    cells = [cell for day in days for cell in _cells(day) if not cell.is_empty]
    dates = [day.plan.date for day in days]
    slots = sorted({cell.slot for cell in cells})
    return ReplayResults(
        seeds=len(days[0].runs[BASELINE]),
        total=_part(cells),
        days={date: _part(_of(cells, date)) for date in dates},
        half_hours={slot: _part([one for one in cells if one.slot == slot]) for slot in slots},
        days_half_hours={
            date: {cell.slot: _part([cell]) for cell in _of(cells, date)} for date in dates
        },
    )


def _of(cells: Iterable[_Cell], date: str) -> list[_Cell]:
    return [one for one in cells if one.date == date]


def _cells(day: PlayedDay) -> list[_Cell]:
    first = (day.plan.start_ms - day.plan.midnight_ms) // PERIOD_MS
    size = len(next(iter(day.recorded.queues.values())))
    return [
        _Cell(
            day.plan.date,
            first + index,
            _sums(day.recorded, index)[0],
            {name: [_sums(one, index) for one in runs] for name, runs in day.runs.items()},
        )
        for index in range(size)
    ]


def _sums(counts: ReplicationCounts, index: int) -> tuple[QueueCounts, GroupCounts]:
    return (
        added(QueueCounts, (cells[index] for cells in counts.queues.values())),
        added(GroupCounts, (cells[index] for cells in counts.groups.values())),
    )


def _part(cells: Sequence[_Cell]) -> ReplayPart:
    seeds = range(len(cells[0].runs[BASELINE])) if cells else range(0)
    names = list(cells[0].runs) if cells else []
    figures = {name: [_of_seed(cells, name, seed) for seed in seeds] for name in names}
    return ReplayPart(
        recorded=_plain(added(QueueCounts, (one.recorded for one in cells))),
        policies={
            name: _intervals([_with_costs(*pair) for pair in zip(ones, never, strict=True)])
            for name, ones in figures.items()
            for never in (figures[BASELINE],)
        },
        quiet=sum(one.is_quiet for one in cells),
        half_hours=len(cells),
    )


def _of_seed(cells: Sequence[_Cell], name: str, seed: int) -> Figures:
    queues = added(QueueCounts, (one.runs[name][seed][0] for one in cells))
    agents = added(GroupCounts, (one.runs[name][seed][1] for one in cells))
    quiet_ms = sum(one.runs[name][seed][1].marketing_ms for one in cells if one.is_quiet)
    return {
        **_plain(queues),
        "unserved": queues.unserved,
        "refused": queues.refused,
        "waited_behind_marketing": queues.waited_behind_marketing,
        "marketing_minutes": agents.marketing_ms / MINUTE_MS,
        "quiet_marketing_minutes": quiet_ms / MINUTE_MS,
        "occupancy_ratio": _ratio(agents.busy_ms, agents.staffed_ms),
        "value": queues.value_milli / 1000,
        "waiting_cost": queues.waiting_cost_milli / 1000,
    }


def _plain(counts: QueueCounts) -> Figures:
    """Return the figures that the record has, too."""
    return {
        "arrived": counts.arrived,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "diverted": counts.diverted,
        "service_level_ratio": _ratio(counts.in_time, counts.level_base),
        "abandoned_ratio": _ratio(counts.abandoned, counts.arrived),
        "asa_ms": _ratio(counts.answered_wait_ms, counts.answered),
        "waited": counts.waited,
        "waiting_minutes": counts.wait_ms / MINUTE_MS,
        "attempts": counts.attempts,
        "marketing_minutes": counts.marketing_ms / MINUTE_MS,
    }


def _with_costs(one: Figures, never: Figures) -> Figures:
    costs = {f"{name}_added": _minus(one[name], never[name]) for name in COSTS}
    net, base = (_minus(figures["value"], figures["waiting_cost"]) for figures in (one, never))
    return {**one, **costs, "net_value": _minus(net, base)}


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _intervals(seeds: Sequence[Figures]) -> Intervals:
    return {name: interval([one[name] for one in seeds]) for name in seeds[0]}
