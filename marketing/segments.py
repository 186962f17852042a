"""Which segments a customer is in, by the catalogue's rules, with three answers: yes, no, unknown.

Kleene's logic: an unknown part decides nothing unless the other parts decide alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.segments import KNOWN_FIELDS, SegmentRule
from contacts.customer import CustomerContext


def holds(rule: SegmentRule, customer: CustomerContext) -> bool | None:
    """Tell whether the rule holds for the customer; None if too little is known to tell."""
    if rule.all is not None:
        return _all(holds(one, customer) for one in rule.all)
    if rule.any is not None:
        return _not(_all(_not(holds(one, customer)) for one in rule.any))
    if rule.none is not None:
        return _all(_not(holds(one, customer)) for one in rule.none)
    return _test(rule, customer)


def _test(rule: SegmentRule, customer: CustomerContext) -> bool | None:
    name = rule.attribute or ""
    value = getattr(customer, name) if name in KNOWN_FIELDS else customer.attributes.get(name)
    if value is None:
        return None
    if rule.is_any_of is not None:
        return value in rule.is_any_of
    if isinstance(value, str):
        return None
    above = rule.at_least is None or value >= rule.at_least
    return above and (rule.at_most is None or value <= rule.at_most)


def _all(answers: Iterable[bool | None]) -> bool | None:
    is_known = True
    for answer in answers:
        if answer is False:
            return False
        is_known = is_known and answer is not None
    return True if is_known else None


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
