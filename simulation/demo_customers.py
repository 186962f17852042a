"""The demo's customers: what the bank knows of them, why they call, how they take what is offered.

The record of calls has none of this: all of it is drawn, each from a stream of its own, so that
the same day and seed give the same customers whatever the engine does. The record knows few callers
by number; most of the others are given one here, the rest stay unknown and are presented nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple, TypeVar

from config.catalogue import Catalogue, PlaybookEntry
from config.catalogue_loader import load_catalogue
from contacts.vocabulary import NeverScope, ReactionKind
from marketing.preference_learning import sigmoid
from simulation.recorded_plan import PlannedContact
from simulation.virtual_draws import Chance, stream

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.toml"

REASONS = {
    "statement": 0.26,
    "payment": 0.20,
    "activation": 0.10,
    "travel": 0.10,
    "limit_increase": 0.09,
    "campaign": 0.09,
    "lost_card": 0.06,
    "fee_complaint": 0.06,
    "first_card": 0.04,
}
"""Why they call, by share."""

BASE_LOG_ODDS = -3.0
PLAYBOOK_POWER = 1.2
"""A product with weight w in the playbook has w ** 1.2 times the odds: it is about right."""
WHIM_SD = 0.6
CUSTOMERS, IDENTIFIED_RATIO = 2_000, 0.85
CONSENTED_RATIO = 0.75
NOT_REACHED_RATIO = 0.1
"""Share of the products that the agent does not come to."""
TO_SAY_INSTEAD = {
    ReactionKind.INTERESTED: 0.08,
    ReactionKind.NOT_NOW: 0.25,
    ReactionKind.NEVER_AGAIN: 0.02,
    ReactionKind.DECLINED: 0.65,
}
"""What those say who do not accept, by share."""
SHORTEST_OFFER_MS, MEAN_MORE_MS, LONGEST_OFFER_MS = 25_000, 35_000, 150_000

Choice = TypeVar("Choice")
_normal = NormalDist().inv_cdf


class Said(NamedTuple):
    """What a customer said to one product; `scope` is for `never_again`."""

    product_id: str
    reaction: ReactionKind
    scope: NeverScope = NeverScope.PRODUCT


class DemoCustomers:
    """All customers of a day, by the catalogue that agents present from."""

    def __init__(self, date: str, seed: int, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or load_catalogue(CATALOGUE_FILE)
        self.products = {one.product_id: one for one in self.catalogue.products}
        self.values_milli = {name: one.value_milli for name, one in self.products.items()}
        self._playbook = {one.reason: one for one in self.catalogue.playbook}
        self._names = (date, seed)

    def reason(self, contact: PlannedContact) -> str:
        """Return why the caller calls."""
        return _pick(self._stream("reason", contact.contact_id), REASONS)

    def customer_id(self, contact: PlannedContact) -> str | None:
        """Return who calls; None: nobody knows."""
        if contact.customer_id is not None:
            return contact.customer_id
        chance = self._stream("identified", contact.contact_id)
        is_known = chance() < IDENTIFIED_RATIO
        return f"customer-{1 + int(chance() * CUSTOMERS):04d}" if is_known else None

    def context(self, contact: PlannedContact) -> dict[str, Any] | None:
        """Return the customer's record as a message has it; None: nobody knows who calls."""
        customer_id = self.customer_id(contact)
        if customer_id is None:
            return None
        chance = self._stream("customer", customer_id)
        return {
            "version": "demo",
            "completeness": "complete",
            "segment": _one_of(chance, ("families", "singles", "business")),
            "stage": _one_of(chance, (*("grow", "mature") * 4, "establish")),
            "grade": 1 + int(chance() * 6),
            "age": 18 + int(chance() * 60),
            "language": _one_of(chance, ("en", "zh")),
            "held": _held(chance),
            "attributes": {"abroad_payments_per_year": int(chance() * 6)},
            "opted_out": chance() < 0.03,
            "do_not_contact": chance() < 0.02,
            "vulnerable": chance() < 0.02,
            "open_complaints": int(chance() < 0.03),
            "consents": _consents(chance),
        }

    def known_of(self, contact: PlannedContact) -> dict[str, Any]:
        """Return what the message of the caller's arrival says beside the record."""
        return {
            "customer_id": self.customer_id(contact),
            "reason": self.reason(contact),
            "context": self.context(contact),
        }

    def offer_ms(self, contact: PlannedContact) -> int:
        """Return how long presenting to this caller takes, milliseconds."""
        more_ms = -MEAN_MORE_MS * log(1.0 - self._stream("offer", contact.contact_id)())
        return min(SHORTEST_OFFER_MS + round(more_ms), LONGEST_OFFER_MS)

    def reactions(self, contact: PlannedContact, product_ids: Sequence[str]) -> list[Said]:
        """Return what the caller says to each product, in this order."""
        reason = self.reason(contact)
        return [self._said(contact, reason, one) for one in product_ids]

    def _said(self, contact: PlannedContact, reason: str, product_id: str) -> Said:
        chance = self._stream("reaction", contact.contact_id, product_id)
        if chance() < NOT_REACHED_RATIO:
            return Said(product_id, ReactionKind.NOT_PRESENTED)
        if chance() < sigmoid(self._log_odds(contact, reason, product_id)):
            return Said(product_id, ReactionKind.ACCEPTED)
        return Said(product_id, _pick(chance, TO_SAY_INSTEAD))

    def _log_odds(self, contact: PlannedContact, reason: str, product_id: str) -> float:
        product = self.products[product_id]
        whim = self._stream("whim", self.customer_id(contact), product_id)
        return (
            BASE_LOG_ODDS
            + PLAYBOOK_POWER * log(self._weight(reason, product_id, product.category))
            - log(product.difficulty)
            + WHIM_SD * _normal(whim() or 0.5)
        )

    def _weight(self, reason: str, product_id: str, category: str) -> float:
        """Return the playbook's weight, 1 for what it does not name."""
        entry: PlaybookEntry | None = self._playbook.get(reason)
        suggestions = entry.suggests if entry is not None else []
        own = [one.weight for one in suggestions if one.product == product_id]
        wider = [one.weight for one in suggestions if one.category == category]
        return (*own, *wider, 1.0)[0]

    def _stream(self, *names: object) -> Chance:
        return stream("demo", *self._names, *names)


def _pick(chance: Chance, shares: Mapping[Choice, float]) -> Choice:
    """Draw one by its share of them all."""
    bounds = list(accumulate(shares.values()))
    place = bisect_right(bounds, chance() * bounds[-1])
    return list(shares)[min(place, len(bounds) - 1)]


def _one_of(chance: Chance, choices: Sequence[str]) -> str:
    return choices[int(chance() * len(choices))]


def _held(chance: Chance) -> list[str]:
    """Return what the customer has of the bank's."""
    owned = (("current-account", 0.8), ("classic-card", 0.75), ("gold-card", 0.2))
    return [name for name, ratio in owned if chance() < ratio]


def _consents(chance: Chance) -> list[dict[str, Any]]:
    """Return a consent with its proof, or none."""
    given_ms = 900_000_000_000 + int(chance() * 10_000_000_000)
    if chance() >= CONSENTED_RATIO:
        return []
    proof = {"at_ms": given_ms, "how": "form", "wording": "1998-02"}
    return [{"purpose": "*", "given": True, **proof}]
