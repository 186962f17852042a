"""Rankings to compare: what each would present to a customer, as probabilities. Pure.

A ranking looks at the products that were permitted and at what the preference model knew at that
moment, and says how likely it presents each. All present as many products, at most as many of a
category, as the engine did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from marketing.inclusion import PPB, Bounds
from marketing.preference_ranking import Scored, category_limits, inclusion_parts, place_of
from marketing.preference_values import Candidate, CustomerContext
from marketing.preferences import Preferences

MOST_EXPLORATION = 5.0
EXPLORATION = "exploration"

Groups = Sequence[Sequence[Scored]]
Inclusion = Mapping[str, float]
"""The probability of being presented by product; a product that is not in it has 0."""


class Choice(NamedTuple):
    """What there is to choose from for one customer, and what the models know.

    `presented` products are shown; `playbook` knows the catalogue's playbook and has learned
    nothing.
    """

    candidates: Sequence[Candidate]
    context: CustomerContext
    preferences: Preferences
    playbook: Preferences
    presented: int


class Logged(NamedTuple):
    """The candidates by category, scored by the model; how many of each category may be shown; and
    the engine's own probabilities.
    """

    scored: list[list[Scored]]
    limits: list[int]
    parts: list[list[int]]


class Ranking(NamedTuple):
    """A ranking by its name, and how it chooses."""

    name: str
    inclusion: Callable[[Choice, Logged], Inclusion]


def logged(choice: Choice) -> Logged:
    """Return what the engine made of a choice, by its own code."""
    settings = choice.preferences.settings
    scored, bounds = choice.preferences.scored(
        choice.candidates, choice.context, settings.most_deviations
    )
    limits = category_limits(
        scored, choice.presented, settings.most_of_category, settings.fits_ratio
    )
    return Logged(scored, limits, inclusion_parts(bounds, choice.presented, limits))


def parse_ranking(text: str) -> Ranking:
    """Return the ranking of this name. Raises ValueError, saying which there are."""
    name, equals, number = text.partition("=")
    if name == EXPLORATION and equals:
        return Ranking(text, _exploring(_deviations(text, number)))
    if text not in RANKINGS:
        raise ValueError(
            f"there is no ranking {text!r}; give {', '.join(RANKINGS)} or {EXPLORATION}=K"
            f" with K from 0 to {MOST_EXPLORATION:g}"
        )
    return Ranking(text, RANKINGS[text])


def _as_logged(choice: Choice, logged: Logged) -> Inclusion:
    return _by_product(logged.scored, logged.parts)


def _greedy(choice: Choice, logged: Logged) -> Inclusion:
    return _best(choice, logged, logged.scored, lambda one: one.expected_milli)


def _highest_chance(choice: Choice, logged: Logged) -> Inclusion:
    return _best(choice, logged, logged.scored, lambda one: one.chance)


def _highest_value(choice: Choice, logged: Logged) -> Inclusion:
    return _best(choice, logged, logged.scored, lambda one: float(one.candidate.value_milli))


def _playbook(choice: Choice, logged: Logged) -> Inclusion:
    scored, _ = choice.playbook.scored(choice.candidates, choice.context, 0.0)
    return _best(choice, logged, scored, lambda one: one.expected_milli)


def _uniform(choice: Choice, logged: Logged) -> Inclusion:
    return _drawn(choice, logged, logged.scored, [[(0.0, 1.0)] * len(one) for one in logged.scored])


def _exploring(deviations: float) -> Callable[[Choice, Logged], Inclusion]:
    def inclusion(choice: Choice, logged: Logged) -> Inclusion:
        scored, bounds = choice.preferences.scored(choice.candidates, choice.context, deviations)
        return _drawn(choice, logged, scored, bounds)

    return inclusion


RANKINGS: dict[str, Callable[[Choice, Logged], Inclusion]] = {
    "logged": _as_logged,
    "greedy": _greedy,
    "playbook": _playbook,
    "highest-chance": _highest_chance,
    "highest-value": _highest_value,
    "uniform": _uniform,
}
"""Rankings by name: as the engine did; the highest expected value, with nothing left to chance; the
same by the playbook alone; the highest chance; the highest value; every product as likely."""


def _drawn(
    choice: Choice, logged: Logged, scored: Groups, bounds: Sequence[Sequence[Bounds]]
) -> Inclusion:
    return _by_product(scored, inclusion_parts(bounds, choice.presented, logged.limits))


def _by_product(scored: Groups, parts: Sequence[Sequence[int]]) -> Inclusion:
    return {
        one.candidate.product_id: part / PPB
        for group, of_group in zip(scored, parts, strict=True)
        for one, part in zip(group, of_group, strict=True)
        if part
    }


def _best(
    choice: Choice, logged: Logged, scored: Groups, score: Callable[[Scored], float]
) -> Inclusion:
    """Present the products with the highest scores, equal ones in the order of their ids."""

    def place(one: Scored) -> tuple[float, tuple[str, str]]:
        return -score(one), place_of(one.candidate)

    limited = zip(scored, logged.limits, strict=True)
    kept = [sorted(group, key=place)[:most] for group, most in limited]
    best = sorted((one for group in kept for one in group), key=place)
    return {one.candidate.product_id: 1.0 for one in best[: choice.presented]}


def _deviations(text: str, number: str) -> float:
    try:
        deviations = float(number)
    except ValueError:
        deviations = -1.0
    if not isfinite(deviations) or not 0.0 <= deviations <= MOST_EXPLORATION:
        raise ValueError(
            f"ranking {text!r}: give {EXPLORATION}=K with K from 0 to {MOST_EXPLORATION:g}, the"
            " standard deviations by which a product's log-odds are drawn above their mean"
        )
    return deviations
