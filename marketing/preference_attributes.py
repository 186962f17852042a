"""A customer's attributes as features: words as they are, numbers standardised on line.

A number counts twice: as its distance from the mean in standard deviations (bounded), and as the
bin it falls into, for what does not rise or fall evenly. Mean and deviation are those of the
reactions seen so far (Welford 1962). An attribute that is not known has a feature that says so.
"""

from __future__ import annotations

from math import sqrt

from marketing.preference_features import Feature
from marketing.preference_values import (
    UNKNOWN,
    AttributeValue,
    CustomerContext,
    Spread,
    check_number,
)

MOST_ATTRIBUTES = 100
MOST_LEVELS = 100
OTHER = "*"
"""Stands for every word beyond `MOST_LEVELS`; no id is a star."""
MOST_DEVIATIONS = 3.0
BIN_BORDERS = (-1.0, 0.0, 1.0)

Spreads = tuple[tuple[str, Spread], ...]
Levels = tuple[tuple[str, str], ...]
"""Words of attributes: (attribute, word)."""


class Attributes:
    """Which attributes there are, their words, and how their numbers are spread. Bounded."""

    def __init__(self) -> None:
        self.spreads: dict[str, Spread] = {}
        self.levels: dict[str, set[str]] = {}

    def features(self, context: CustomerContext) -> list[Feature]:
        """Return the features of a customer's attributes, two for a number, one for a word.

        Raises ValueError for a number that is not finite.
        """
        given = context.attributes
        names = self._names()
        if not given.keys() <= names:
            fresh = sorted(given.keys() - names)
            names = names.union(fresh[: MOST_ATTRIBUTES - len(names)])
        features: list[Feature] = []
        for name in sorted(names):
            features += self._of(name, given.get(name))
        return features

    def seen(self, context: CustomerContext) -> tuple[Spreads, Levels]:
        """Return the spreads and the new words that hold once this customer has been seen."""
        spreads: list[tuple[str, Spread]] = []
        levels: list[tuple[str, str]] = []
        room = MOST_ATTRIBUTES - len(self._names())
        for name, value in sorted(context.attributes.items()):
            known = name in self.levels or name in self.spreads
            if value is None or (not known and room <= 0):
                continue
            room -= not known
            if isinstance(value, str):
                words = self.levels.get(name, ())
                if value not in words and len(words) < MOST_LEVELS:
                    levels.append((name, value))
            else:
                check_number(name, value)
                spreads.append((name, _widened(self.spreads.get(name), float(value))))
        return tuple(spreads), tuple(levels)

    def apply(self, spreads: Spreads, levels: Levels) -> None:
        """Set what `seen` returned."""
        self.spreads.update(spreads)
        for name, word in levels:
            self.levels.setdefault(name, set()).add(word)

    def snapshot(self) -> tuple[Spreads, Levels]:
        """Return everything, in a fixed order."""
        levels = [(name, word) for name, words in self.levels.items() for word in sorted(words)]
        return tuple(self.spreads.items()), tuple(levels)

    def _names(self) -> set[str]:
        return self.levels.keys() | self.spreads.keys()

    def _of(self, name: str, value: AttributeValue) -> list[Feature]:
        if value is None:
            return [(("level", name, UNKNOWN), 1.0)]
        if isinstance(value, str):
            words = self.levels.get(name, ())
            word = value if value in words or len(words) < MOST_LEVELS else OTHER
            return [(("level", name, word), 1.0)]
        check_number(name, value)
        spread = self.spreads.get(name)
        if spread is None or spread.squares <= 0.0:
            return []
        away = (value - spread.mean) / sqrt(spread.squares / spread.count)
        away = max(-MOST_DEVIATIONS, min(MOST_DEVIATIONS, away))
        place = sum(away > border for border in BIN_BORDERS)
        return [(("number", name), away), (("bin", name, str(place)), 1.0)]


def _widened(spread: Spread | None, number: float) -> Spread:
    if spread is None:
        return Spread(count=1, mean=number, squares=0.0)
    count = spread.count + 1
    away = number - spread.mean
    mean = spread.mean + away / count
    return Spread(count=count, mean=mean, squares=spread.squares + away * (number - mean))
