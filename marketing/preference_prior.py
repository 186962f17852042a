"""What to believe before any reaction: the playbook's products and categories for each reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import msgspec

from marketing.preference_learning import PRIOR
from marketing.preference_values import Learned, Weight, WeightName

STRONGEST = 5.0
SAID_BY_PLAYBOOKS = ("reason_product", "reason_category")
"""Groups of the features whose prior means a playbook gives."""


class Recommended(msgspec.Struct, frozen=True, gc=False):
    """A product or category that the playbook recommends for a reason (one of the two is set).

    `weight` is added to the log-odds: 1.0 makes the odds 2.7 times as high, -1.0 as low.
    """

    weight: float
    product_id: str | None = None
    category: str | None = None


def cold_start(playbook: Mapping[str, Sequence[Recommended]]) -> Learned:
    """Return the prior means that a playbook (by reason) says, as values to apply.

    The variance stays that of a feature never seen, so reactions soon overrule the playbook.
    Raises ValueError for a weight beyond -5 to 5, neither or both of product and category, or one
    that is recommended twice for a reason.
    """
    weights: dict[WeightName, Weight] = {}
    for reason, recommended in playbook.items():
        for one in recommended:
            name = _name(reason, one)
            if name in weights:
                raise ValueError(f"reason {reason} recommends {name[2]} twice; give it once")
            if not isfinite(one.weight) or abs(one.weight) > STRONGEST:
                raise ValueError(
                    f"reason {reason} recommends {name[2]} with the weight {one.weight}; "
                    f"give {-STRONGEST:g} to {STRONGEST:g}"
                )
            weights[name] = Weight(one.weight, PRIOR[name[0]].precision)
    return Learned(weights=tuple(weights.items()))


def _name(reason: str, one: Recommended) -> WeightName:
    if one.product_id is not None and one.category is None:
        return ("reason_product", reason, one.product_id)
    if one.category is not None and one.product_id is None:
        return ("reason_category", reason, one.category)
    raise ValueError(
        f"reason {reason} recommends product {one.product_id} and category {one.category}; "
        "give one of the two"
    )
