"""When not to decide on an estimate, in plain words."""

from __future__ import annotations

import msgspec

FEWEST_PRODUCTS = 200
FEWEST_ACCEPTANCES = 30
MOST_NOT_COVERED = 0.05


class Support(msgspec.Struct, frozen=True):
    """How much an estimate stands on.

    `effective_products` and `effective_acceptances`: how many products reacted to, and accepted,
    with equal weights would say as much. `not_covered_ratio`: the share of what the ranking would
    show that the engine showed with a probability below the floor. `highest_weight`: the largest w.
    """

    effective_products: float
    effective_acceptances: float
    not_covered_ratio: float
    highest_weight: float


def cautions(support: Support) -> list[str]:
    """Return why not to decide on a ranking's figures; nothing if there is enough overlap."""
    found = []
    if support.not_covered_ratio > MOST_NOT_COVERED:
        found.append(
            f"{support.not_covered_ratio:.0%} of what it would present was hardly ever presented:"
            " what that earns is not known"
        )
    if support.effective_products < FEWEST_PRODUCTS:
        found.append(
            f"it stands on as much as {support.effective_products:.0f} products with a reaction;"
            f" {FEWEST_PRODUCTS} are the least"
        )
    if support.effective_acceptances < FEWEST_ACCEPTANCES:
        found.append(
            f"it stands on as much as {support.effective_acceptances:.0f} accepted products;"
            f" {FEWEST_ACCEPTANCES} are the least"
        )
    return found
