"""Scorecards: an agent's, team's or queue's figures over a period. Pure.

A presentation without a reaction counts as not accepted, so leaving declines out gains nothing.
Expected acceptances come from `agents/standardisation.py`. Values are thousandths, times
milliseconds. A ratio of nothing is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import sqrt

from agents.standardisation import Z_95


@dataclass(slots=True)
class Sums:
    """What adds up. `weighted_milli`: value times difficulty of what was accepted.

    `followed` are handled contacts of known customers whose time for coming back is over, of which
    `recontacted` came back; `satisfied` the sum of answers, each 0 to 1, `satisfied_squares` that
    of their squares; `unpermitted` reactions to products the engine had not permitted;
    `occupied_ms` talk, hold, marketing and wrap-up; `adhered_ms` the part of `scheduled_ms` in a
    working state.
    """

    handled: int = 0
    transferred: int = 0
    handling_ms: int = 0
    answered: int = 0
    rona: int = 0
    followed: int = 0
    recontacted: int = 0
    surveys: int = 0
    satisfied: float = 0.0
    satisfied_squares: float = 0.0
    occupied_ms: int = 0
    ready_ms: int = 0
    scheduled_ms: int = 0
    adhered_ms: int = 0
    unpermitted: int = 0
    presented: int = 0
    reacted: int = 0
    accepted: int = 0
    value_milli: int = 0
    weighted_milli: float = 0.0
    expected: float = 0.0
    variance: float = 0.0

    def merge(self, other: Sums) -> None:
        """Add all of `other`."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def aht_ms(self) -> int | None:
        """Mean talk + hold + wrap-up; None if nothing was handled."""
        return round(self.handling_ms / self.handled) if self.handled else None

    @property
    def transferred_ratio(self) -> float | None:
        """Handed on / handled."""
        return self.transferred / self.handled if self.handled else None

    @property
    def rona_ratio(self) -> float | None:
        """Rung out without an answer / (that + accepted)."""
        offered = self.answered + self.rona
        return self.rona / offered if offered else None

    @property
    def recontacted_ratio(self) -> float | None:
        """Came back within the window / those whose window is over."""
        return self.recontacted / self.followed if self.followed else None

    @property
    def satisfaction_ratio(self) -> float | None:
        """Mean answer, 0 the lowest of its scale and 1 the highest."""
        return self.satisfied / self.surveys if self.surveys else None

    @property
    def satisfaction_half_ratio(self) -> float | None:
        """Half the 95 % interval of `satisfaction_ratio` (normal); None of fewer than 2."""
        if self.surveys < 2:
            return None
        squares = self.satisfied_squares - self.satisfied * self.satisfied / self.surveys
        return Z_95 * sqrt(max(0.0, squares) / (self.surveys - 1) / self.surveys)

    @property
    def occupancy_ratio(self) -> float | None:
        """Occupied / (that + ready), as reports have it."""
        whole_ms = self.occupied_ms + self.ready_ms
        return self.occupied_ms / whole_ms if whole_ms else None

    @property
    def adherence_ratio(self) -> float | None:
        """Share of scheduled work time in which the agent was in a working state."""
        return self.adhered_ms / self.scheduled_ms if self.scheduled_ms else None

    @property
    def compliance_ratio(self) -> float | None:
        """Reactions recorded / products presented."""
        return self.reacted / self.presented if self.presented else None

    @property
    def acceptance_ratio(self) -> float | None:
        """Accepted / presented."""
        return self.accepted / self.presented if self.presented else None

    @property
    def over_expected(self) -> float | None:
        """Accepted less expected given the customers and products; None without presentations."""
        return self.accepted - self.expected if self.presented else None

    @property
    def against_expected(self) -> float | None:
        """Accepted / expected given the customers and products; None if nothing was expected."""
        return self.accepted / self.expected if self.expected else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of `over_expected` by chance alone."""
        return sqrt(self.variance) if self.presented else None


def wilson(accepted: int, presented: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a ratio (Wilson 1927), None of nothing."""
    if presented == 0:
        return None
    z2, ratio = Z_95 * Z_95, accepted / presented
    middle = (ratio + z2 / (2 * presented)) / (1 + z2 / presented)
    spread = ratio * (1 - ratio) / presented + z2 / (4 * presented * presented)
    half = Z_95 * sqrt(spread) / (1 + z2 / presented)
    return max(0.0, middle - half), min(1.0, middle + half)
