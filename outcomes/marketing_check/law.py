"""Whether the law and what is known of a customer permitted a presentation, judged afresh.

Read from `docs/fatigue-and-consent.md`; shares no code with `marketing/suppression.py`. Settings
are the plain values of the `[marketing]` section, times milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contacts.customer import CustomerContext


def customer_bars(
    marketing: Mapping[str, Any], customer: CustomerContext, *, emergency: bool
) -> set[str]:
    """Return every rule that bars the customer from being presented anything."""
    bars = {"emergency"} if emergency else set()
    if customer.do_not_contact:
        bars.add("do_not_contact")
    if customer.opted_out:
        bars.add("opted_out")
    if customer.vulnerable:
        bars.add("vulnerable")
    if customer.open_complaints:
        bars.add("complaint")
    if customer.stage is not None and str(customer.stage) not in marketing["stages"]:
        bars.add("stage")
    if any(_is_lacking(marketing, customer, fact) for fact in marketing["must_know"]):
        bars.add("unknown_fact")
    return bars


def _is_lacking(marketing: Mapping[str, Any], customer: CustomerContext, fact: str) -> bool:
    if fact != "household":
        return getattr(customer, fact) is None
    if customer.household_id is not None or str(customer.completeness) == "complete":
        return False
    return any("household" in (one["scope"], one["per"]) for one in marketing["limits"])


def consent_bar(
    marketing: Mapping[str, Any], customer: CustomerContext, category: str, now_ms: int
) -> str | None:
    """Return what is wrong with the consent for a category's products, None if all is well."""
    rule = marketing["consent_by_purpose"].get(category, marketing["consent"])
    if rule == "none_needed":
        return None
    statements = [one for one in customer.consents or () if one.purpose in ("*", category)]
    taken_back_ms = [one.at_ms for one in statements if not one.given]
    if rule == "opt_out":
        given_ms = [one.at_ms for one in statements if one.given]
        if taken_back_ms and max(taken_back_ms) >= max(given_ms, default=0):
            return "consent_withdrawn"
        return "unknown_fact" if customer.opted_out is None else None
    if customer.consents is None:
        return "unknown_fact"
    begun = [one for one in statements if one.given and one.at_ms <= now_ms]
    standing = [one for one in begun if all(at_ms < one.at_ms for at_ms in taken_back_ms)]
    proven = [one for one in standing if one.how != "" and one.wording != ""]
    if any(one.until_ms is None or one.until_ms > now_ms for one in proven):
        return None
    if proven:
        return "consent_expired"
    if standing:
        return "consent_unproven"
    return "consent_withdrawn" if taken_back_ms else "consent_missing"
