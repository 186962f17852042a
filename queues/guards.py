"""Guard rails: limits on service that close a queue's gate, whatever its policy says.

Feedback on measured service is too slow to steer by (it captures 0.86 of the optimum over a day,
against 0.996 for the live load), so it only bounds what the policy does. Service level alone
could be met by letting those wait who have waited too long already; so abandonment and the
longest wait have limits of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.gate import GuardSettings
from queues.metrics import Denominator, QueueCounts


@dataclass(frozen=True, slots=True)
class Service:
    """How a queue's service is: counts of the sliding window, and two figures of this moment.

    `occupancy_ratio` is the busy share of the agents who are ready; None without any.
    """

    counts: QueueCounts
    denominator: Denominator
    longest_wait_ms: int
    occupancy_ratio: float | None


@dataclass(frozen=True, slots=True)
class BrokenGuard:
    """The guard rail that was hit: its name, what was measured, and its limit."""

    name: str
    measured: float
    limit: float


def broken_guard(guards: GuardSettings, service: Service) -> BrokenGuard | None:
    """Return the first guard rail that is hit, None if there is none."""
    for name, measured, limit, is_floor in _rails(guards, service):
        if measured is None or limit is None:
            continue
        if measured < limit if is_floor else measured > limit:
            return BrokenGuard(name, measured, limit)
    return None


def _rails(
    guards: GuardSettings, service: Service
) -> list[tuple[str, float | None, float | None, bool]]:
    """Each rail: name, measured, limit, and whether the limit is the least that will do."""
    counts = service.counts
    enough = counts.arrived >= guards.min_arrived
    level = counts.service_level_ratio(service.denominator) if enough else None
    abandoned = counts.abandoned_ratio if enough else None
    return [
        ("longest_wait", service.longest_wait_ms, guards.longest_wait_max_ms, False),
        ("service_level", level, guards.service_level_min_ratio, True),
        ("abandoned", abandoned, guards.abandoned_max_ratio, False),
        ("occupancy", service.occupancy_ratio, guards.occupancy_max_ratio, False),
    ]
