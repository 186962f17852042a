"""Rounds of products: reserved, presented, released; what bars them, and for how long."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.base import DAY_MS, HOUR_MS
from config.marketing import MarketingSettings
from contacts.customer import CustomerContext
from contacts.vocabulary import FatigueRule, NeverScope
from marketing.cool_down import LimitHit
from marketing.fatigue import Standing
from marketing.ledger import Ledger, dump_ledger, load_ledger
from marketing.ledger_changes import AnyLedgerChange, ProductRef, RoundReserved, who_is
from marketing.reactions import say_never, take_back_never
from marketing.rounds import present, release, release_contact, reserve
from tests.support.rounds_desk import ANNA, BEN, BLUE, CAR, DEFAULTS, GOLD, Desk


def limits(*rows: tuple[str, str, int, int], **more: Any) -> MarketingSettings:
    keys = ("scope", "per", "most", "window_ms")
    written = [dict(zip(keys, row, strict=True)) for row in rows]
    return MarketingSettings.model_validate({"limits": written, "rounds_per_contact": 20} | more)


def test_one_round_in_a_contact() -> None:
    desk = Desk()
    desk.present(ANNA, "k1", 0)
    hit = desk.reserve(ANNA, "k1", 5)
    assert hit == LimitHit(FatigueRule.CONTACT, 1, 1, None, "k1")


def test_three_rounds_in_ninety_days_and_then_again() -> None:
    desk = Desk()
    for day in range(3):
        desk.present(ANNA, f"k{day}", day * DAY_MS)
    hit = desk.hit(ANNA, GOLD, 3 * DAY_MS)
    assert hit == LimitHit(FatigueRule.CUSTOMER, 3, 3, 90 * DAY_MS, "", 90 * DAY_MS)
    assert desk.hit(ANNA, GOLD, 90 * DAY_MS - 1) is not None
    assert desk.hit(ANNA, GOLD, 90 * DAY_MS) is None


def test_the_household_is_counted_together() -> None:
    desk = Desk()
    desk.present(ANNA, "k1", 0)
    desk.present(BEN, "k2", 1)
    desk.present(BEN, "k3", 2)
    hit = desk.hit(ANNA, GOLD, 3)
    assert (hit.rule, hit.count, hit.frees_at_ms) == (FatigueRule.HOUSEHOLD, 3, 90 * DAY_MS)
    assert desk.hit(who_is("cleo", CustomerContext(version="1")), GOLD, 3) is None


def test_who_has_no_household_counts_alone() -> None:
    nobody = CustomerContext(version="1")
    assert who_is("anna", nobody) != who_is("ben", nobody)
    assert who_is("anna", CustomerContext(version="1", household_id="h1")) == ANNA


def test_two_lines_at_once_cannot_exceed_a_limit() -> None:
    desk = Desk(limits(("household", "customer", 1, HOUR_MS)))
    first = desk.reserve(ANNA, "k1", 0)
    assert isinstance(first, RoundReserved)
    second = desk.reserve(BEN, "k2", 0)
    assert isinstance(second, LimitHit)
    assert second.rule is FatigueRule.HOUSEHOLD
    desk.do(release(desk.ledger, first.round_id, 1))
    assert isinstance(desk.reserve(BEN, "k2", 1), RoundReserved)


def test_a_round_that_nobody_confirms_counts_as_presented_when_it_expires() -> None:
    desk = Desk(limits(("customer", "customer", 1, HOUR_MS), reservation_ms=HOUR_MS))
    desk.reserve(ANNA, "k1", 0)
    assert desk.hit(ANNA, GOLD, 2 * HOUR_MS - 1).frees_at_ms == 2 * HOUR_MS
    assert desk.hit(ANNA, GOLD, 2 * HOUR_MS) is None


def test_products_of_one_round_count_one_by_one() -> None:
    desk = Desk(limits(("category", "customer", 2, HOUR_MS), ("campaign", "customer", 1, HOUR_MS)))
    hit = desk.reserve(ANNA, "k1", 0, GOLD, CAR)
    assert hit == LimitHit(FatigueRule.CAMPAIGN, 1, 1, None, "spring", HOUR_MS)
    assert isinstance(desk.reserve(ANNA, "k1", 0, GOLD, BLUE), RoundReserved)
    assert desk.hit(ANNA, BLUE, 1).of == "cards"
    standing = Standing(Ledger(), desk.settings, ANNA, "k1", 0)
    assert standing.hit(CAR) is None
    assert standing.hit(CAR, [GOLD]) is not None


def test_a_product_without_campaign_is_in_no_campaign() -> None:
    desk = Desk(limits(("campaign", "customer", 1, HOUR_MS)))
    desk.present(ANNA, "k1", 0, BLUE)
    assert desk.hit(ANNA, BLUE, 1) is None


def test_a_limit_may_be_for_the_household() -> None:
    desk = Desk(limits(("product", "household", 1, HOUR_MS)))
    desk.present(ANNA, "k1", 0, GOLD)
    assert desk.hit(BEN, GOLD, 1).rule is FatigueRule.PRODUCT
    assert desk.hit(BEN, BLUE, 1) is None


def test_what_is_barred_meanwhile_is_taken_back_at_the_moment_of_presentation() -> None:
    desk = Desk()
    got = desk.reserve(ANNA, "k1", 0, GOLD, CAR)
    assert isinstance(got, RoundReserved)
    desk.do(*say_never(desk.ledger, "anna", NeverScope.CATEGORY, "cards", "customer", 1))
    answer = present(desk.ledger, desk.settings, got.round_id, 2)
    assert answer is not None
    assert answer.products == (CAR,)
    assert answer.hits == {"gold": LimitHit(FatigueRule.NEVER, 1, 0, None, "cards")}
    desk.do(*answer.changes)
    assert [one.state for one in desk.ledger.rounds["r1"].items] == ["released", "presented"]


def test_presenting_twice_changes_nothing() -> None:
    desk = Desk()
    desk.present(ANNA, "k1", 0)
    again = present(desk.ledger, desk.settings, "r1", 5)
    assert again is not None
    assert (again.changes, again.products) == ((), (GOLD,))
    assert present(desk.ledger, desk.settings, "r9", 5) is None


def test_a_contact_that_ends_releases_what_was_not_presented() -> None:
    desk = Desk()
    desk.reserve(ANNA, "k1", 0)
    desk.do(*release_contact(desk.ledger, "anna", "k1", 1))
    assert desk.ledger.rounds == {}
    desk.present(ANNA, "k2", 2)
    assert release_contact(desk.ledger, "anna", "k2", 3) == ()
    assert release(desk.ledger, "r9", 3) is None


def test_never_has_no_expiry_and_can_be_taken_back() -> None:
    desk = Desk()
    said = say_never(desk.ledger, "anna", NeverScope.EVERYTHING, "", "customer", 0)
    desk.do(*said)
    assert say_never(desk.ledger, "anna", NeverScope.EVERYTHING, "", "customer", 1) == ()
    desk.do(*say_never(desk.ledger, "anna", NeverScope.EVERYTHING, "", "import", 2))
    desk.ledger.forget(100 * 365 * DAY_MS)
    assert desk.hit(ANNA, GOLD, 100 * 365 * DAY_MS).rule is FatigueRule.NEVER
    assert desk.hit(BEN, GOLD, 0) is None
    lifted = take_back_never(desk.ledger, "anna", NeverScope.EVERYTHING, "", 3)
    assert len(lifted) == 2
    desk.do(*lifted)
    assert desk.ledger.nevers == {}
    assert desk.hit(ANNA, GOLD, 3) is None


@pytest.mark.parametrize("products", [(), (GOLD, GOLD)])
def test_a_round_needs_products_each_once(products: tuple[ProductRef, ...]) -> None:
    with pytest.raises(ValueError, match="at least one product, each once"):
        reserve(Ledger(), DEFAULTS, ANNA, "k1", "r1", products, 0)


def test_a_round_needs_an_id_of_its_own() -> None:
    desk = Desk()
    desk.present(ANNA, "k1", 0)
    with pytest.raises(ValueError, match="'r1'"):
        reserve(desk.ledger, DEFAULTS, BEN, "k2", "r1", (GOLD,), 0)


def test_a_tightened_limit_holds_at_once_for_what_is_kept() -> None:
    desk = Desk(limits(("customer", "customer", 3, HOUR_MS)))
    desk.present(ANNA, "k1", 0)
    desk.settings = limits(("customer", "customer", 1, 2 * HOUR_MS))
    assert desk.hit(ANNA, GOLD, HOUR_MS).frees_at_ms == 2 * HOUR_MS


def test_changes_and_snapshot_are_written_and_read() -> None:
    desk = Desk()
    desk.present(ANNA, "k1", 0, GOLD, CAR)
    desk.do(*say_never(desk.ledger, "ben", NeverScope.PRODUCT, "car", "customer", 1))
    snapshot = dump_ledger(desk.ledger)
    written = msgspec.json.encode(snapshot)
    read = load_ledger(msgspec.json.decode(written, type=type(snapshot)))
    assert dump_ledger(read) == snapshot
    for change in say_never(read, "anna", NeverScope.PRODUCT, "gold", "import", 2):
        as_bytes = msgspec.json.encode(change)
        assert msgspec.json.decode(as_bytes, type=AnyLedgerChange) == change
