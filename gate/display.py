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
    """The mode of one queue as shown (`is_marketing`) and whether its gate is open (`is_open`).

    `flips` and `bare_flips` count how often the one and the other changed.
    """

    gap: int
    is_marketing: bool = False
    is_open: bool = False
    flips: int = 0
    bare_flips: int = 0

    def see(self, load: int, is_open_at: Callable[[int], bool]) -> bool:
        """Take in the load (contacts waiting less agents idle); tell whether the mode changed.

        `is_open_at` tells whether the gate is open at a load; it must not open as the load grows.
        """
        is_open = is_open_at(load)
        if is_open is not self.is_open:
            self.is_open = is_open
            self.bare_flips += 1
        shall = is_open and (self.is_marketing or is_open_at(load + self.gap))
        if shall is self.is_marketing:
            return False
        self.is_marketing = shall
        self.flips += 1
        return True
