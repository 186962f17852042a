"""The ledger: what each customer and household has been presented, and what they said to it.

It is what its changes add up to (`marketing/ledger_changes.py`); nothing is decided here. A round
is kept until no limit can ask for it any more, so memory is bounded by the windows; only that a
customer wants to hear no more of something is kept for ever. There may be a million rounds: they
are written without names of fields, and nothing in them is looked at by the garbage collector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec
from sortedcontainers import SortedList

from contacts.vocabulary import NeverScope, ReactionKind
from marketing import ledger_changes as c


class Item(msgspec.Struct, gc=False, array_like=True):
    """One product of a round. It counts from `counts_at_ms`; not at all once it is released."""

    product: c.ProductRef
    counts_at_ms: int
    state: Literal["open", "presented", "released"] = "open"
    reaction: ReactionKind | None = None
    scope: NeverScope | None = None
    reacted_at_ms: int = 0

    @property
    def counts(self) -> bool:
        """Whether limits count it."""
        return self.state != "released"


class Round(msgspec.Struct, gc=False, array_like=True):
    """Products selected together for one contact, for `agent_id` to present ("": not known)."""

    round_id: str
    contact_id: str
    who: c.Who
    items: tuple[Item, ...]
    kept_until_ms: int
    agent_id: str = ""

    @property
    def counts_at_ms(self) -> int | None:
        """The moment from which windows count the round; None: it does not count."""
        return max((one.counts_at_ms for one in self.items if one.counts), default=None)

    def item(self, product_id: str) -> Item | None:
        """Return the product's entry."""
        return next((one for one in self.items if one.product.product_id == product_id), None)

    def is_of(self, agent_id: str | None) -> bool:
        """Tell whether the agent may speak for the round; None may for every one."""
        return agent_id is None or self.agent_id in ("", agent_id)


