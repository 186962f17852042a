"""What a load run measured, and how latencies are summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

SETTLING_RATIO = 0.4
"""The part of a run after which completions are counted: longer than a contact takes."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """A distribution in milliseconds; None where nothing was measured."""

    count: int
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    p999: float | None = None
    max: float | None = None

    @classmethod
    def of_seconds(cls, samples: Sequence[float]) -> Self:
        """Sum up samples given in seconds."""
        if not samples:
            return cls(0)
        ordered = sorted(samples)
        at = [nearest_rank(ordered, ratio) for ratio in (0.5, 0.9, 0.99, 0.999, 1.0)]
        return cls(len(ordered), *(round(one * 1_000, 3) for one in at))


def nearest_rank(ordered: Sequence[float], ratio: float) -> float:
    """Return the sample below or at which `ratio` of the sorted samples are (nearest rank)."""
    rank = -(-len(ordered) * ratio // 1)
    return ordered[max(int(rank), 1) - 1]


class Measured:
    """Counts and samples taken while a run goes on; times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.offered = 0
        self.repeats = 0
        self.withdrawn = 0
        self.errors: Counter[str] = Counter()
        self.first_arrival_s = 0.0
        self.last_arrival_s = 0.0
        self.completed_s: list[float] = []
        self.arrival_to_reservation_s: list[float] = []
        self.freed_to_reservation_s: list[float] = []
        self.reply_s: list[float] = []
        self.late_s: list[float] = []
        """How much later than planned the generator itself sent each arrival."""

    def forget_setting_up(self) -> None:
        """Begin to measure: what signing in cost is no part of the run."""
        self.repeats = 0
        self.errors.clear()
        self.reply_s.clear()
        self.completed_s.clear()

    def arrived_per_s(self) -> float | None:
        """Return the rate at which contacts really arrived; None if there was one only."""
        seconds = self.last_arrival_s - self.first_arrival_s
        return round(self.offered / seconds, 1) if seconds > 0 else None

    def completed_per_s(self) -> float | None:
        """Return contacts completed a second, once as many are in hand as will be.

        Counted over the last part of the time in which contacts arrive: neither the start, when
        nobody can be finished yet, nor the end dilutes it. None if nobody was.
        """
        seconds = (self.last_arrival_s - self.first_arrival_s) * (1 - SETTLING_RATIO)
        since_s = self.last_arrival_s - seconds
        counted = sum(1 for one in self.completed_s if since_s < one <= self.last_arrival_s)
        return round(counted / seconds, 1) if counted else None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The figures of one run.

    `arrival_to_reservation_ms` is from the publication of an arrival to the reservation at the
    agent's client, for contacts that found an agent free; `freed_to_reservation_ms` is from the
    publication of the end of wrap-up to that agent's next reservation, while contacts waited.
    """

    rate_per_s: float
    agents: int
    talk_ms: float
    offered: int
    journaled: int
    busy: int
    rejected: int
    unanswered: int
    completed: int
    conserved: bool
    seconds: float
    arrived_per_s: float | None
    completed_per_s: float | None
    arrival_to_reservation_ms: Percentiles
    freed_to_reservation_ms: Percentiles
    reply_ms: Percentiles
    generator_late_ms: Percentiles
    repeats: int
    withdrawn: int
    errors: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON knows it."""
        return asdict(self)
