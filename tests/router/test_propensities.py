"""Propensities that are journaled: when they are exact, and that they then are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from router import marketing_decisions as m
from tests.router.test_marketing import DAY, Shop
from tests.support.offers import catalogue

APART = catalogue(plan={"not_with": ["news"]})
CARDS = {"scope": "category", "window_ms": 30 * DAY}


def selection(shop: Shop, contact_id: str = "c1") -> m.ProductsSelected:
    shop.selected(contact_id)
    [one] = shop.said(m.ProductsSelected)
    return one


@pytest.mark.parametrize(
    ("products", "limits", "is_exact"),
    [
        (catalogue(), [], True),
        (APART, [], False),
        (catalogue(plan={"not_with": ["news"]}, news={"stock": 0}), [], True),
        (catalogue(), [{**CARDS, "most": 1}], False),
        (catalogue(), [{**CARDS, "most": 2}], True),
    ],
    ids=["free", "apart", "apart from what is sold out", "one of a category", "room for all"],
)
def test_propensities_are_exact_unless_permitted_products_bar_one_another(
    products: dict[str, Any], limits: list[dict[str, Any]], is_exact: bool
) -> None:
    shop = Shop(products=products, limits=limits, products_least=1, products_most=2)
    assert selection(shop).is_exact is is_exact


def shares(products: dict[str, Any], number: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return how often each product was selected, and the propensity it was last told with."""
    shop = Shop(products=products, limits=[], products_least=1, products_most=2)
    times: Counter[str] = Counter()
    told: dict[str, float] = {}
    for contact in range(number):
        for each in selection(shop, f"c{contact}").products:
            times[each.ref.product_id] += 1
            told[each.ref.product_id] = each.presented.propensity_ppb / 1e9
        shop.end(f"c{contact}")
    return {name: count / number for name, count in times.items()}, told


def test_exact_propensities_are_how_often_products_are_selected() -> None:
    number = 400
    seen, told = shares(catalogue(), number)
    assert sum(0.05 < one < 0.95 for one in told.values()) >= 2, "some are left to chance"
    for name, share in seen.items():
        tolerance = 4 * (max(told[name] * (1 - told[name]), 0) / number) ** 0.5
        assert share == pytest.approx(told[name], abs=tolerance + 1e-6), name


def test_those_that_are_not_exact_would_mislead() -> None:
    seen, told = shares(APART, 400)
    assert any(abs(seen[name] - told[name]) > 0.1 for name in seen)
