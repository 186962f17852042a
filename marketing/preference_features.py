"""The features of a product for a customer: sparse, hierarchical, and named.

What is broad (reason x category) learns from many reactions, what is narrow (reason x product)
corrects it as far as its own reactions tell. Each group's prior variance says how far a weight of
the group is expected to be from 0 in log-odds, before any reaction; `docs/preferences.md` says how
they were chosen.
"""

from __future__ import annotations

from marketing.preference_values import (
    UNKNOWN,
    Candidate,
    CustomerContext,
    WeightName,
)

Feature = tuple[WeightName, float]
"""A feature's name and its value, 1.0 unless it is a number's."""

BIAS = ("bias",)
PRIOR_MEAN = {"bias": -2.0}
PRIOR_VARIANCE = {
    "bias": 0.2,
    "reason": 0.02,
    "segment": 0.02,
    "level": 0.05,
    "number": 0.05,
    "bin": 0.01,
    "category": 0.03,
    "product": 0.3,
    "reason_category": 1.0,
    "segment_category": 0.4,
    "owned_same": 1.0,
    "owned_category": 0.001,
    "reason_product": 0.005,
    "level_category": 0.01,
    "number_category": 0.01,
    "bin_category": 0.002,
}


def prior_mean(name: WeightName) -> float:
    """Return the log-odds a weight is expected to have before any reaction."""
    return PRIOR_MEAN.get(name[0], 0.0)


def shared_features(context: CustomerContext, attributes: list[Feature]) -> list[Feature]:
    """Return what is the same for every product; `attributes` come from `attribute_features`."""
    return [
        (BIAS, 1.0),
        (("reason", context.reason or UNKNOWN), 1.0),
        (("segment", context.segment or UNKNOWN), 1.0),
        *attributes,
    ]


def category_features(
    context: CustomerContext, category: str, attributes: list[Feature]
) -> list[Feature]:
    """Return what is the same for every product of a category."""
    features: list[Feature] = [
        (("category", category), 1.0),
        (("reason_category", context.reason or UNKNOWN, category), 1.0),
        (("segment_category", context.segment or UNKNOWN, category), 1.0),
    ]
    owned = context.owned_categories
    if owned is None:
        features.append((("owned_category", UNKNOWN, category), 1.0))
    else:
        if category in owned:
            features.append((("owned_same",), 1.0))
        features += [(("owned_category", one, category), 1.0) for one in owned]
    features += [((f"{name[0]}_category", *name[1:], category), x) for name, x in attributes]
    return features


def product_features(context: CustomerContext, product_id: str) -> list[Feature]:
    """Return what concerns this product alone."""
    return [
        (("product", product_id), 1.0),
        (("reason_product", context.reason or UNKNOWN, product_id), 1.0),
    ]


def all_features(
    context: CustomerContext, candidate: Candidate, attributes: list[Feature]
) -> list[Feature]:
    """Return every feature of a product for a customer."""
    return [
        *shared_features(context, attributes),
        *category_features(context, candidate.category, attributes),
        *product_features(context, candidate.product_id),
    ]
