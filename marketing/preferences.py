"""Which products a customer is likely to accept, learned on line from reactions.

A Bayesian logistic model over sparse, hierarchical features (`preference_features.py`), updated in
one step per reaction (`preference_learning.py`). State is the sum of what was learned: `learn`
returns every value a reaction sets and changes nothing, `apply` sets them and computes nothing. So
a journal of `Learned` values gives the same state on every machine. Draws come from the seed given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from marketing.inclusion import Bounds
from marketing.preference_attributes import Attributes
from marketing.preference_features import (
    BIAS,
    Feature,
    all_features,
    category_features,
    product_features,
    shared_features,
)
from marketing.preference_learning import chance, log_odds, updated, weight_of
from marketing.preference_ranking import (
    Drawn,
    Scored,
    category_limits,
    drawn,
    scored_by_category,
)
from marketing.preference_values import (
    UNKNOWN,
    Candidate,
    CustomerContext,
    Learned,
    Presented,
    Selection,
    Term,
    Weight,
    WeightName,
    check_candidates,
)

FEWEST_PRESENTED = 1
MOST_PRESENTED = 20
USUALLY_PRESENTED = 4


class PreferenceSettings(msgspec.Struct, frozen=True):
    """How products are selected.

    At most `most_of_category` products of one category are presented, unless every product of
    another is worth less than `fits_ratio` of one more. The log-odds with which a product is drawn
    are above their mean by at most `most_deviations` standard deviations; 0 presents the best and
    explores nothing. `most_terms` parts of a chance are told as its reasons.
    """

    most_of_category: int = 2
    fits_ratio: float = 0.8
    most_deviations: float = 1.5
    most_terms: int = 3

    def __post_init__(self) -> None:
        if self.most_of_category < 1:
            raise ValueError(f"most_of_category is {self.most_of_category}; give 1 or more")
        if not 0.0 <= self.fits_ratio <= 1.0:
            raise ValueError(f"fits_ratio is {self.fits_ratio}; give 0 to 1")
        if not 0.0 <= self.most_deviations <= 5.0:
            raise ValueError(f"most_deviations is {self.most_deviations}; give 0 to 5")


class Preferences:
    """What has been learned of customers' preferences.

    Memory grows with the features seen, never with contacts: at most reasons x products, and what
    `preference_attributes.py` bounds.
    """

    def __init__(self, settings: PreferenceSettings | None = None) -> None:
        self.settings = settings or PreferenceSettings()
        self.weights: dict[WeightName, Weight] = {}
        self._attributes = Attributes()

    def rank(
        self,
        candidates: Sequence[Candidate],
        context: CustomerContext,
        seed: int,
        presented: int = USUALLY_PRESENTED,
    ) -> Selection:
        """Return the `presented` products for this customer, the highest expected value first.

        The same state, arguments and seed (any integer) give the same selection; it changes
        nothing. Raises ValueError for a candidate given twice, a value below 0, an attribute that
        is not finite, or a number of products that is not 1 to 20.
        """
        check_candidates(candidates)
        if not FEWEST_PRESENTED <= presented <= MOST_PRESENTED:
            raise ValueError(
                f"presented is {presented}; give {FEWEST_PRESENTED} to {MOST_PRESENTED} products"
            )
        settings = self.settings
        scored, bounds = self.scored(candidates, context, settings.most_deviations)
        limits = category_limits(scored, presented, settings.most_of_category, settings.fits_ratio)
        chosen = drawn(scored, bounds, presented, limits, seed)
        products = tuple(self._presented(context, one) for one in chosen)
        return Selection(products=products, seed=seed, asked=presented)

    def scored(
        self, candidates: Sequence[Candidate], context: CustomerContext, deviations: float
    ) -> tuple[list[list[Scored]], list[list[Bounds]]]:
        """Return all candidates by category, and the bounds of their scores; see `Scored`."""
        attributes = self._attributes.features(context)
        shared = shared_features(context, attributes)
        return scored_by_category(self.weights, context, shared, attributes, candidates, deviations)

    def chance(self, context: CustomerContext, candidate: Candidate) -> float:
        """Return the predicted probability that the customer accepts the product if presented."""
        attributes = self._attributes.features(context)
        return chance(*log_odds(self.weights, all_features(context, candidate, attributes)))

    def learn(self, context: CustomerContext, candidate: Candidate, accepted: bool) -> Learned:
        """Return every value that this reaction sets; `apply` sets them."""
        spreads, levels = self._attributes.seen(context)
        attributes = self._attributes.features(context)
        features = all_features(context, candidate, attributes)
        return Learned(
            weights=updated(self.weights, features, accepted), spreads=spreads, levels=levels
        )

    def apply(self, learned: Learned) -> None:
        """Set what was learned."""
        self.weights.update(learned.weights)
        self._attributes.apply(learned.spreads, learned.levels)

    def snapshot(self) -> Learned:
        """Return everything learned; applied to new preferences it gives the same state."""
        spreads, levels = self._attributes.snapshot()
        return Learned(weights=tuple(self.weights.items()), spreads=spreads, levels=levels)

    def _presented(self, context: CustomerContext, one: Drawn) -> Presented:
        candidate = one.scored.candidate
        cell = ("reason_category", context.reason or UNKNOWN, candidate.category)
        similar = weight_of(self.weights, cell)
        return Presented(
            product_id=candidate.product_id,
            chance=one.scored.chance,
            expected_milli=one.scored.expected_milli,
            propensity_ppb=one.propensity_ppb,
            terms=self._terms(context, candidate),
            similar_presented=similar.presented,
            similar_accepted=similar.accepted,
        )

    def _terms(self, context: CustomerContext, candidate: Candidate) -> tuple[Term, ...]:
        """Return what raises the chance of this product, then what raises those of all products.

        Each the largest first. What lowers the chance is no reason to present the product.
        """
        attributes = self._attributes.features(context)
        of_this = [
            *category_features(context, candidate.category, attributes),
            *product_features(context, candidate.product_id),
        ]
        of_all = shared_features(context, attributes)
        told = (*self._raising(of_this), *self._raising(of_all))
        return told[: self.settings.most_terms]

    def _raising(self, features: Iterable[Feature]) -> list[Term]:
        """Return the parts above 0, the largest first, without the bias."""
        terms = (
            Term(name, x * weight_of(self.weights, name).mean)
            for name, x in features
            if name != BIAS
        )
        return sorted((one for one in terms if one.log_odds > 0.0), key=lambda one: -one.log_odds)
