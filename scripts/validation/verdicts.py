"""What an estimate says of a target: reached, missed, or too wide to tell."""

from __future__ import annotations

from scripts.validation.estimates import Estimate

YES, OPEN, MISSED = "yes", "open", "**missed**"
FAR = 2.0


def at_least(found: Estimate, target: float) -> str:
    """Return whether the figure is at least the target, by its interval."""
    if found.low >= target:
        return YES
    return MISSED if found.high < target else OPEN


def at_most(found: Estimate, target: float) -> str:
    """Return whether the figure is at most the target, by its interval."""
    return at_least(Estimate(-found.mean, found.half), -target)


def within(found: Estimate, truth: float, tolerance: float) -> str:
    """Return whether the figure is so close to the truth, by its interval."""
    if truth - tolerance <= found.low and found.high <= truth + tolerance:
        return YES
    if found.high < truth - tolerance or found.low > truth + tolerance:
        return MISSED
    return OPEN


class Agreement:
    """Counts how many figures have the truth in their interval.

    About one in twenty has not, by chance; farther than `FAR` half widths (some four standard
    errors) from the truth is a fault.
    """

    def __init__(self) -> None:
        self.figures = self.outside = 0
        self.farthest = 0.0

    def cell(self, found: Estimate, truth: float, digits: int) -> str:
        """Count a figure; return its two cells, marked if the truth is outside the interval."""
        distance = abs(found.mean - truth) / found.half if found.half else 0.0
        self.figures += 1
        self.outside += distance > 1.0
        self.farthest = max(self.farthest, distance)
        mark = "" if distance <= 1.0 else " (outside)" if distance <= FAR else f" {MISSED}"
        return f"{found.text(digits)}{mark} | {truth:.{digits}f}"

    @property
    def is_good(self) -> bool:
        """Whether nothing is farther from the truth than chance explains."""
        return self.farthest <= FAR

    def text(self) -> str:
        """Return the count in words."""
        return (
            f"Of {self.figures} figures the truth is outside the 95 % interval of {self.outside}"
            f" (about {self.figures / 20:.0f} by chance); the farthest is"
            f" {self.farthest:.1f} half widths away."
        )
