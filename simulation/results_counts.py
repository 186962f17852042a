"""What one replication counts, in half-hours: by queue and by agent group.

A contact counts in the half-hour in which it arrived, a marketing attempt in that in which it was
granted, agents' time where it was spent. Only what falls into the counted time is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import TypeVar

from config.base import MINUTE_MS
from queues.metrics import Denominator
from simulation.results_offers import OfferCounts

PERIOD_MS = 30 * MINUTE_MS


@dataclass(slots=True)
class QueueCounts:
    """Numbers of contacts, sums of times (milliseconds) and of values (thousandths).

    `waiting_cost_milli` is the wait of all contacts, however it ended, times its cost. `unserved`
    were still waiting when everybody else had gone. `mode_flips` are changes of the displayed mode,
    `bare_flips` those it would have without its gap; `marketing_mode_ms` how long it was marketing.
    """

    arrived: int = 0
    retried: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    diverted: int = 0
    refused: int = 0
    unserved: int = 0
    waited: int = 0
    waited_behind_marketing: int = 0
    answered_wait_ms: int = 0
    wait_ms: int = 0
    waiting_cost_milli: float = 0.0
    attempts: int = 0
    value_milli: int = 0
    marketing_ms: int = 0
    mode_flips: int = 0
    bare_flips: int = 0
    marketing_mode_ms: int = 0
    level_base: int = 0

    def settle_level_base(self, denominator: Denominator) -> None:
        """Set what the service level is divided by, once everything else is counted."""
        match denominator:
            case "arrived":
                self.level_base = self.arrived
            case "accepted":
                self.level_base = self.answered
            case "arrived_less_short_abandons":
                self.level_base = self.arrived - self.short_abandoned


@dataclass(slots=True)
class GroupCounts:
    """Milliseconds of agents: at work, with a contact in hand, and marketing; contacts handled."""

    staffed_ms: int = 0
    busy_ms: int = 0
    marketing_ms: int = 0
    handled: int = 0


Counts = TypeVar("Counts", QueueCounts, GroupCounts)


def added(kind: type[Counts], many: Iterable[Counts]) -> Counts:
    """Return the sum of counts, key by key."""
    total = kind()
    names = [one.name for one in fields(kind)]
    for counts in many:
        for name in names:
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    return total


@dataclass(slots=True)
class ReplicationCounts:
    """All counts of one replication of one policy: a list of half-hours by queue and by group.

    `contacts` is how many were routed in all, the warm-up included. `offers` is None where
    customers have no tastes.
    """

    from_ms: int
    until_ms: int
    queues: dict[str, list[QueueCounts]] = field(default_factory=dict)
    groups: dict[str, list[GroupCounts]] = field(default_factory=dict)
    contacts: int = 0
    offers: OfferCounts | None = None

    @classmethod
    def empty(
        cls, from_ms: int, until_ms: int, queues: Iterable[str], groups: Iterable[str]
    ) -> ReplicationCounts:
        """Return counts that are all zero."""
        size = -(-(until_ms - from_ms) // PERIOD_MS)
        return cls(
            from_ms,
            until_ms,
            {name: [QueueCounts() for _ in range(size)] for name in queues},
            {name: [GroupCounts() for _ in range(size)] for name in groups},
        )

    def cell(self, queue_id: str, at_ms: int) -> QueueCounts:
        """Return the counts of a queue in the half-hour of a moment that is counted."""
        return self.queues[queue_id][(at_ms - self.from_ms) // PERIOD_MS]

    @property
    def hours(self) -> float:
        """How long was counted."""
        return (self.until_ms - self.from_ms) / (2 * PERIOD_MS)

    @property
    def period_hours(self) -> list[float]:
        """How long each period is; the last may be shorter than the others."""
        size = len(next(iter(self.queues.values())))
        ends = [min(self.from_ms + (i + 1) * PERIOD_MS, self.until_ms) for i in range(size)]
        starts = [self.from_ms + i * PERIOD_MS for i in range(size)]
        return [(end - start) / (2 * PERIOD_MS) for start, end in zip(starts, ends, strict=True)]
