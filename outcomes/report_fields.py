"""Report lines as named figures, the same for JSON and CSV. Times are milliseconds."""

from __future__ import annotations

from collections.abc import Iterable

from outcomes.periods import Period
from outcomes.reports import AgentLine, QueueLine
from queues.agent_times import Activity, AgentSums
from queues.metrics import Denominator, QueueCounts, total

Fields = dict[str, str | int | float | None]

RATIO_DIGITS = 4


def queue_fields(line: QueueLine, period: Period) -> Fields:
    """Return the figures of one queue in one interval."""
    start, until = map(period.in_words, line.interval)
    figures = queue_figures(line.counts, line.denominator)
    return {"from": start, "until": until, "queue_id": line.queue_id, **figures}


def agent_fields(line: AgentLine, period: Period) -> Fields:
    """Return the figures of one agent in one interval."""
    start, until = map(period.in_words, line.interval)
    return {"from": start, "until": until, "agent_id": line.agent_id, **agent_figures(line.sums)}


def queue_figures(counts: QueueCounts, denominator: Denominator | None) -> Fields:
    """Return counts and what follows from them; no denominator, no service level."""
    level = None if denominator is None else counts.service_level_ratio(denominator)
    return {
        "arrived": counts.arrived,
        "accepted": counts.accepted,
        "accepted_in_time": counts.accepted_in_time,
        "abandoned": counts.abandoned,
        "short_abandoned": counts.short_abandoned,
        "refused": counts.refused,
        "diverted": counts.diverted,
        "moved": counts.moved,
        "removed": counts.removed,
        "waiting": counts.waiting,
        "transferred_out": counts.transferred_out,
        "rona": counts.rona,
        "service_level_ratio": _rounded(level),
        "abandoned_ratio": _rounded(counts.abandoned_ratio),
        "asa_ms": counts.asa_ms,
        "aht_ms": counts.aht_ms,
        "longest_wait_ms": counts.longest_wait_ms,
        "marketing_ms": counts.marketing_ms,
    }


def agent_figures(sums: AgentSums) -> Fields:
    """Return an agent's counts and times."""
    times = {f"{activity}_ms": sums.time_ms[activity] for activity in Activity}
    return {
        "accepted": sums.accepted,
        "rona": sums.rona,
        **times,
        "occupancy_ratio": _rounded(sums.occupancy_ratio),
    }


def queue_total(lines: Iterable[QueueLine]) -> Fields:
    """Return the figures of all lines together; a service level only if all count it alike."""
    lines = list(lines)
    denominators = {line.denominator for line in lines}
    shared = denominators.pop() if len(denominators) == 1 else None
    return queue_figures(total(line.counts for line in lines), shared)


def agent_total(lines: Iterable[AgentLine]) -> Fields:
    """Return the figures of all lines together."""
    sums = AgentSums()
    for line in lines:
        sums.merge(line.sums)
    return agent_figures(sums)


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, RATIO_DIGITS)
