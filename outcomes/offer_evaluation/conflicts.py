"""Whether products that may be drawn for a round may all be shown together."""

from __future__ import annotations

from collections.abc import Mapping

from marketing.eligibility import Item
from marketing.rankings import Logged
from marketing.selection import Asked, ref_of


def may_conflict(asked: Asked, permitted: Mapping[str, Item], again: Logged) -> bool:
    """Tell whether some draw could have had products that may not be shown together.

    Whether the draw that was made had is no matter: to leave out rounds by what was drawn would
    change the probabilities of those that are kept. Errs on the side of leaving out.
    """
    possible = [
        [
            permitted[one.candidate.product_id]
            for one, part in zip(group, parts, strict=True)
            if part
        ]
        for group, parts in zip(again.scored, again.parts, strict=True)
    ]
    everything = [item for group in possible for item in group]
    ids = {item.product.product_id for item in everything}
    if any(not asked.catalogue.goes_with(name, ids) for name in ids):
        return True
    scopes = {limit.scope for limit in asked.settings.limits}
    if "category" in scopes:
        limited = zip(possible, again.limits, strict=True)
        if any(_too_many(asked, group[:most]) for group, most in limited):
            return True
    if "campaign" not in scopes:
        return False
    campaigns: dict[str, list[Item]] = {}
    for item in everything:
        if item.product.campaign_id is not None:
            campaigns.setdefault(item.product.campaign_id, []).append(item)
    return any(
        _too_many(asked, members[: asked.settings.products_most]) for members in campaigns.values()
    )


def _too_many(asked: Asked, together: list[Item]) -> bool:
    """Tell whether these exceed a limit when they are shown together."""
    return asked.standing.bar_one_another([ref_of(one) for one in together])
