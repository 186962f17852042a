"""How much of an oracle's accepted value the model earns while it learns tastes.

The oracle knows everything but the whim and presents the products with the highest chance x value.
Both are scored by the expected value of what they present (chance averaged over the whim): the
same mean as counting accepted values, with less noise. The model sees drawn reactions only.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest
from random import Random

from marketing.preference_learning import sigmoid
from marketing.preferences import Preferences, PreferenceSettings
from simulation.taste_population import Population

CONTACTS = 6000


@dataclass(frozen=True)
class TasteScore:
    """Shares of the oracle's value, over the first and the second half of the contacts.

    `ruled_*`: of an oracle that keeps to the same limit per category.
    """

    early: float
    late: float
    ruled_early: float
    ruled_late: float


def learn_tastes(
    population: Population, seed: int, settings: PreferenceSettings, contacts: int = CONTACTS
) -> TasteScore:
    """Present to `contacts` customers one after the other, learning from each reaction at once."""
    draws = Random(f"tastes {population.name} {seed}")
    model = Preferences(settings)
    candidates = population.candidates
    places = {one.product_id: place for place, one in enumerate(candidates)}
    earned, best, ruled = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
    for number in range(contacts):
        visitor = population.visitor(draws.random)
        log_odds = population.log_odds(visitor)
        values = population.expected_values(log_odds)
        context = visitor.context
        selection = model.rank(candidates, context, draws.getrandbits(63))
        half = 2 * number // contacts
        best[half] += sum(nlargest(settings.presented, values))
        ruled[half] += _best_by_rule(population, values, settings)
        for product in selection.products:
            place = places[product.product_id]
            earned[half] += values[place]
            whim = draws.gauss(0.0, population.whim_sd)
            accepted = draws.random() < sigmoid(log_odds[place] + whim)
            model.apply(model.learn(context, candidates[place], accepted))
    return TasteScore(
        earned[0] / best[0], earned[1] / best[1], earned[0] / ruled[0], earned[1] / ruled[1]
    )


def _best_by_rule(
    population: Population, values: list[float], settings: PreferenceSettings
) -> float:
    """Return the most value with at most `most_of_category` products of a category."""
    by_category: dict[int, list[float]] = {}
    for category, value in zip(population.categories, values, strict=True):
        by_category.setdefault(category, []).append(value)
    kept = [nlargest(settings.most_of_category, members) for members in by_category.values()]
    return sum(nlargest(settings.presented, (value for members in kept for value in members)))
