"""Selection: which products to present to a customer now, or why none.

The order is: may this customer be presented anything at all (law, what is known, fatigue); which
products may be shown by the catalogue's rules, the agent's certificates, consent for the category
and the limits; and of those the best by what is expected of them (`marketing/preferences.py`).
Everything that barred a product is counted, by its code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from config.marketing import MarketingSettings
from contacts.customer import CustomerContext
from contacts.vocabulary import Unqualified
from marketing.catalogue import CatalogueIndex
from marketing.eligibility import Item, Situation
from marketing.fatigue import Standing
from marketing.ledger_changes import ProductRef
from marketing.preference_values import Candidate, Context, Presented
from marketing.preferences import Preferences
from marketing.suppression import Permission, Suppression, bar_on_customer, permission_for


class SelectedProduct(msgspec.Struct, frozen=True):
    """One product of a round: what is expected of it and why, and on what permission."""

    ref: ProductRef
    value_milli: int
    presented: Presented
    permission: Permission


class Chosen(NamedTuple):
    """The products to present, best first, and how many products each code barred.

    `why_none` is the code that bars everything, or the most frequent one if nothing is left.
    `is_exact`: no permitted product bars another, so that each propensity is the whole probability
    with which its product was to be presented; else it is that of the last draw alone.
    """

    products: tuple[SelectedProduct, ...]
    barred: dict[str, int]
    why_none: str | None = None
    is_exact: bool = False

    @property
    def expected_milli(self) -> int:
        """What is expected of all of them: the sum of chance x value, thousandths."""
        return round(sum(one.presented.expected_milli for one in self.products))


class Asked(NamedTuple):
    """Everything a selection depends on besides what has been learned."""

    settings: MarketingSettings
    catalogue: CatalogueIndex
    customer_id: str | None
    context: CustomerContext
    situation: Situation
    standing: Standing
    left: Mapping[str, int | None]
    is_learner_too_busy: bool
    emergency: bool
    seed: int
    now_ms: int


class Permitted(NamedTuple):
    """The products that may be presented, on what permission, and how many each code barred.

    `why_none` is the code that bars everything, or the most frequent one if nothing is left.
    """

    products: dict[str, tuple[Item, Permission]]
    barred: dict[str, int]
    why_none: str | None = None


def permitted(asked: Asked) -> Permitted:
    """Return the products that may be presented now, each by itself. Changes nothing."""
    bar = bar_on_customer(
        asked.settings, asked.customer_id, asked.context, emergency=asked.emergency
    )
    if bar is not None:
        return Permitted({}, {}, bar.reason)
    if asked.is_learner_too_busy:
        return Permitted({}, {}, Unqualified.LEARNER)
    if asked.standing.round_hit is not None:
        return Permitted({}, {}, f"limit_{asked.standing.round_hit.rule}")
    barred: Counter[str] = Counter()
    products = _permitted(asked, barred)
    if products:
        return Permitted(products, dict(barred))
    why = max(barred, key=lambda code: (barred[code], code), default="catalogue_empty")
    return Permitted({}, dict(barred), why)


def select(asked: Asked, preferences: Preferences) -> Chosen:
    """Return the products to present now. Changes nothing."""
    found = permitted(asked)
    chosen = _best(asked, preferences, found.products)
    is_exact = bool(chosen) and _is_exact(asked, found.products)
    return Chosen(chosen, found.barred, found.why_none, is_exact)


def preference_context(asked: Asked) -> Context:
    """Return what the preference model looks at; it is kept until the customer has reacted."""
    customer = asked.context
    attributes: dict[str, str | float | None] = dict(customer.attributes)
    attributes |= {
        name: value
        for name in ("age", "grade", "region", "tier", "language")
        if (value := getattr(customer, name)) is not None
    }
    held = None if customer.held is None else _categories(asked.catalogue, customer.held)
    return Context(asked.situation.reason, customer.segment, held, attributes)


def _categories(index: CatalogueIndex, held: tuple[str, ...]) -> tuple[str, ...]:
    known = (index.items.get(one) for one in held)
    return tuple(sorted({one.product.category for one in known if one is not None}))


def _permitted(asked: Asked, barred: Counter[str]) -> dict[str, tuple[Item, Permission]]:
    """Return the products that rules, certificates, consent and limits permit, with permissions."""
    eligible, ineligible = asked.catalogue.candidates(asked.situation, asked.left)
    barred.update(str(one.barrier) for one in ineligible)
    by_category: dict[str, Permission | str] = {}
    permitted = {}
    for item in eligible:
        product = item.product
        answer = by_category.get(product.category)
        if answer is None:
            answer = by_category[product.category] = _for_category(asked, product.category)
        if isinstance(answer, str):
            barred[answer] += 1
            continue
        hit = asked.standing.hit(ref_of(item))
        if hit is not None:
            barred[f"limit_{hit.rule}"] += 1
            continue
        permitted[product.product_id] = item, answer
    return permitted


def _for_category(asked: Asked, category: str) -> Permission | str:
    found = permission_for(asked.settings, asked.context, category, asked.now_ms)
    return str(found.reason) if isinstance(found, Suppression) else found


def _best(
    asked: Asked, preferences: Preferences, products: dict[str, tuple[Item, Permission]]
) -> tuple[SelectedProduct, ...]:
    """Return the best of those permitted that go with one another and with the limits together."""
    context, most = preference_context(asked), asked.settings.products_most
    taken: list[SelectedProduct] = []
    for turn in range(most):
        names = _beside(asked, products, taken) if taken else list(products)
        if len(taken) >= most or not names:
            break
        candidates = [candidate_of(products[name][0]) for name in names]
        for one in preferences.rank(candidates, context, asked.seed + turn, most).products:
            if len(taken) < most and one.product_id in _beside(asked, [one.product_id], taken):
                item, permission = products[one.product_id]
                value_milli = item.product.value_milli
                taken.append(SelectedProduct(ref_of(item), value_milli, one, permission))
    return tuple(taken)


def _is_exact(asked: Asked, permitted: dict[str, tuple[Item, Permission]]) -> bool:
    if asked.catalogue.has_rivals(permitted):
        return False
    return not asked.standing.bar_one_another(ref_of(item) for item, _ in permitted.values())


def _beside(asked: Asked, names: Iterable[str], taken: Sequence[SelectedProduct]) -> list[str]:
    """Return the products that may be presented beside those taken already."""
    refs = [one.ref for one in taken]
    ids = [ref.product_id for ref in refs]
    return [
        name
        for name in names
        if name not in ids
        and asked.catalogue.goes_with(name, ids)
        and asked.standing.hit(ref_of(asked.catalogue.items[name]), refs) is None
    ]


def candidate_of(item: Item) -> Candidate:
    """Return what the preference model sees of a product."""
    product = item.product
    return Candidate(product.product_id, product.category, product.value_milli)


def ref_of(item: Item) -> ProductRef:
    """Return what limits count a product by."""
    product = item.product
    return ProductRef(product.product_id, product.category, product.campaign_id)
