"""What the catalogue's models cannot see key by key: unknown ids, contradictions, empty windows.

Works on the data as read, so that everything is found at once even where other keys are wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from config.allowed import did_you_mean
from config.catalogue_held import contradicting_holdings, is_presented
from config.checks import Table, given_twice, tables_in, texts_in
from config.problems import Finding, Path, shown

_IDS = (
    ("products", "product_id"),
    ("campaigns", "campaign_id"),
    ("playbook", "reason"),
    ("segments", "segment_id"),
)


def contradictions(data: Table) -> Iterator[Finding]:
    """Yield what is wrong beyond the type and bounds of a single key."""
    for name, key in _IDS:
        yield from given_twice(data, name, key)
    products = list(tables_in(data.get("products"), ("products",)))
    campaigns = {
        str(one.get("campaign_id")): one for _, one in tables_in(data.get("campaigns"), ())
    }
    yield from _both_product_and_category(products)
    for path, product in products:
        yield from _empty_bounds(path, product)
        yield from _unknown_campaign(path, product, campaigns)
        yield from _never_in_time(path, product, campaigns)
        yield from _not_beside(path, product, products)
        yield from _budget_of_product(path, product)
    for path, campaign in tables_in(data.get("campaigns"), ("campaigns",)):
        yield from _reversed_days(path, campaign)
        yield from _budget_of_campaign(path, campaign, products)
    yield from contradicting_holdings(products)
    yield from _playbook(data, products)
    yield from _difficulties(data, products)


def _both_product_and_category(products: Sequence[tuple[Path, Table]]) -> Iterator[Finding]:
    categories = {str(one.get("category")) for _, one in products}
    for path, product in products:
        name = product.get("product_id")
        if isinstance(name, str) and name in categories:
            allowed = "is a category as well; rules could not tell them apart: rename one"
            yield Finding((*path, "product_id"), shown(name), allowed)


def _eligibility(path: Path, product: Table) -> tuple[Path, Table]:
    found = product.get("eligibility")
    return (*path, "eligibility"), found if isinstance(found, dict) else {}


def _empty_bounds(path: Path, product: Table) -> Iterator[Finding]:
    place, rules = _eligibility(path, product)
    for key in ("age", "grade"):
        bounds = rules.get(key)
        low, high = (bounds.get("min"), bounds.get("max")) if isinstance(bounds, dict) else (0, 0)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            allowed = f"min = {low} is above max = {high}: nobody can ever be eligible"
            yield Finding((*place, key), None, allowed)


def _unknown_campaign(path: Path, product: Table, known: dict[str, Table]) -> Iterator[Finding]:
    name = product.get("campaign_id")
    if isinstance(name, str) and name not in known:
        yield Finding((*path, "campaign_id"), shown(name), _unknown("campaign", name, known))


def _unknown(what: str, name: str, known: Sequence[str] | dict[str, Table]) -> str:
    hint = did_you_mean(name, known)
    return f"there is no such {what} in the catalogue; {hint or 'add it, or leave it out'}"


def _days(table: Table) -> tuple[date | None, date | None]:
    return _day(table.get("first_day")), _day(table.get("last_day"))


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _reversed_days(path: Path, table: Table) -> Iterator[Finding]:
    first, last = _days(table)
    if first and last and first > last:
        allowed = f"is before first_day = {first}: no day is left; swap them or correct one"
        yield Finding((*path, "last_day"), str(last), allowed)


def _never_in_time(path: Path, product: Table, campaigns: dict[str, Table]) -> Iterator[Finding]:
    place, rules = _eligibility(path, product)
    wrong = list(_reversed_days(place, rules))
    yield from wrong
    campaign = campaigns.get(str(product.get("campaign_id")), {})
    if wrong or list(_reversed_days((), campaign)):
        return
    (first, last), (begins, ends) = _days(rules), _days(campaign)
    if (last and begins and last < begins) or (first and ends and first > ends):
        yield Finding(
            place,
            None,
            f"no day of it ({first or '...'} to {last or '...'}) is within its campaign"
            f" ({begins or '...'} to {ends or '...'}): nobody can ever be eligible",
        )


def _not_beside(
    path: Path, product: Table, products: Sequence[tuple[Path, Table]]
) -> Iterator[Finding]:
    known = [str(one.get("product_id")) for _, one in products]
    for place, name in texts_in(product.get("not_with"), (*path, "not_with")):
        if name == product.get("product_id"):
            yield Finding(place, shown(name), "the product excludes itself; leave it out")
        elif name not in known:
            yield Finding(place, shown(name), _unknown("product", name, known))


def _budget_of_product(path: Path, product: Table) -> Iterator[Finding]:
    budget, cost = product.get("budget_milli"), product.get("cost_milli", 0)
    if not isinstance(budget, int) or not isinstance(cost, int):
        return
    place = (*path, "budget_milli")
    if cost == 0:
        yield Finding(place, shown(budget), "is never used up; give cost_milli > 0 beside it")
    elif 0 <= budget < cost:
        allowed = f"is less than one acceptance costs ({cost}): nobody can ever be eligible"
        yield Finding(place, shown(budget), allowed)


def _budget_of_campaign(
    path: Path, campaign: Table, products: Sequence[tuple[Path, Table]]
) -> Iterator[Finding]:
    name, budget = campaign.get("campaign_id"), campaign.get("budget_milli")
    costs = [one.get("cost_milli", 0) for _, one in products if one.get("campaign_id") == name]
    if isinstance(budget, int) and not any(costs):
        allowed = "is never used up; give products of the campaign cost_milli > 0"
        yield Finding((*path, "budget_milli"), shown(budget), allowed)


def _playbook(data: Table, products: Sequence[tuple[Path, Table]]) -> Iterator[Finding]:
    known = {
        "product": [str(one.get("product_id")) for _, one in products],
        "category": [str(one.get("category")) for _, one in products],
    }
    shown_ever = [one for _, one in products if is_presented(one)]
    usable = {
        "product": {str(one.get("product_id")) for one in shown_ever},
        "category": {str(one.get("category")) for one in shown_ever},
    }
    for path, entry in tables_in(data.get("playbook"), ("playbook",)):
        seen: set[tuple[str, str]] = set()
        for place, one in tables_in(entry.get("suggests"), (*path, "suggests")):
            for kind in ("product", "category"):
                name = one.get(kind)
                if not isinstance(name, str):
                    continue
                if name not in known[kind]:
                    allowed = _unknown(kind, name, known[kind])
                elif name not in usable[kind]:
                    allowed = "is never shown (is_presented = false); leave it out"
                elif (kind, name) in seen:
                    allowed = "is suggested before for this reason; give it once"
                else:
                    seen.add((kind, name))
                    continue
                yield Finding((*place, kind), shown(name), allowed)


def _difficulties(data: Table, products: Sequence[tuple[Path, Table]]) -> Iterator[Finding]:
    known = [str(one.get("product_id")) for _, one in products]
    table = data.get("difficulties")
    weights = table.get("weights") if isinstance(table, dict) else None
    for name in weights if isinstance(weights, dict) else ():
        if name not in known:
            yield Finding(("difficulties", "weights", name), None, _unknown("product", name, known))
