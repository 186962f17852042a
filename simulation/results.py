"""The results of a simulation: figures per policy, with how sure they are.

`value_per_hour` is what marketing brought less what waiting cost (each customer's wait times the
queue's `gate.wait_cost_milli_per_s`), per hour, less the same of the policy "never" with the same
customers: what marketing is worth over not marketing at all (`docs/gate.md`).
`net_value_per_hour` is the same without subtracting "never".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config.base import HOUR_MS
from simulation.results_counts import GroupCounts, QueueCounts, ReplicationCounts, added
from simulation.results_offers import offer_intervals
from simulation.results_student import Interval, interval

Figures = dict[str, float | None]
Intervals = dict[str, Interval]
BASELINE = "never"

MAIN_FIGURES = (
    "attempts_per_hour",
    "value_per_hour",
    "service_level_ratio",
    "abandoned_ratio",
    "asa_ms",
    "occupancy_ratio",
    "mode_flips_per_hour",
)


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """The figures of one half-hour, that begins at `from_ms`."""

    from_ms: int
    figures: Intervals


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """The figures of one policy: all together, by queue, by agent group and by half-hour.

    `offers` is what came of presenting products, empty where customers have no tastes.
    """

    figures: Intervals
    queues: dict[str, Intervals] = field(default_factory=dict)
    groups: dict[str, Intervals] = field(default_factory=dict)
    periods: list[PeriodResult] = field(default_factory=list)
    offers: Intervals = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a policy has more than the one it is compared with, replication by replication."""

    policy: str
    than: str
    figures: Intervals


@dataclass(frozen=True, slots=True)
class Results:
    """All policies, and each compared with the first. `contacts` were routed in all."""

    replications: int
    hours: float
    contacts: int
    policies: dict[str, PolicyResult]
    comparisons: list[Comparison]


def results_of(policies: Sequence[str], runs: dict[str, list[ReplicationCounts]]) -> Results:
    """Return the results of `policies`; `runs` has their replications and those of "never".

    The n-th replication of each policy must have the same customers.
    """
    base = runs[BASELINE]
    totals = {name: _over_replications(_total, runs[name], base) for name in policies}
    found = {
        name: PolicyResult(
            figures=_intervals(totals[name]),
            queues={
                queue: _intervals(_over_replications(_queue(queue), runs[name], base))
                for queue in base[0].queues
            },
            groups={
                group: _intervals(
                    [_group_figures(one.groups[group], one.hours) for one in runs[name]]
                )
                for group in base[0].groups
            },
            periods=_periods(runs[name], base),
            offers=offer_intervals([one.offers for one in runs[name] if one.offers is not None]),
        )
        for name in policies
    }
    first = policies[0]
    comparisons = [
        Comparison(name, first, _differences(totals[name], totals[first])) for name in policies[1:]
    ]
    contacts = sum(one.contacts for name in policies for one in runs[name])
    return Results(len(base), base[0].hours, contacts, found, comparisons)


# --- figures of one replication ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of one replication: all of it, a queue or a half-hour."""

    queues: QueueCounts
    groups: GroupCounts | None
    hours: float


def _total(counts: ReplicationCounts) -> _Part:
    queues = added(QueueCounts, (one for cells in counts.queues.values() for one in cells))
    groups = added(GroupCounts, (one for cells in counts.groups.values() for one in cells))
    return _Part(queues, groups, counts.hours)


def _queue(name: str) -> Callable[[ReplicationCounts], _Part]:
    return lambda counts: _Part(added(QueueCounts, counts.queues[name]), None, counts.hours)


def _period(index: int) -> Callable[[ReplicationCounts], _Part]:
    def part(counts: ReplicationCounts) -> _Part:
        queues = added(QueueCounts, (cells[index] for cells in counts.queues.values()))
        groups = added(GroupCounts, (cells[index] for cells in counts.groups.values()))
        return _Part(queues, groups, counts.period_hours[index])

    return part


def _over_replications(
    part_of: Callable[[ReplicationCounts], _Part],
    runs: Sequence[ReplicationCounts],
    base: Sequence[ReplicationCounts],
) -> list[Figures]:
    return [_figures(part_of(one), part_of(never)) for one, never in zip(runs, base, strict=True)]


def _figures(part: _Part, never: _Part) -> Figures:
    counts, hours = part.queues, part.hours
    net = _net_value(part)
    figures: Figures = {
        "attempts_per_hour": counts.attempts / hours,
        "value_per_hour": (net - _net_value(never)) / hours,
        "net_value_per_hour": net / hours,
        "service_level_ratio": _ratio(counts.in_time, counts.level_base),
        "abandoned_ratio": _ratio(counts.abandoned, counts.arrived),
        "asa_ms": _ratio(counts.answered_wait_ms, counts.answered),
        "mode_flips_per_hour": counts.mode_flips / hours,
        "bare_mode_flips_per_hour": counts.bare_flips / hours,
        "marketing_mode_ratio": counts.marketing_mode_ms / (hours * HOUR_MS),
        "arrived_per_hour": counts.arrived / hours,
        "retried_per_hour": counts.retried / hours,
        "waited_ratio": _ratio(counts.waited, counts.arrived),
        "waited_behind_marketing_ratio": _ratio(counts.waited_behind_marketing, counts.arrived),
        "diverted_ratio": _ratio(counts.diverted, counts.arrived),
        "unserved_ratio": _ratio(counts.unserved, counts.arrived),
        "refused_ratio": _ratio(counts.refused, counts.arrived + counts.refused),
    }
    if part.groups is not None:
        figures["occupancy_ratio"] = _ratio(part.groups.busy_ms, part.groups.staffed_ms)
        figures["agents"] = part.groups.staffed_ms / (hours * HOUR_MS)
    return figures


def _net_value(part: _Part) -> float:
    return (part.queues.value_milli - part.queues.waiting_cost_milli) / 1000


def _group_figures(cells: Sequence[GroupCounts], hours: float) -> Figures:
    counts = added(GroupCounts, cells)
    return {
        "agents": counts.staffed_ms / (hours * HOUR_MS),
        "occupancy_ratio": _ratio(counts.busy_ms, counts.staffed_ms),
        "marketing_ratio": _ratio(counts.marketing_ms, counts.staffed_ms),
        "handled_per_hour": counts.handled / hours,
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


# --- over replications ---------------------------------------------------------------------


def _intervals(replications: Sequence[Figures]) -> Intervals:
    return {name: interval([one[name] for one in replications]) for name in replications[0]}


def _periods(
    runs: Sequence[ReplicationCounts], base: Sequence[ReplicationCounts]
) -> list[PeriodResult]:
    starts = range(base[0].from_ms, base[0].until_ms, HOUR_MS // 2)
    return [
        PeriodResult(from_ms, _intervals(_over_replications(_period(index), runs, base)))
        for index, from_ms in enumerate(starts)
    ]


def _differences(ones: Sequence[Figures], others: Sequence[Figures]) -> Intervals:
    return {name: interval(_minus(ones, others, name)) for name in MAIN_FIGURES}


def _minus(ones: Sequence[Figures], others: Sequence[Figures], name: str) -> list[float | None]:
    pairs = [(one[name], other[name]) for one, other in zip(ones, others, strict=True)]
    return [a - b if a is not None and b is not None else None for a, b in pairs]
