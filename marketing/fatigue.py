"""Fatigue: whether a product may be presented once more, by what was presented and said before.

Limits count over sliding windows: what was presented at t counts at `now_ms` if
now_ms - window_ms < t. A round that is reserved, but neither presented nor released, counts all
the while, on whichever line it is; so two lines at once cannot exceed a limit together. Settings
are those in force at the time of asking; only what is still kept can be counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from config.base import DAY_MS
from config.marketing import FatigueLimit, MarketingSettings
from contacts.vocabulary import FatigueRule, NeverScope
from marketing.cool_down import CoolDowns, LimitHit
from marketing.ledger import Ledger, Round
from marketing.ledger_changes import ProductRef, Who

CONTACT_KEPT_MS = 7 * DAY_MS


class _Count(NamedTuple):
    """What one limit counts: when, by the product's `key` (its id, category or campaign)."""

    limit: FatigueLimit
    key: Callable[[ProductRef], str | None]
    moments: dict[str, list[int]]


_KEYS: dict[str, Callable[[ProductRef], str | None]] = {
    "product": attrgetter("product_id"),
    "category": attrgetter("category"),
    "campaign": attrgetter("campaign_id"),
}


def keep_ms(settings: MarketingSettings) -> int:
    """Return how long a round is kept: the longest window, at least a week for its contact."""
    return max(settings.longest_window_ms(), CONTACT_KEPT_MS)


class Standing:
    """What one customer may be presented in a contact at one moment.

    Built in O(rounds kept of the customer and household, times limits); then each product costs
    O(limits). `without` is a round that shall not count against itself.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: MarketingSettings,
        who: Who,
        contact_id: str,
        now_ms: int,
        without: str = "",
    ) -> None:
        self._now_ms = now_ms
        self._nevers = {(one.scope, one.of) for one in ledger.nevers.get(who.customer_id, ())}
        own = [one for one in ledger.of_customer(who.customer_id) if one.round_id != without]
        household = [one for one in ledger.of_household(who.household) if one.round_id != without]
        self._cool_downs = CoolDowns(
            ledger.of_customer(who.customer_id), settings.cool_down, now_ms
        )
        self._counts: list[_Count] = []
        self.round_hit = self._never_anything() or self._contact_hit(settings, own, contact_id)
        """Why no round at all may be presented; None: products are asked for one by one."""
        for limit in settings.limits:
            rounds = household if "household" in (limit.scope, limit.per) else own
            if limit.scope in ("customer", "household"):
                moments = [one.counts_at_ms for one in rounds]
                self.round_hit = self.round_hit or self._over(limit, "", _known(moments), 0)
            else:
                key = _KEYS[limit.scope]
                self._counts.append(_Count(limit, key, _by_key(key, rounds)))

    def hit(self, product: ProductRef, chosen: Sequence[ProductRef] = ()) -> LimitHit | None:
        """Return the limit that bars the product beside those `chosen` for the same round."""
        return (
            self.round_hit
            or self._never(product)
            or self._cool_downs.hit(product)
            or self._product_hit(product, chosen)
        )

    def bar_one_another(self, products: Iterable[ProductRef]) -> bool:
        """Tell whether limits leave no room for all of these in one round. O(limits x products)."""
        if not self._counts:
            return False
        products = list(products)
        for limit, key_of, moments in self._counts:
            for key, count in Counter(map(key_of, products)).items():
                if key is not None and self._over(limit, key, moments.get(key, ()), count - 1):
                    return True
        return False

    def _product_hit(self, product: ProductRef, chosen: Sequence[ProductRef]) -> LimitHit | None:
        """Return the limit on presentations; with nothing chosen only what was presented counts."""
        for limit, key_of, moments in self._counts:
            key = key_of(product)
            if key is None or not (chosen or key in moments):
                continue
            beside = sum(key_of(one) == key for one in chosen)
            found = self._over(limit, key, moments.get(key, ()), beside)
            if found is not None:
                return found
        return None

    def _over(
        self, limit: FatigueLimit, of: str, moments: Iterable[int], beside: int
    ) -> LimitHit | None:
        """Return the limit if it is used up by `moments` in its window and `beside` more."""
        since_ms = self._now_ms - limit.window_ms
        counted = sorted(one for one in moments if one > since_ms)
        count = len(counted) + beside
        if count < limit.most:
            return None
        last_to_go = count - limit.most
        frees_at_ms = counted[last_to_go] + limit.window_ms if last_to_go < len(counted) else None
        rule = FatigueRule(limit.scope)
        return LimitHit(rule, count, limit.most, frees_at_ms, of, limit.window_ms)

    def _never_anything(self) -> LimitHit | None:
        if (NeverScope.EVERYTHING, "") in self._nevers:
            return LimitHit(FatigueRule.NEVER, 1, 0, None)
        return None

    def _never(self, product: ProductRef) -> LimitHit | None:
        if not self._nevers:
            return None
        for scope, of in (
            (NeverScope.PRODUCT, product.product_id),
            (NeverScope.CATEGORY, product.category),
        ):
            if (scope, of) in self._nevers:
                return LimitHit(FatigueRule.NEVER, 1, 0, None, of)
        return None

    def _contact_hit(
        self, settings: MarketingSettings, rounds: Sequence[Round], contact_id: str
    ) -> LimitHit | None:
        count = sum(one.contact_id == contact_id and one.counts_at_ms is not None for one in rounds)
        if count < settings.rounds_per_contact:
            return None
        return LimitHit(FatigueRule.CONTACT, count, settings.rounds_per_contact, None, contact_id)


def _known(moments: Iterable[int | None]) -> list[int]:
    return [one for one in moments if one is not None]


def _by_key(
    key_of: Callable[[ProductRef], str | None], rounds: Iterable[Round]
) -> dict[str, list[int]]:
    """Return when what a limit counts was presented, by product, category or campaign."""
    found: dict[str, list[int]] = {}
    for one in rounds:
        for item in one.items:
            key = key_of(item.product)
            if item.counts and key is not None:
                found.setdefault(key, []).append(item.counts_at_ms)
    return found
