"""What marketing did in the demo's day: the gate's answers, rounds, and what customers said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bus.decision_messages import MarketingDecidedMessage
from contacts.vocabulary import ReactionKind
from simulation.demo_customers import Said
from simulation.demo_window import clock_text
from simulation.recorded_figures import HALF_HOUR_MS

PRODUCTS_REASON = "products_"
"""How the codes begin by which nothing may be presented, though the load would permit it."""


@dataclass(slots=True)
class HalfHour:
    """The gate's answers in one half-hour: how often it was asked, and was open."""

    asked: int = 0
    opened: int = 0

    @property
    def open_ratio(self) -> float | None:
        """Share of the answers that were yes, for the load alone; None: nobody asked."""
        return self.opened / self.asked if self.asked else None


@dataclass(slots=True)
class MarketingDay:
    """The day so far. `value_milli` is of what was accepted, thousandths.

    `half_hours` by number since midnight; `barred`: why no product was presented though the load
    permitted it, by code.
    """

    half_hours: dict[int, HalfHour] = field(default_factory=dict)
    rounds: int = 0
    presented: int = 0
    value_milli: int = 0
    reactions: Counter[ReactionKind] = field(default_factory=Counter)
    barred: Counter[str] = field(default_factory=Counter)

    def decided(self, answer: MarketingDecidedMessage, now_ms: int) -> None:
        """Count an answer of the gate."""
        slot = self.half_hours.setdefault(now_ms // HALF_HOUR_MS, HalfHour())
        slot.asked += 1
        is_for_products = answer.reason.startswith(PRODUCTS_REASON)
        slot.opened += answer.granted or is_for_products
        if is_for_products:
            self.barred[answer.reason.removeprefix(PRODUCTS_REASON)] += 1

    def said(self, answers: list[Said], values_milli: dict[str, int]) -> None:
        """Count a round's reactions."""
        self.rounds += 1
        for one in answers:
            self.reactions[one.reaction] += 1
            if one.reaction is not ReactionKind.NOT_PRESENTED:
                self.presented += 1
            if one.reaction is ReactionKind.ACCEPTED:
                self.value_milli += values_milli[one.product_id]

    def as_json(self) -> dict[str, Any]:
        """The day as `tidegate demo --json` prints it."""
        return {
            "rounds": self.rounds,
            "presented": self.presented,
            "value_milli": self.value_milli,
            "reactions": {str(kind): self.reactions[kind] for kind in ReactionKind},
            "not_presented_because": dict(self.barred.most_common()),
            "gate": [
                {
                    "from": clock_text(number * HALF_HOUR_MS),
                    "asked": one.asked,
                    "open": one.opened,
                }
                for number, one in sorted(self.half_hours.items())
            ],
        }
