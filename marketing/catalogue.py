"""The catalogue as selection reads it: built once per reload, then only looked up."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from config.catalogue import Campaign, Catalogue, Eligibility, Product
from contacts.customer import CustomerContext
from marketing.barriers import Ineligible
from marketing.eligibility import Item, Situation, checks_of, why_not
from marketing.segments import holds

NO_LIMITS: Mapping[str, int | None] = {}
_ALWAYS_BEGUN, _NEVER_OVER = "", "9999-12-31"


class Candidates(NamedTuple):
    """The products that may be shown, in the catalogue's order, and why the others may not."""

    eligible: list[Item]
    barred: list[Ineligible]


class CatalogueIndex:
    """A validated catalogue, indexed. Immutable; raises nothing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        campaigns = {one.campaign_id: one for one in catalogue.campaigns}
        self.items: dict[str, Item] = {
            one.product_id: _item(one, campaigns) for one in catalogue.products
        }
        self.campaigns = campaigns
        self.limited = tuple(
            one.product_id
            for one in catalogue.products
            if self.units_left(one.product_id, accepted=0, spent_milli=0, campaign_spent_milli=0)
            is not None
        )
        self._apart = _apart(catalogue.products)
        self._rules = {one.segment_id: one.rule for one in catalogue.segments}

    def situation(
        self,
        customer: CustomerContext,
        reason: str | None,
        today: str,
        certificates: Iterable[str],
    ) -> Situation:
        """Return what eligibility depends on for one contact; see `Situation`. O(held + segments).

        `reason` is the contact's, `today` the local day as "2026-01-31", `certificates` those the
        agent holds today. Of a held product that the catalogue does not have, the category is not
        known; list it with is_presented = false where rules depend on it.
        """
        answers = {name: holds(rule, customer) for name, rule in self._rules.items()}
        segments = {name for name, answer in answers.items() if answer}
        if customer.segment is not None:
            segments.add(customer.segment)
        return Situation(
            customer=customer,
            reason=reason,
            today=today,
            certificates=frozenset(certificates),
            held=self._held(customer.held),
            segments=frozenset(segments),
            ruled_segments=self._rules.keys(),
            unknown_segments=frozenset(one for one in answers if answers[one] is None),
        )

    def candidates(
        self, situation: Situation, left: Mapping[str, int | None] = NO_LIMITS
    ) -> Candidates:
        """Return which products may be shown; O(products).

        `left` has how many more of a product can be accepted, from `units_left`; a product that is
        not in it has no limit.
        """
        eligible, barred = [], []
        for product_id, item in self.items.items():
            found = self.why_not(product_id, situation, left)
            if found is None:
                eligible.append(item)
            else:
                barred.append(found)
        return Candidates(eligible, barred)

    def why_not(
        self, product_id: str, situation: Situation, left: Mapping[str, int | None] = NO_LIMITS
    ) -> Ineligible | None:
        """Return what bars one product, None if nothing does; raises KeyError for an unknown one.

        See `candidates`.
        """
        return why_not(self.items[product_id], situation, left.get(product_id))

    def goes_with(self, product_id: str, chosen: Iterable[str]) -> bool:
        """Tell whether the product may be shown beside those already chosen."""
        return self._apart.get(product_id, frozenset()).isdisjoint(chosen)

    def has_rivals(self, names: Container[str]) -> bool:
        """Tell whether two of `names` are never shown beside each other. O(pairs kept apart)."""
        return any(
            name in names and any(other in names for other in others)
            for name, others in self._apart.items()
        )

    def units_left(
        self, product_id: str, *, accepted: int, spent_milli: int, campaign_spent_milli: int
    ) -> int | None:
        """Return how many more of a known product can be accepted, at least 0; None: no limit.

        `accepted` and `spent_milli` are of the product so far, `campaign_spent_milli` of all
        products of its campaign. Raises `KeyError` for an unknown product.
        """
        product = self.items[product_id].product
        campaign = self.campaigns.get(product.campaign_id or "")
        limits = []
        if product.stock is not None:
            limits.append(product.stock - accepted)
        if product.budget_milli is not None and product.cost_milli:
            limits.append((product.budget_milli - spent_milli) // product.cost_milli)
        if campaign and campaign.budget_milli is not None and product.cost_milli:
            limits.append((campaign.budget_milli - campaign_spent_milli) // product.cost_milli)
        return max(0, min(limits)) if limits else None

    def _held(self, held: tuple[str, ...] | None) -> frozenset[str] | None:
        if held is None:
            return None
        categories = (self.items[one].product.category for one in held if one in self.items)
        return frozenset((*held, *categories))


def _item(product: Product, campaigns: Mapping[str, Campaign]) -> Item:
    rules = product.eligibility
    windows: list[Eligibility | Campaign] = [rules]
    if product.campaign_id is not None:
        windows.append(campaigns[product.campaign_id])
    firsts = [str(one.first_day) for one in windows if one.first_day]
    lasts = [str(one.last_day) for one in windows if one.last_day]
    return Item(
        product=product,
        first_day=max(firsts, default=_ALWAYS_BEGUN),
        last_day=min(lasts, default=_NEVER_OVER),
        certificate=product.certificate_needed,
        checks=checks_of(rules),
    )


def _apart(products: Iterable[Product]) -> dict[str, frozenset[str]]:
    """Return for each product those it is never shown beside, both ways."""
    apart: dict[str, set[str]] = {}
    for product in products:
        for other in product.not_with:
            apart.setdefault(product.product_id, set()).add(other)
            apart.setdefault(other, set()).add(product.product_id)
    return {name: frozenset(others) for name, others in apart.items()}
