"""What comes of presenting products to customers with tastes: counts, and figures an hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.base import HOUR_MS
from contacts.vocabulary import ReactionKind
from simulation.results_student import Interval, interval

NOBODY = Interval(0.0, None, None)
"""The figure of a code that barred nobody under a policy."""


@dataclass(slots=True)
class OfferCounts:
    """Counts of one replication between two moments.

    A round counts when its reactions are recorded. `barred` are contacts with an open gate and
    nothing to present, by the code that barred most. `value_milli` is of what was accepted.
    """

    from_ms: int
    until_ms: int
    rounds: int = 0
    value_milli: int = 0
    opt_outs: int = 0
    reactions: Counter[str] = field(default_factory=Counter)
    barred: Counter[str] = field(default_factory=Counter)

    def round(
        self, kinds: Sequence[ReactionKind], value_milli: int, *, opted_out: bool, now_ms: int
    ) -> None:
        """Count one round with what its customer said to each product."""
        if not self._counts(now_ms):
            return
        self.rounds += any(one is not ReactionKind.NOT_PRESENTED for one in kinds)
        self.reactions.update(str(one) for one in kinds)
        self.value_milli += value_milli
        self.opt_outs += opted_out

    def nothing(self, code: str, now_ms: int) -> None:
        """Count a contact to which nothing may be presented."""
        if self._counts(now_ms):
            self.barred[code] += 1

    def figures(self) -> dict[str, float]:
        """Return everything per hour; accepted value in whole units."""
        hours = (self.until_ms - self.from_ms) / HOUR_MS
        said = {str(kind): self.reactions[kind] / hours for kind in ReactionKind}
        presented = sum(said.values()) - said[ReactionKind.NOT_PRESENTED]
        return {
            "rounds_per_hour": self.rounds / hours,
            "presented_per_hour": presented,
            **{f"{kind}_per_hour": count for kind, count in said.items()},
            "accepted_value_per_hour": self.value_milli / 1000 / hours,
            "opt_outs_per_hour": self.opt_outs / hours,
            **{f"barred_{code}_per_hour": self.barred[code] / hours for code in self.barred},
        }

    def _counts(self, now_ms: int) -> bool:
        return self.from_ms <= now_ms < self.until_ms


def by_figure(policies: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, Interval]]:
    """Return, for each figure that any policy has, the intervals by policy."""
    names = dict.fromkeys(name for figures in policies.values() for name in figures)
    return {
        name: {policy: figures.get(name, NOBODY) for policy, figures in policies.items()}
        for name in names
    }


def offer_intervals(replications: Sequence[OfferCounts]) -> dict[str, Interval]:
    """Return each figure over the replications; a code that barred nobody in one counts as 0."""
    all_figures = [one.figures() for one in replications]
    names = list(dict.fromkeys(name for figures in all_figures for name in figures))
    return {name: interval([one.get(name, 0.0) for one in all_figures]) for name in names}
