"""How much of an oracle's accepted value the model earns while it learns tastes.

The oracle knows everything but the whim and presents the products with the highest chance x value.
Both are scored by the expected value of what they present (chance averaged over the whim): the
same mean as counting accepted values, with less noise. The model sees drawn reactions only.
"""

from __future__ import annotations

from heapq import nlargest
from random import Random

from marketing.preference_learning import sigmoid
from marketing.preferences import USUALLY_PRESENTED, Preferences, PreferenceSettings
from simulation.taste_population import Population

CONTACTS = 6000
Halves = tuple[float, float]
"""Of the first and of the second half of the contacts."""


def learn_tastes(
    population: Population,
    seed: int,
    settings: PreferenceSettings | None = None,
    contacts: int = CONTACTS,
) -> Halves:
    """Present to `contacts` customers one after the other, learning from each reaction at once.

    Return the shares of the oracle's value.
    """
    draws = Random(f"tastes {population.name} {seed}")
    model = Preferences(settings)
    candidates, places = population.candidates, population.places
    earned, best = [0.0, 0.0], [0.0, 0.0]
    for number in range(contacts):
        visitor = population.visitor(draws.random)
        log_odds = population.log_odds(visitor)
        values = population.expected_values(log_odds)
        context = visitor.context
        selection = model.rank(candidates, context, draws.getrandbits(63))
        half = 2 * number // contacts
        best[half] += sum(nlargest(USUALLY_PRESENTED, values))
        for product in selection.products:
            place = places[product.product_id]
            earned[half] += values[place]
            whim = draws.gauss(0.0, population.whim_sd)
            accepted = draws.random() < sigmoid(log_odds[place] + whim)
            model.apply(model.learn(context, candidates[place], accepted))
    return earned[0] / best[0], earned[1] / best[1]
