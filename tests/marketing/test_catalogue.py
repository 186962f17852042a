"""The index over a catalogue: look-ups, campaigns, stock and budgets."""

from __future__ import annotations

from config.catalogue import Catalogue
from contacts.customer import NOTHING_KNOWN, CustomerContext, RelationshipStage
from marketing.barriers import Barrier
from marketing.catalogue import CatalogueIndex

IN_SEASON = "2026-11-02"


def product(product_id: str, category: str = "c", **more: object) -> dict[str, object]:
    names = {"en": product_id}
    return {
        "product_id": product_id,
        "category": category,
        "names": names,
        "value_milli": 1,
        **more,
    }


def index_of(*products: dict[str, object], **more: object) -> CatalogueIndex:
    return CatalogueIndex(Catalogue.model_validate({"products": list(products), **more}))


def certificates(index: CatalogueIndex) -> set[str]:
    return {item.certificate for item in index.items.values()}


def test_a_classic_holder_of_the_example_is_shown_what_fits(bank: CatalogueIndex) -> None:
    customer = CustomerContext(
        version="7",
        grade=4,
        age=40,
        stage=RelationshipStage.GROW,
        held=("classic-card", "current-account"),
        attributes={"abroad_payments_per_year": 5.0},
    )
    situation = bank.situation(customer, "statement", IN_SEASON, certificates(bank))
    found = bank.candidates(situation)
    assert [item.product.product_id for item in found.eligible] == [
        "gold-card",
        "supplementary-card",
        "travel-card",
        "instalment-plan",
        "purchase-instalments",
        "cash-instalments",
        "e-statement",
        "text-alerts",
        "due-date-reminder",
        "autopay",
        "mobile-pay",
        "card-protection",
        "travel-insurance",
        "savings-plan",
        "term-deposit",
        "points-double",
    ]
    why = {one.product_id: (one.barrier, one.have, one.want) for one in found.barred}
    assert why == {
        "current-account": (Barrier.NOT_PRESENTED, None, None),
        "classic-card": (Barrier.NOT_PRESENTED, None, None),
        "platinum-card": (Barrier.GRADE_TOO_LOW, 4, 5),
        "student-card": (Barrier.TOO_OLD, 40, 25),
        "club-membership": (Barrier.UNKNOWN_TIER, None, None),
    }


def test_every_product_is_judged_once(bank: CatalogueIndex) -> None:
    found = bank.candidates(bank.situation(NOTHING_KNOWN, None, IN_SEASON, ()))
    ids = [item.product.product_id for item in found.eligible]
    ids += [one.product_id for one in found.barred]
    assert sorted(ids) == sorted(bank.items)
    assert found.eligible == []


def test_a_product_is_shown_only_while_its_campaign_runs() -> None:
    index = index_of(
        product("a", campaign_id="k", eligibility={"first_day": "2026-01-10"}),
        campaigns=[{"campaign_id": "k", "first_day": "2026-01-01", "last_day": "2026-01-31"}],
    )
    days = {
        day: not index.candidates(index.situation(NOTHING_KNOWN, None, day, ["c"])).barred
        for day in ("2026-01-09", "2026-01-10", "2026-01-31", "2026-02-01")
    }
    assert list(days.values()) == [False, True, True, False]


def test_products_kept_apart_are_apart_both_ways() -> None:
    index = index_of(product("a", not_with=["b"]), product("b"), product("x"))
    assert not index.goes_with("a", ["x", "b"])
    assert not index.goes_with("b", ["a"])
    assert index.goes_with("x", ["a", "b"])
    assert index.goes_with("a", [])


def test_the_tightest_of_stock_and_budgets_counts() -> None:
    index = index_of(
        product("free"),
        product("few", stock=3),
        product("dear", stock=9, cost_milli=10, budget_milli=55, campaign_id="k"),
        campaigns=[{"campaign_id": "k", "budget_milli": 100}],
    )

    def left(name: str, accepted: int = 0, spent: int = 0, campaign: int = 0) -> int | None:
        return index.units_left(
            name, accepted=accepted, spent_milli=spent, campaign_spent_milli=campaign
        )

    assert left("free", accepted=10**6) is None
    assert [left("few", accepted=sold) for sold in (0, 2, 3, 4)] == [3, 1, 0, 0]
    assert left("dear") == 5
    assert left("dear", accepted=8, spent=5) == 1
    assert left("dear", spent=46) == 0
    assert left("dear", campaign=81) == 1
    found = index.candidates(index.situation(NOTHING_KNOWN, None, IN_SEASON, ["c"]), {"few": 0})
    assert [one.product_id for one in found.barred] == ["few"]
