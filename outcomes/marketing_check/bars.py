"""Which products of the catalogue each rule bars for a contact, and which bar one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from outcomes.marketing_check.catalogue import Shelf
from outcomes.marketing_check.facts import Facts
from outcomes.marketing_check.fatigue import FatigueChecker, Row
from outcomes.marketing_check.law import consent_bar, customer_bars


def bars(
    facts: Facts, shelf: Shelf, fatigue: FatigueChecker, contact_id: str
) -> dict[str, set[str]]:
    """Return by rule the products that it bars now; all rules count, not the first alone."""
    everything = shelf.products.keys()
    context = facts.context(contact_id)
    barred: dict[str, set[str]] = {}
    for rule in customer_bars(facts.marketing, context, emergency=facts.emergency):
        barred[rule] = set(everything)
    for category, names in shelf.of_category.items():
        bar = consent_bar(facts.marketing, context, category, facts.now_ms)
        if bar is not None:
            barred.setdefault(bar, set()).update(names)
    certificates = facts.certificates(contact_id)
    if certificates is not None:
        barred["certificate"] = {
            one for one in everything if shelf.certificate(one) not in certificates
        }
    for name, rules in shelf.bars(facts.moment(contact_id)).items():
        for rule in rules:
            barred.setdefault(f"catalogue_{rule}", set()).add(name)
    _add_limits(facts, shelf, fatigue, contact_id, barred)
    return barred


def _add_limits(
    facts: Facts,
    shelf: Shelf,
    fatigue: FatigueChecker,
    contact_id: str,
    barred: dict[str, set[str]],
) -> None:
    row = facts.asking(contact_id)
    if row is None:
        return
    for rule, keys in fatigue.standing(row).items():
        names = barred.setdefault(f"limit_{rule}", set())
        for what, which in keys:
            match what:
                case "everything":
                    names.update(shelf.products)
                case "product":
                    names.update({which} & shelf.products.keys())
                case "category":
                    names.update(shelf.of_category.get(which, ()))
                case _:
                    names.update(shelf.of_campaign.get(which, ()))


def bar_one_another(
    shelf: Shelf, fatigue: FatigueChecker, row: Row, permitted: Collection[str]
) -> bool:
    """Tell whether not all of the permitted products may be in one round, if it were large."""
    products = [shelf.products[name] for name in permitted]
    if any(other in permitted for one in products for other in one.get("not_with") or ()):
        return True
    keys = {"product": "product_id", "category": "category", "campaign": "campaign_id"}
    for limit in fatigue.rules.limits:
        if limit.scope not in keys:
            continue
        used = fatigue.counted(limit, row)
        wanted = Counter(str(of) for one in products if (of := one.get(keys[limit.scope])))
        if any(used[of] + count > limit.most for of, count in wanted.items()):
            return True
    return False
