"""A ledger in use, with every change as a row for the checker, and what that finds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from config.marketing import MarketingSettings
from contacts.vocabulary import NeverScope, ReactionKind, Rejection
from marketing import ledger_changes as c
from marketing import reactions, rounds
from marketing.cool_down import LimitHit
from marketing.ledger import Ledger, LedgerSnapshot, apply, dump_ledger, load_ledger
from outcomes.marketing_check.fatigue import FatigueChecker, Limit, Row, Rules
from outcomes.marketing_check.fatigue_rows import RowMaker, row_of

MINUTE = 60_000
PRODUCTS = [
    c.ProductRef("gold", "cards", "spring"),
    c.ProductRef("blue", "cards", None),
    c.ProductRef("car", "loans", "spring"),
    c.ProductRef("home", "loans", "summer"),
]
PEOPLE = [c.Who("anna", "h1"), c.Who("ben", "h1"), c.Who("cleo", "/cleo")]


def rules_of(settings: MarketingSettings) -> Rules:
    """Return the settings as the checker's rules."""
    cool = settings.cool_down
    return Rules(
        settings.rounds_per_contact,
        tuple(Limit(one.scope, one.per, one.most, one.window_ms) for one in settings.limits),
        {
            "product": (cool.declined_product_ms, cool.declined_twice_product_ms),
            "category": (cool.declined_category_ms, cool.declined_twice_category_ms),
        },
        cool.declines_kept_ms,
        cool.not_now_ms,
        settings.reservation_ms,
    )


class FatigueDesk:
    """Drives a ledger and keeps its changes, its rows, and what the checker finds in them.

    `rules` are the checker's: those of `settings` unless a test wants to see it complain.
    """

    def __init__(self, settings: MarketingSettings, rules: Rules | None = None) -> None:
        self.settings = settings
        self.now_ms = 1_000_000
        self.ledger = Ledger()
        self.log: list[tuple[int, tuple[c.AnyLedgerChange, ...]]] = []
        self.rows: list[Row] = []
        self.checker = FatigueChecker(rules or rules_of(settings))
        self.found: list[str] = []
        self.hits: list[LimitHit] = []
        self.refused = 0
        self._maker = RowMaker()
        self._numbers = 0

    def wait(self, until_ms: int) -> None:
        self.now_ms = max(self.now_ms, until_ms)
        self._record(())

    def reserve(self, who: c.Who, contact: str, products: Sequence[c.ProductRef]) -> str | None:
        """Reserve a round; return its id. A refusal must have a reason the checker sees too."""
        self._numbers += 1
        one = f"r{self._numbers}"
        got = rounds.reserve(self.ledger, self.settings, who, contact, one, products, self.now_ms)
        if isinstance(got, c.RoundReserved):
            self._record((got,))
            return one
        self.hits.append(got)
        if self._reason(who, contact, one, products) is None:
            self.found.append(f"refused for no reason: {got}")
        return None

    def present(self, round_id: str) -> None:
        answer = rounds.present(self.ledger, self.settings, round_id, self.now_ms)
        if answer is None:
            return
        beside = [self._maker.seen[round_id, one.product_id] for one in answer.products]
        for product_id, hit in answer.hits.items():
            self.hits.append(hit)
            row = self._maker.seen[round_id, product_id]._replace(at_ms=self.now_ms)
            if self.checker.bar(row, reserved=True, beside=beside) is None:
                self.found.append(f"taken back for no reason: {hit}")
        self._record(answer.changes)

    def release(self, round_id: str) -> None:
        released = rounds.release(self.ledger, round_id, self.now_ms)
        self._record(() if released is None else (released,))

    def end(self, who: c.Who, contact: str) -> None:
        self._record(rounds.release_contact(self.ledger, who.customer_id, contact, self.now_ms))

    def react(
        self,
        who: c.Who,
        contact: str,
        product: str,
        kind: ReactionKind,
        scope: NeverScope = NeverScope.PRODUCT,
    ) -> tuple[c.AnyLedgerChange, ...] | Rejection:
        said = reactions.Reaction(
            customer_id=who.customer_id,
            contact_id=contact,
            product_id=product,
            kind=kind,
            scope=scope,
        )
        answer = reactions.react(self.ledger, self.settings, said, self.now_ms)
        if isinstance(answer, Rejection):
            self.refused += 1
        else:
            self._record(answer)
        return answer

    def say(self, who: c.Who, scope: NeverScope, of: str, *, back: bool = False) -> None:
        args = (self.ledger, who.customer_id, scope, of)
        if back:
            self._record(reactions.take_back_never(*args, self.now_ms))
        else:
            self._record(reactions.say_never(*args, "customer", self.now_ms))

    def selected(self, contact: str) -> list[c.ProductRef]:
        """Return the products ever reserved for a contact."""
        ids = {row.product for row in self._maker.seen.values() if row.contact == contact}
        return [one for one in PRODUCTS if one.product_id in ids]

    def recovered(self) -> Ledger:
        """Return the ledger that the recorded changes add up to, through a snapshot half-way."""
        ledger = Ledger()
        for number, (at_ms, changes) in enumerate(self.log):
            if number == len(self.log) // 2:
                written = msgspec.json.encode(dump_ledger(ledger))
                ledger = load_ledger(msgspec.json.decode(written, type=LedgerSnapshot))
            ledger.forget(at_ms)
            for change in changes:
                apply(ledger, change)
        return ledger

    def _reason(
        self, who: c.Who, contact: str, one: str, products: Sequence[c.ProductRef]
    ) -> str | None:
        """Return why the checker would not have all of these presented together."""
        trial = [row_of(self.now_ms, "reserved", who, contact, one, ref) for ref in products]
        reasons = (
            self.checker.bar(row, reserved=True, beside=trial[:number])
            for number, row in enumerate(trial)
        )
        return next((reason for reason in reasons if reason is not None), None)

    def _record(self, changes: Sequence[c.AnyLedgerChange]) -> None:
        """Write down and apply what was decided, as a record of the journal would."""
        self.log.append((self.now_ms, tuple(changes)))
        self.ledger.forget(self.now_ms)
        for change in changes:
            apply(self.ledger, change)
            for row in self._maker.rows(self.now_ms, change):
                self.rows.append(row)
                broken = self.checker.see(row)
                if broken is not None:
                    self.found.append(f"{broken} broken by {row}")
