"""Items in order, with the first at hand.

Nearly always it is the first that is looked at, joined in front of, or taken out: the agent who is
next, the contact served next, the deadline that is due. So it is kept apart from the others; where
there are no others, coming and going costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from sortedcontainers import SortedList

Item = TypeVar("Item", bound=tuple[Any, ...])


class Ordered(Generic[Item]):
    """Tuples, the smallest first, none twice. Adding and removing is logarithmic.

    `first` is the smallest, None if there is none.
    """

    __slots__ = ("_others", "first")

    def __init__(self) -> None:
        self.first: Item | None = None
        self._others: SortedList[Item] = SortedList()

    def add(self, item: Item) -> None:
        """Put the item in its place."""
        first = self.first
        if first is None:
            self.first = item
        elif item < first:
            self.first = item
            self._others.add(first)
        else:
            self._others.add(item)

    def remove(self, item: Item) -> None:
        """Take the item out; raises ValueError if it is not there."""
        if item != self.first:
            self._others.remove(item)
        elif self._others:
            self.first = self._others.pop(0)
        else:
            self.first = None

    def count_before(self, item: Item) -> int:
        """Return how many items are smaller than this one, which need not be there."""
        if self.first is None or item <= self.first:
            return 0
        return 1 + self._others.bisect_left(item)

    def __iter__(self) -> Iterator[Item]:
        if self.first is not None:
            yield self.first
            yield from self._others

    def __len__(self) -> int:
        return 0 if self.first is None else 1 + len(self._others)