class Never(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """That a customer wants to hear no more of something; see `Suppressed`."""

    scope: NeverScope
    of: str
    source: str
    at_ms: int


class LedgerSnapshot(msgspec.Struct, gc=False):
    """The whole ledger as plain values, rounds in the order in which they were reserved."""

    rounds: list[Round] = []
    nevers: dict[str, tuple[Never, ...]] = {}


class Ledger:
    """Rounds by customer and household. Each change costs O(log rounds), lookups are by hash."""

    def __init__(self) -> None:
        self.rounds: dict[str, Round] = {}
        self.nevers: dict[str, tuple[Never, ...]] = {}
        self._by_customer: dict[str, tuple[Round, ...]] = {}
        self._by_household: dict[str, tuple[Round, ...]] = {}
        self._by_contact: dict[str, tuple[Round, ...]] = {}
        self._products: dict[c.ProductRef, c.ProductRef] = {}
        self._expiry: SortedList[tuple[int, str]] = SortedList()

    def of_customer(self, customer_id: str) -> tuple[Round, ...]:
        """Return the customer's rounds that are kept, oldest first."""
        return self._by_customer.get(customer_id, ())

    def of_household(self, household: str) -> tuple[Round, ...]:
        """Return the household's rounds that are kept, oldest first."""
        return self._by_household.get(household, ())

    def rounds_with(self, contact_id: str, product_id: str) -> list[Round]:
        """Return the contact's rounds with this product, newest first, whoever the customer."""
        rounds = reversed(self._by_contact.get(contact_id, ()))
        return [one for one in rounds if one.item(product_id) is not None]

    def of_contact(self, customer_id: str, contact_id: str) -> Iterator[Round]:
        """Yield the contact's rounds that are kept, newest first."""
        return (
            one for one in reversed(self.of_customer(customer_id)) if one.contact_id == contact_id
        )

    def forget(self, now_ms: int) -> None:
        """Drop the rounds that no limit can ask for at `now_ms` or later (engine's time).

        To be called with the time of every record, also in recovery. O(log rounds) for each.
        """
        while self._expiry and self._expiry[0][0] <= now_ms:
            self._remove(self.rounds[self._expiry[0][1]])

    def add(self, one: Round) -> None:
        """Take in a round. Equal products are kept once."""
        for item in one.items:
            item.product = self._products.setdefault(item.product, item.product)
        self.rounds[one.round_id] = one
        for index, key in self._indexes(one):
            index[key] = (*index.get(key, ()), one)
        self._expiry.add((one.kept_until_ms, one.round_id))

    def keep_until(self, one: Round, until_ms: int) -> None:
        """Keep the round at least until then."""
        if until_ms > one.kept_until_ms:
            self._expiry.remove((one.kept_until_ms, one.round_id))
            one.kept_until_ms = until_ms
            self._expiry.add((until_ms, one.round_id))

    def drop_if_void(self, one: Round) -> None:
        """Drop the round if nothing of it counts and nobody has said anything about it."""
        if not any(item.counts or item.reaction for item in one.items):
            self._remove(one)

    def _remove(self, one: Round) -> None:
        del self.rounds[one.round_id]
        self._expiry.remove((one.kept_until_ms, one.round_id))
        for index, key in self._indexes(one):
            left = tuple(other for other in index.pop(key) if other is not one)
            if left:
                index[key] = left

    def _indexes(self, one: Round) -> tuple[tuple[dict[str, tuple[Round, ...]], str], ...]:
        return (
            (self._by_customer, one.who.customer_id),
            (self._by_household, one.who.household),
            (self._by_contact, one.contact_id),
        )


def dump_ledger(ledger: Ledger) -> LedgerSnapshot:
    """Return the ledger as values that msgspec can write; they are the ledger's own."""
    return LedgerSnapshot(list(ledger.rounds.values()), ledger.nevers)


def load_ledger(snapshot: LedgerSnapshot) -> Ledger:
    """Return a ledger with what `dump_ledger` gave."""
    ledger = Ledger()
    for one in snapshot.rounds:
        ledger.add(one)
    ledger.nevers.update(snapshot.nevers)
    return ledger


def apply(ledger: Ledger, change: c.AnyLedgerChange) -> None:
    """Change the ledger. Raises `KeyError` if the change is of a round that is not there."""
    APPLY[type(change)](ledger, change)


def _round_reserved(ledger: Ledger, one: c.RoundReserved) -> None:
    ledger.add(
        Round(
            one.round_id,
            one.contact_id,
            one.who,
            tuple(Item(product, one.expires_at_ms) for product in one.products),
            one.kept_until_ms,
            one.agent_id,
        )
    )


def _fatigue_counted(ledger: Ledger, one: c.FatigueCounted) -> None:
    found = ledger.rounds[one.round_id]
    for item in found.items:
        if item.product.product_id in one.product_ids:
            item.state, item.counts_at_ms = "presented", one.at_ms
    ledger.keep_until(found, one.kept_until_ms)


def _round_released(ledger: Ledger, one: c.RoundReleased) -> None:
    found = ledger.rounds[one.round_id]
    for item in found.items:
        if item.product.product_id in one.product_ids:
            item.state = "released"
    ledger.drop_if_void(found)


def _reaction_noted(ledger: Ledger, one: c.ReactionNoted) -> None:
    found = ledger.rounds[one.round_id]
    for item in found.items:
        if item.product.product_id == one.product_id:
            item.reaction, item.scope, item.reacted_at_ms = one.kind, one.scope, one.at_ms
    ledger.keep_until(found, one.kept_until_ms)


def _suppressed(ledger: Ledger, one: c.Suppressed) -> None:
    never = Never(one.scope, one.of, one.source, one.at_ms)
    ledger.nevers[one.customer_id] = (*ledger.nevers.get(one.customer_id, ()), never)


def _suppression_lifted(ledger: Ledger, one: c.SuppressionLifted) -> None:
    lifted = (one.scope, one.of, one.source)
    left = tuple(
        never
        for never in ledger.nevers.pop(one.customer_id, ())
        if (never.scope, never.of, never.source) != lifted
    )
    if left:
        ledger.nevers[one.customer_id] = left


APPLY: dict[type[c.LedgerChange], Callable[[Ledger, Any], None]] = {
    c.RoundReserved: _round_reserved,
    c.FatigueCounted: _fatigue_counted,
    c.RoundReleased: _round_released,
    c.ReactionNoted: _reaction_noted,
    c.Suppressed: _suppressed,
    c.SuppressionLifted: _suppression_lifted,
}
