"""Whether a product may be shown in a situation, by the catalogue's rules.

Unknown never counts as fulfilled where a rule asks; where no rule asks it is no obstacle. Consent,
suppression and fatigue are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Set

import msgspec

from config.catalogue import Bounds, Eligibility, Product
from contacts.customer import CustomerContext
from marketing.barriers import Barrier, Ineligible
from marketing.languages import covers

Found = tuple[Barrier, str | int | None, str | int | None]
"""A barrier, what there is, and what is asked for."""


class Situation(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Everything eligibility depends on, the same for all products; `CatalogueIndex` makes it.

    `today` is the local day as "2026-01-31". `held` are the products the customer holds and their
    categories, None if not known. `segments` are those the customer is in; `ruled_segments` have a
    rule in the catalogue; of `unknown_segments` the rule cannot be told.
    """

    customer: CustomerContext
    reason: str | None
    today: str
    certificates: frozenset[str]
    held: frozenset[str] | None
    segments: frozenset[str]
    ruled_segments: Set[str]
    unknown_segments: frozenset[str]


class Item(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A product ready to be judged: its days less those outside its campaign, its rules by name.

    Days are text as "2026-01-31", both included; an open end is "" or "9999-12-31".
    """

    product: Product
    first_day: str
    last_day: str
    certificate: str
    checks: tuple[Check, ...]


def why_not(item: Item, situation: Situation, left: int | None = None) -> Ineligible | None:
    """Return the first barrier between the product and the situation, None if it may be shown.

    `left` is how many more can be accepted (stock and budgets); None: no limit.
    """
    found = _at_all(item, situation, left)
    if found is None:
        rules = item.product.eligibility
        for check in item.checks:
            if found := check(rules, situation):
                break
    return Ineligible(item.product.product_id, *found) if found else None


def checks_of(rules: Eligibility) -> tuple[Check, ...]:
    """Return the checks for the rules that are given."""
    return tuple(check for name, check in _CHECKS.items() if getattr(rules, name))


def _at_all(item: Item, situation: Situation, left: int | None) -> Found | None:
    """What does not depend on rules about the customer."""
    product = item.product
    if not product.is_presented:
        return Barrier.NOT_PRESENTED, None, None
    if item.certificate not in situation.certificates:
        return Barrier.NO_CERTIFICATE, None, item.certificate
    if situation.today < item.first_day:
        return Barrier.NOT_BEGUN, situation.today, item.first_day
    if situation.today > item.last_day:
        return Barrier.OVER, situation.today, item.last_day
    if left is not None and left <= 0:
        return Barrier.SOLD_OUT, left, 1
    if not product.is_repeatable and product.product_id in (situation.held or ()):
        return Barrier.ALREADY_HELD, product.product_id, None
    return None


# --- one check for each rule ---------------------------------------------------------------


def _reason(rules: Eligibility, situation: Situation) -> Found | None:
    if situation.reason is None:
        return Barrier.UNKNOWN_REASON, None, None
    if situation.reason in rules.not_for_reasons:
        return Barrier.REASON_EXCLUDED, situation.reason, None
    return None


def _segment(rules: Eligibility, situation: Situation) -> Found | None:
    if not situation.segments.isdisjoint(rules.segments):
        return None
    told = situation.customer.segment
    needs_telling = told is None and not situation.ruled_segments >= set(rules.segments)
    if needs_telling or not situation.unknown_segments.isdisjoint(rules.segments):
        return Barrier.UNKNOWN_SEGMENT, None, None
    return Barrier.WRONG_SEGMENT, told, None


def _grade(rules: Eligibility, situation: Situation) -> Found | None:
    codes = (Barrier.UNKNOWN_GRADE, Barrier.GRADE_TOO_LOW, Barrier.GRADE_TOO_HIGH)
    return _within(rules.grade, situation.customer.grade, codes)


def _age(rules: Eligibility, situation: Situation) -> Found | None:
    codes = (Barrier.UNKNOWN_AGE, Barrier.TOO_YOUNG, Barrier.TOO_OLD)
    return _within(rules.age, situation.customer.age, codes)


def _within(
    bounds: Bounds | None, value: int | None, codes: tuple[Barrier, Barrier, Barrier]
) -> Found | None:
    unknown, low, high = codes
    if bounds is None:
        return None
    if value is None:
        return unknown, None, bounds.min if bounds.min is not None else bounds.max
    if bounds.min is not None and value < bounds.min:
        return low, value, bounds.min
    if bounds.max is not None and value > bounds.max:
        return high, value, bounds.max
    return None


def _stage(rules: Eligibility, situation: Situation) -> Found | None:
    stage = situation.customer.stage
    if stage is None:
        return Barrier.UNKNOWN_STAGE, None, None
    return None if stage in rules.stages else (Barrier.WRONG_STAGE, stage, None)


def _tier(rules: Eligibility, situation: Situation) -> Found | None:
    tier = situation.customer.tier
    if tier is None:
        return Barrier.UNKNOWN_TIER, None, None
    return None if tier in rules.tiers else (Barrier.WRONG_TIER, tier, None)


def _region(rules: Eligibility, situation: Situation) -> Found | None:
    region = situation.customer.region
    if region is None:
        return Barrier.UNKNOWN_REGION, None, None
    return None if region in rules.regions else (Barrier.WRONG_REGION, region, None)


def _language(rules: Eligibility, situation: Situation) -> Found | None:
    language = situation.customer.language
    if language is None:
        return Barrier.UNKNOWN_LANGUAGE, None, None
    if any(covers(tag, language) for tag in rules.languages):
        return None
    return Barrier.WRONG_LANGUAGE, language, None


def _needs(rules: Eligibility, situation: Situation) -> Found | None:
    for name in rules.needs_held:
        if situation.held is None:
            return Barrier.UNKNOWN_HELD, None, name
        if name not in situation.held:
            return Barrier.NEEDED_NOT_HELD, None, name
    return None


def _excludes(rules: Eligibility, situation: Situation) -> Found | None:
    for name in rules.excludes_held:
        if situation.held is None:
            return Barrier.UNKNOWN_HELD, None, name
        if name in situation.held:
            return Barrier.EXCLUDED_HELD, name, None
    return None


Check = Callable[[Eligibility, Situation], Found | None]

_CHECKS: dict[str, Check] = {
    "not_for_reasons": _reason,
    "segments": _segment,
    "grade": _grade,
    "stages": _stage,
    "tiers": _tier,
    "age": _age,
    "regions": _region,
    "languages": _language,
    "needs_held": _needs,
    "excludes_held": _excludes,
}
"""The check of each rule, by its key; a test holds the keys against `Eligibility`."""
