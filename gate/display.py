"""The mode shown to people: steadier than the decision, and quick to say that it is time to serve.

The decision is made for each contact; what is shown should not flicker. So marketing is shown only
once the gate would stay open with `gap` idle agents fewer, and serving as soon as it is closed:
hysteresis on the way to marketing, none, and no minimum dwell, on the way to serving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class DisplayedMode:
    """The mode of one queue as shown, and how often it changed. `gap` 0 shows the bare gate."""

    gap: int
    is_marketing: bool = False
    flips: int = 0

    def see(self, load: int, is_open: Callable[[int], bool]) -> bool:
        """Take in the load (contacts waiting less agents idle); tell whether the mode changed.

        `is_open` tells whether the gate is open at a load, and must not open as the load grows.
        """
        shall = is_open(load if self.is_marketing else load + self.gap)
        if shall == self.is_marketing:
            return False
        self.is_marketing = shall
        self.flips += 1
        return True
