"""What the preference model takes and gives, as immutable values. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import isfinite
from typing import Protocol

import msgspec

AttributeValue = str | float | None
WeightName = tuple[str, ...]
"""A feature's group and the ids it is about: `("reason_category", "statement", "cards")`."""

UNKNOWN = ""
"""Stands in a name for what is not known; no id is empty."""


class CustomerContext(Protocol):
    """Who the customer is and why they are in contact. None is: not known, never zero."""

    @property
    def reason(self) -> str | None:
        """The reason of this contact."""

    @property
    def segment(self) -> str | None:
        """The customer's segment."""

    @property
    def owned_categories(self) -> Collection[str] | None:
        """The categories in which the customer has a product."""

    @property
    def attributes(self) -> Mapping[str, AttributeValue]:
        """Whatever else is known: words and numbers. A left out attribute is not known."""


class Context(msgspec.Struct, frozen=True):
    """A customer's context as a plain value."""

    reason: str | None = None
    segment: str | None = None
    owned_categories: tuple[str, ...] | None = None
    attributes: dict[str, AttributeValue] = {}


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A product that may be presented. `value_milli`: what an acceptance earns, in thousandths."""

    product_id: str
    category: str
    value_milli: int


class Weight(msgspec.Struct, frozen=True, gc=False):
    """What is known of one feature: a normal distribution in log-odds, and how often it was seen.

    `precision` is 1 ÷ variance; `accepted` of `presented` reactions had this feature.
    """

    mean: float
    precision: float
    presented: int = 0
    accepted: int = 0


class Spread(msgspec.Struct, frozen=True, gc=False):
    """How an attribute's numbers are spread: count, mean, and sum of squared differences."""

    count: int
    mean: float
    squares: float


class Learned(msgspec.Struct, frozen=True):
    """Every value that one reaction sets: a decision carries it, `Preferences.apply` sets it."""

    weights: tuple[tuple[WeightName, Weight], ...] = ()
    spreads: tuple[tuple[str, Spread], ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    """New words of attributes: (attribute, word)."""


class Term(msgspec.Struct, frozen=True, gc=False):
    """One part of a chance: the feature, and what it adds to the log-odds."""

    feature: WeightName
    log_odds: float


class Presented(msgspec.Struct, frozen=True):
    """One presented product.

    `chance` is the predicted probability of acceptance, `propensity_ppb` the probability that the
    product was presented at all, in parts per billion. `terms` say why: what
    raises the chance of this product, then of all products, each the largest part first.
    `similar_accepted` of `similar_presented` products of this category were accepted by customers
    with this reason.
    """

    product_id: str
    chance: float
    expected_milli: float
    propensity_ppb: int
    terms: tuple[Term, ...]
    similar_presented: int
    similar_accepted: int


class Selection(msgspec.Struct, frozen=True):
    """The products to present, best first, the seed that drew them, and how many were asked for."""

    products: tuple[Presented, ...]
    seed: int
    asked: int


def check_candidates(candidates: Collection[Candidate]) -> None:
    """Raise ValueError for a product that is there twice, or a value below 0."""
    if len({one.product_id for one in candidates}) != len(candidates):
        seen: set[str] = set()
        for one in candidates:
            if one.product_id in seen:
                raise ValueError(f"product {one.product_id} is a candidate twice; give it once")
            seen.add(one.product_id)
    for one in candidates:
        if one.value_milli < 0:
            raise ValueError(
                f"product {one.product_id} has the value {one.value_milli}; it must be 0 or more"
            )


def check_number(attribute: str, number: float) -> None:
    """Raise ValueError for a number that is infinite or not a number."""
    if not isfinite(number):
        raise ValueError(f"attribute {attribute} is {number}; give a finite number, or None")
