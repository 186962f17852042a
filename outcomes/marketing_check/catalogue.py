"""Whether the catalogue's rules and the agent's certificates permitted a product, judged afresh.

Read from `docs/catalogue.md`; shares no code with `marketing/eligibility.py`. The catalogue is the
plain value that the journal has; a key that is left out is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from contacts.customer import CustomerContext

Raw = Mapping[str, Any]
_OWN_FIELDS = {"segment", "grade", "tier", "stage", "age", "region", "language"}


class Moment(NamedTuple):
    """What a judgement depends on: the customer, why they called, the local day, what was sold.

    `sold` has (accepted, cost in thousandths) by product id, `spent` cost by campaign id.
    """

    customer: CustomerContext
    reason: str | None
    day: str
    sold: Mapping[str, tuple[int, int]]
    spent: Mapping[str, int]


class Shelf:
    """A catalogue to judge by. `products` are its raw products by id."""

    def __init__(self, catalogue: Raw) -> None:
        self.products: dict[str, Raw] = {one["product_id"]: one for one in catalogue["products"]}
        self.campaigns = {one["campaign_id"]: one for one in catalogue.get("campaigns") or ()}
        self.segments = catalogue.get("segments") or ()
        self.of_category: dict[str, set[str]] = {}
        self.of_campaign: dict[str, set[str]] = {}
        for name, one in self.products.items():
            self.of_category.setdefault(one["category"], set()).add(name)
            if one.get("campaign_id"):
                self.of_campaign.setdefault(one["campaign_id"], set()).add(name)

    def certificate(self, product_id: str) -> str:
        """Return the certificate a product needs."""
        product = self.products[product_id]
        return str(product.get("certificate") or product["category"])

    def segments_of(self, customer: CustomerContext) -> set[str]:
        """Return the segments that the customer is known to be in."""
        found = {one["segment_id"] for one in self.segments if holds(one["rule"], customer) is True}
        return found | ({customer.segment} if customer.segment is not None else set())

    def held_by(self, customer: CustomerContext) -> set[str] | None:
        """Return what the customer holds, products and their categories; None: not known."""
        if customer.held is None:
            return None
        known = [self.products[one] for one in customer.held if one in self.products]
        return {*customer.held, *(str(one["category"]) for one in known)}

    def bars(self, moment: Moment) -> dict[str, set[str]]:
        """Return for each product that may not be shown the rules that bar it."""
        segments = self.segments_of(moment.customer)
        held = self.held_by(moment.customer)
        found = {}
        for name, product in self.products.items():
            bars = self._bars_at_all(product, moment, held)
            if rules := product.get("eligibility"):
                bars |= _broken(rules, moment, segments, held)
            if bars:
                found[name] = bars
        return found

    def _bars_at_all(self, product: Raw, moment: Moment, held: set[str] | None) -> set[str]:
        bars = set()
        campaign = self.campaigns.get(product.get("campaign_id") or "", {})
        for window in (product.get("eligibility") or {}, campaign):
            first, last = window.get("first_day"), window.get("last_day")
            if (first and moment.day < str(first)) or (last and moment.day > str(last)):
                bars.add("dates")
        if product.get("is_presented") is False:
            bars.add("not_presented")
        if held and product["product_id"] in held and not product.get("is_repeatable"):
            bars.add("already_held")
        if self._is_sold_out(product, campaign, moment):
            bars.add("sold_out")
        return bars

    def _is_sold_out(self, product: Raw, campaign: Raw, moment: Moment) -> bool:
        accepted, spent = moment.sold.get(product["product_id"], (0, 0))
        stock, cost = product.get("stock"), product.get("cost_milli") or 0
        if stock is not None and accepted >= stock:
            return True
        budgets = (
            (product.get("budget_milli"), spent),
            (campaign.get("budget_milli"), moment.spent.get(campaign.get("campaign_id", ""), 0)),
        )
        return any(cost and most is not None and used + cost > most for most, used in budgets)


def _broken(rules: Raw, moment: Moment, segments: set[str], held: set[str] | None) -> set[str]:
    """Return which of the product's own rules are not known to be fulfilled."""
    customer, bars = moment.customer, set()
    for key, field in (("grade", "grade"), ("age", "age")):
        if (bounds := rules.get(key)) and not _is_within(getattr(customer, field), bounds):
            bars.add(key)
    for key, field in (("stages", "stage"), ("tiers", "tier"), ("regions", "region")):
        wanted = rules.get(key)
        if wanted and getattr(customer, field) not in wanted:
            bars.add(field)
    if rules.get("segments") and segments.isdisjoint(rules["segments"]):
        bars.add("segment")
    if rules.get("languages") and not _reads(customer.language, rules["languages"]):
        bars.add("language")
    refused = rules.get("not_for_reasons")
    if refused and (moment.reason is None or moment.reason in refused):
        bars.add("reason")
    return bars | _broken_by_held(rules, held)


def _broken_by_held(rules: Raw, held: set[str] | None) -> set[str]:
    bars = set()
    needed, excluded = rules.get("needs_held") or (), rules.get("excludes_held") or ()
    if needed and (held is None or not held.issuperset(needed)):
        bars.add("needs_held")
    if excluded and (held is None or not held.isdisjoint(excluded)):
        bars.add("excludes_held")
    return bars


def _is_within(value: float | None, bounds: Raw) -> bool:
    if value is None:
        return False
    low, high = bounds.get("min"), bounds.get("max")
    return (low is None or low <= value) and (high is None or value <= high)


def _reads(language: str | None, tags: Sequence[str]) -> bool:
    """Tell whether one of the tags is the language or a wider one: "zh" for "zh-Hant"."""
    if language is None:
        return False
    parts = language.split("-")
    return any("-".join(parts[:size]) in tags for size in range(1, len(parts) + 1))


def holds(rule: Raw, customer: CustomerContext) -> bool | None:
    """Tell whether a segment's rule holds, None if it cannot be told."""
    for key in ("all", "any", "none"):
        if rule.get(key) is not None:
            answers = [holds(one, customer) for one in rule[key]]
            decisive = key != "all"
            if decisive in answers:
                return key == "any"
            return None if None in answers else key != "any"
    name = rule["attribute"]
    known = getattr(customer, name) if name in _OWN_FIELDS else customer.attributes.get(name)
    if known is None:
        return None
    if rule.get("is_any_of") is not None:
        return known in rule["is_any_of"]
    if isinstance(known, str):
        return None
    return _is_within(known, {"min": rule.get("at_least"), "max": rule.get("at_most")})
