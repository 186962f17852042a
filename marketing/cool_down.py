"""Cool-downs: how long what a customer declined is left alone, longer after two occasions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from config.marketing import CoolDownSettings
from contacts.vocabulary import FatigueRule, ReactionKind
from marketing.ledger import Round
from marketing.ledger_changes import ProductRef

DECLINES = frozenset({ReactionKind.DECLINED, ReactionKind.NEVER_AGAIN})


class LimitHit(msgspec.Struct, frozen=True, gc=False):
    """The limit that bars a presentation: `count` of at most `most` within `window_ms`.

    `of` is what is counted (a product, category, campaign or contact), `frees_at_ms` when it may
    be presented again if nothing more happens: None if time alone does not help. For cool-downs
    `count` is on how many occasions the customer declined, `window_ms` the length that follows.
    """

    rule: FatigueRule
    count: int
    most: int
    frees_at_ms: int | None
    of: str = ""
    window_ms: int = 0


class CoolDowns:
    """The cool-downs of one customer at one moment."""

    def __init__(self, rounds: Iterable[Round], settings: CoolDownSettings, now_ms: int) -> None:
        self._settings, self._now_ms = settings, now_ms
        self._declined: dict[tuple[str, str], list[int]] = {}
        self._not_now_ms: dict[str, int] = {}
        for one in rounds:
            self._take_in(one)

    def hit(self, product: ProductRef) -> LimitHit | None:
        """Return the cool-down the product is in, the product's own before its category's."""
        if not self._declined and not self._not_now_ms:
            return None
        settings = self._settings
        return (
            self._after_declines(
                ("product", product.product_id),
                settings.declined_product_ms,
                settings.declined_twice_product_ms,
            )
            or self._after_declines(
                ("category", product.category),
                settings.declined_category_ms,
                settings.declined_twice_category_ms,
            )
            or self._after_not_now(product.product_id)
        )

    def _take_in(self, one: Round) -> None:
        """Note the round's reactions; several of one category are one occasion."""
        occasions: dict[tuple[str, str], int] = {}
        for item in one.items:
            product_id = item.product.product_id
            if item.reaction in DECLINES:
                for key in (("product", product_id), ("category", item.product.category)):
                    occasions[key] = max(item.reacted_at_ms, occasions.get(key, 0))
            elif item.reaction is ReactionKind.NOT_NOW:
                latest_ms = max(item.reacted_at_ms, self._not_now_ms.get(product_id, 0))
                self._not_now_ms[product_id] = latest_ms
        for key, at_ms in occasions.items():
            self._declined.setdefault(key, []).append(at_ms)

    def _after_declines(self, key: tuple[str, str], once_ms: int, twice_ms: int) -> LimitHit | None:
        moments: Sequence[int] = self._declined.get(key, ())
        if not moments:
            return None
        last_ms = max(moments)
        count = sum(last_ms - one < self._settings.declines_kept_ms for one in moments)
        lasts_ms = once_ms if count == 1 else twice_ms
        return self._until(FatigueRule.DECLINED, count, last_ms, lasts_ms, key[1])

    def _after_not_now(self, product_id: str) -> LimitHit | None:
        at_ms = self._not_now_ms.get(product_id)
        if at_ms is None:
            return None
        return self._until(FatigueRule.NOT_NOW, 1, at_ms, self._settings.not_now_ms, product_id)

    def _until(
        self, rule: FatigueRule, count: int, from_ms: int, lasts_ms: int, of: str
    ) -> LimitHit | None:
        if self._now_ms >= from_ms + lasts_ms:
            return None
        return LimitHit(rule, count, 0, from_ms + lasts_ms, of, lasts_ms)


def kept_after(kind: ReactionKind, settings: CoolDownSettings) -> int:
    """Return how long a round is to be kept after a reaction for the cool-downs, milliseconds.

    A decline may still count as the first of two until `declines_kept_ms` later, and then for as
    long as the cool-down after the second lasts.
    """
    if kind in DECLINES:
        twice_ms = max(settings.declined_twice_product_ms, settings.declined_twice_category_ms)
        return settings.declines_kept_ms + twice_ms
    return settings.not_now_ms if kind is ReactionKind.NOT_NOW else 0
