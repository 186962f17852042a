"""A catalogue as tables for people."""

from __future__ import annotations

from rich import box
from rich.table import Table

from config.catalogue import Bounds, Catalogue, Eligibility, Product
from marketing.languages import text_in

_LISTS = (
    ("segments", "segment"),
    ("stages", "stage"),
    ("tiers", "tier"),
    ("regions", "region"),
    ("languages", "language"),
)


def product_table(catalogue: Catalogue, language: str) -> Table:
    """Return a line for each product that is shown: what it is worth, and to whom it is shown."""
    shown = [one for one in catalogue.products if one.is_presented]
    table = _table(f"{len(shown)} products")
    for heading in ("product", "name", "category"):
        table.add_column(heading, no_wrap=True)
    for heading in ("value", "difficulty", "stock"):
        table.add_column(heading, justify="right")
    table.add_column("shown to")
    for one in shown:
        table.add_row(
            one.product_id,
            text_in(one.names, language),
            one.category,
            f"{one.value_milli / 1000:,.3f}".rstrip("0").rstrip("."),
            f"{catalogue.difficulty_of(one):g}",
            "-" if one.stock is None else f"{one.stock:,}",
            "; ".join(_rules(one)) or "everybody",
        )
    return table


def playbook_table(catalogue: Catalogue, language: str) -> Table:
    """Return a line for each contact reason: what is suggested, the best fit first."""
    table = _table("playbook")
    table.add_column("reason", no_wrap=True)
    table.add_column("in words")
    table.add_column("suggests, with its weight")
    for entry in catalogue.playbook:
        best_first = sorted(entry.suggests, key=lambda one: -one.weight)
        suggests = (f"{one.product or f'all {one.category}'} {one.weight:g}" for one in best_first)
        table.add_row(entry.reason, text_in(entry.names, language) or "", ", ".join(suggests))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1))


def _rules(product: Product) -> list[str]:
    rules = product.eligibility
    words = [f"{noun} {_or(getattr(rules, key))}" for key, noun in _LISTS if getattr(rules, key)]
    words += [f"{noun} {_bounds(one)}" for noun, one in _bounded(rules) if one is not None]
    if rules.needs_held:
        words.append(f"holds {' and '.join(rules.needs_held)}")
    if rules.excludes_held:
        words.append(f"does not hold {_or(rules.excludes_held)}")
    if rules.not_for_reasons:
        words.append(f"reason is not {_or(rules.not_for_reasons)}")
    if product.campaign_id:
        words.append(f"during {product.campaign_id}")
    if rules.first_day or rules.last_day:
        words.append(f"{rules.first_day or '...'} to {rules.last_day or '...'}")
    return words


def _bounded(rules: Eligibility) -> tuple[tuple[str, Bounds | None], ...]:
    return ("age", rules.age), ("grade", rules.grade)


def _bounds(bounds: Bounds) -> str:
    if bounds.max is None:
        return f"from {bounds.min}"
    return f"to {bounds.max}" if bounds.min is None else f"{bounds.min} to {bounds.max}"


def _or(names: list[str]) -> str:
    return " or ".join(names)
