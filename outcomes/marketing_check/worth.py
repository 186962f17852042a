"""Whether the gate compared its price with the right value, where products give the value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from outcomes.marketing_check.facts import Facts
from router import decisions as d
from router import marketing_decisions as m

ROUNDED_MILLI = 1.0


def wrong_value(facts: Facts, one: d.MarketingDecided, decisions: Iterable[Any]) -> str | None:
    """Return what is wrong with a decision's value, None if all is well.

    `decisions` are those of its record. Only a policy's answer is looked at, and a gate that is
    closed at every price has nothing to compare.
    """
    if one.is_forecast or not one.reason.startswith("policy_") or one.price_milli is None:
        return "the value is from products, yet no price was asked" if one.from_products else None
    if one.from_products is not _is_worth_products(facts, one.contact_id):
        word = "is" if one.from_products else "is not"
        return f"the value {word} from products, against the settings"
    if not one.from_products or one.value_milli is None:
        return None
    if one.granted is not (one.value_milli >= one.price_milli):
        return f"granted is {one.granted} with {one.value_milli} against {one.price_milli}"
    selected = [
        each
        for each in decisions
        if isinstance(each, m.ProductsSelected) and each.contact_id == one.contact_id
    ]
    if one.granted is not bool(selected):
        return f"granted is {one.granted}, and {len(selected)} rounds were selected"
    expected = sum(p.presented.chance * p.value_milli for each in selected for p in each.products)
    if selected and abs(expected - one.value_milli) > ROUNDED_MILLI:
        return f"the value is {one.value_milli}, the products' {expected:.1f}"
    return None


def _is_worth_products(facts: Facts, contact_id: str) -> bool:
    caller = facts.callers.get(contact_id)
    if caller is None or caller.value_milli is not None or not facts.marketing["enabled"]:
        return False
    return bool(facts.gates.get(caller.queue_id, {}).get("value_from") == "products")
