"""A ledger whose changes are applied as they are decided, for examples told step by step."""

from __future__ import annotations

from typing import Any

from config.marketing import MarketingSettings
from marketing.cool_down import LimitHit
from marketing.fatigue import Standing
from marketing.ledger import Ledger, apply
from marketing.ledger_changes import AnyLedgerChange, ProductRef, RoundReserved, Who
from marketing.rounds import present, reserve

ANNA, BEN = Who("anna", "h1"), Who("ben", "h1")
GOLD = ProductRef("gold", "cards", "spring")
BLUE = ProductRef("blue", "cards")
CAR = ProductRef("car", "loans", "spring")
DEFAULTS = MarketingSettings()


class Desk:
    """A ledger whose changes are applied as they are decided."""

    def __init__(self, settings: MarketingSettings = DEFAULTS) -> None:
        self.settings, self.ledger, self.count = settings, Ledger(), 0

    def do(self, *changes: AnyLedgerChange | None) -> None:
        for change in changes:
            if change is not None:
                apply(self.ledger, change)

    def reserve(
        self, who: Who, contact: str, now_ms: int, *products: ProductRef
    ) -> RoundReserved | LimitHit:
        self.count += 1
        chosen = products or (GOLD,)
        one = f"r{self.count}"
        got = reserve(self.ledger, self.settings, who, contact, one, chosen, now_ms)
        self.do(got if isinstance(got, RoundReserved) else None)
        return got

    def present(self, who: Who, contact: str, now_ms: int, *products: ProductRef) -> None:
        got = self.reserve(who, contact, now_ms, *products)
        assert isinstance(got, RoundReserved), got
        answer = present(self.ledger, self.settings, got.round_id, now_ms)
        assert answer is not None
        self.do(*answer.changes)

    def hit(self, who: Who, product: ProductRef, now_ms: int, contact: str = "?") -> Any:
        return Standing(self.ledger, self.settings, who, contact, now_ms).hit(product)
