"""Contradictions in what products ask customers to hold: unknown ids, cycles, needs excluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.allowed import did_you_mean
from config.checks import Table, texts_in
from config.problems import Finding, Path, shown

Products = Sequence[tuple[Path, Table]]


class Asks(NamedTuple):
    """What one product asks customers to hold, each by its place in the file."""

    path: Path
    category: str
    needs: dict[str, Path]
    excludes: dict[str, Path]


def contradicting_holdings(products: Products) -> Iterator[Finding]:
    """Yield each id that is not in the catalogue, and each rule that nobody can ever meet."""
    asks = {str(one.get("product_id")): _asks(path, one) for path, one in products}
    by_category: dict[str, list[str]] = {}
    for name, one in asks.items():
        by_category.setdefault(one.category, []).append(name)
    for one in asks.values():
        yield from _unknown_ids(one, asks, by_category)
        yield from _needs_excluded(one, asks, by_category)
    yield from _cycles(asks, by_category)


def is_presented(product: Table) -> bool:
    """Tell whether the product is shown at all, and not only listed as something to hold."""
    return product.get("is_presented") is not False


def _asks(path: Path, product: Table) -> Asks:
    rules = product.get("eligibility")
    rules = rules if isinstance(rules, dict) and is_presented(product) else {}
    needs, excludes = (
        {name: place for place, name in texts_in(rules.get(key), (*path, "eligibility", key))}
        for key in ("needs_held", "excludes_held")
    )
    return Asks(path, str(product.get("category")), needs, excludes)


def _unknown_ids(
    one: Asks, asks: Mapping[str, Asks], by_category: Mapping[str, list[str]]
) -> Iterator[Finding]:
    known = [*asks, *by_category]
    for name, place in [*one.needs.items(), *one.excludes.items()]:
        if name not in known:
            hint = did_you_mean(name, known) or "list it with is_presented = false, or leave it out"
            allowed = f"there is no such product or category in the catalogue; {hint}"
            yield Finding(place, shown(name), allowed)


def _needs_excluded(
    one: Asks, asks: Mapping[str, Asks], by_category: Mapping[str, list[str]]
) -> Iterator[Finding]:
    for name, place in one.needs.items():
        group = asks[name].category if name in asks else None
        members = by_category.get(name, [])
        if name in one.excludes:
            why = "it is in excludes_held as well"
        elif group is not None and group in one.excludes:
            why = f'excludes_held has its category "{group}"'
        elif members and all(member in one.excludes for member in members):
            why = "excludes_held has all products of this category"
        else:
            continue
        allowed = f"is needed, yet {why}: nobody can ever be eligible; take one of them out"
        yield Finding(place, shown(name), allowed)


def _cycles(asks: Mapping[str, Asks], by_category: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Yield each ring of products of which nobody can come to hold the first, once.

    A need for a category is met by any of its products, so it closes a ring only if all of them
    wait for each other.
    """

    def unmet(name: str) -> Iterator[tuple[str, Path, str]]:
        for need, place in asks[name].needs.items():
            choices = by_category.get(need) or ([need] if need in asks else [])
            if choices and not any(choice in obtainable for choice in choices):
                yield need, place, choices[0]

    obtainable: set[str] = set()
    while more := [one for one in asks if one not in obtainable and not any(unmet(one))]:
        obtainable.update(more)
    done: set[str] = set()
    for start in asks:
        walk: list[str] = []
        here = start
        while here not in obtainable and here not in done and here not in walk:
            walk.append(here)
            here = next(unmet(here))[2]
        if here in walk:
            need, place, _ = next(unmet(here))
            ring = " needs ".join([*walk[walk.index(here) :], here])
            allowed = f"a cycle: {ring}; nobody can ever be eligible: take one of the needs out"
            yield Finding(place, shown(need), allowed)
        done.update(walk)
