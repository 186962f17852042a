"""When not to decide on an estimate, in plain words."""

from __future__ import annotations

import msgspec

FEWEST_PRODUCTS = 200
FEWEST_ACCEPTANCES = 30
MOST_NOT_COVERED = 0.05
MOST_LEFT_OUT = 0.2
MOST_MISSING = 0.1


class Shares(msgspec.Struct, frozen=True):
    """Rounds left out because their probabilities are not known, as a share of those selected;
    products presented without a reaction, and not presented, as shares of those shown.
    """

    rounds_left_out: float
    unanswered: float
    not_presented: float


def general_cautions(shares: Shares) -> list[str]:
    """Return what makes all figures doubtful; nothing if enough is known."""
    found = []
    if shares.rounds_left_out > MOST_LEFT_OUT:
        found.append(
            f"{shares.rounds_left_out:.0%} of the rounds are left out, and the others may be of"
            " other customers"
        )
    if shares.unanswered > MOST_MISSING:
        found.append(
            f"{shares.unanswered:.0%} of the products have no reaction: if those are mostly"
            " declined, everything is too high"
        )
    if shares.not_presented > MOST_MISSING:
        found.append(
            f"{shares.not_presented:.0%} of the products were not presented: if agents leave out"
            " what the customer would decline, everything is too high"
        )
    return found


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
