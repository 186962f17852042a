"""Presenting in the engine: what is asked once more, who may speak for a round, told again."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.vocabulary import NeverScope, ReactionKind, Rejection
from marketing.ledger_changes import RoundReleased
from marketing.rounds import Progress
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.decisions import AssignmentRestated
from router.snapshot import dump_state, load_state
from tests.router.test_marketing import DAY, Shop
from tests.support.desk import BRIDGE, SECOND
from tests.support.offers import a_customer, catalogue

LONG_AGO, SOON = "2023-11-01", "2023-11-15"
"""Days before and after the one on which stories begin."""


def certify(shop: Shop, **certificates: str) -> None:
    """Anna and ben have these certificates from now on."""
    settings = shop.state.settings.model_dump(mode="json")
    for one in settings["agents"]:
        one["certificates"] = certificates
    shop.tell(e.ConfigurationChanged, settings=settings)


def withdrawn(shop: Shop) -> dict[str, str]:
    """Return the codes of what the last step withdrew."""
    return {name: why for one in shop.said(m.ProductsWithdrawn) for name, why in one.why.items()}


def categories(shop: Shop) -> dict[str, str]:
    """Return the category of each product selected last."""
    [*_, one] = shop.ever_said(m.ProductsSelected)
    return {each.ref.product_id: each.ref.category for each in one.products}


@pytest.mark.parametrize(
    ("left", "code"),
    [({}, "no_certificate"), ({"cards": LONG_AGO, "loans": LONG_AGO}, "certificate_expired")],
)
def test_a_certificate_that_is_gone_withdraws_its_products_and_no_others(
    left: dict[str, str], code: str
) -> None:
    shop = Shop()
    shop.selected("c1")
    of = categories(shop)
    certify(shop, **{**left, "bank": "none"})
    shop.present("c1")
    assert withdrawn(shop) == {name: code for name in of if of[name] != "bank"}
    [one] = shop.state.offers.ledger.rounds.values()
    assert {item.product.product_id for item in one.items if item.counts} == {"news"}


def test_a_certificate_may_run_out_between_selection_and_presentation() -> None:
    shop = Shop()
    certify(shop, cards=SOON, loans=SOON, bank=SOON)
    products = shop.selected("c1")
    shop.wait(2 * DAY)
    shop.present("c1")
    assert withdrawn(shop) == dict.fromkeys(products, "certificate_expired")
    assert not shop.state.offers.ledger.rounds


@pytest.mark.parametrize(
    ("products", "code"),
    [
        (catalogue(news={"is_presented": False}), "not_presented"),
        (catalogue(news={"eligibility": {"last_day": "2023-01-01"}}), "over"),
        (catalogue(news={"stock": 0}), "sold_out"),
        ({"products": catalogue()["products"][:-1]}, "not_in_catalogue"),
    ],
)
def test_the_catalogues_rules_are_asked_again(products: dict[str, Any], code: str) -> None:
    shop = Shop(products_most=5)
    selected = shop.selected("c1")
    shop.tell(me.CatalogueChanged, catalogue=products)
    shop.present("c1")
    assert withdrawn(shop) == {"news": code}
    shop.react("c1", selected[0] if selected[0] != "news" else selected[1], ReactionKind.ACCEPTED)
    assert shop.rejection is None


def test_a_consent_taken_back_for_a_category_withdraws_that_category() -> None:
    shop = Shop()
    shop.selected("c1")
    of = categories(shop)
    known = a_customer()
    assert known.consents is not None
    loans = type(known.consents[0])(purpose="loans", given=False, at_ms=2, how="", wording="")
    later = a_customer(consents=(*known.consents, loans))
    shop.tell(me.CustomerContextAttached, contact_id="c1", context=later)
    shop.present("c1")
    want = {name: "consent_withdrawn" for name in of if of[name] == "loans"}
    assert withdrawn(shop) == want


def test_a_reaction_says_that_the_rest_was_presented_too_but_for_what_is_barred() -> None:
    shop = Shop(products_most=5)
    shop.selected("c1")
    certify(shop, cards="none", loans="none")
    shop.react("c1", "news", ReactionKind.DECLINED)
    assert shop.rejection is Rejection.PRODUCT_NOT_PRESENTED
    shop.react("c1", "gold", ReactionKind.DECLINED)
    assert shop.rejection is None
    assert withdrawn(shop) == {"news": "no_certificate"}


# --- who may speak -------------------------------------------------------------------------


def handed_on() -> tuple[Shop, str, str]:
    """Anna presents a product and hands the contact to ben; return both agents' names."""
    shop = Shop()
    products = shop.selected("c1")
    first = shop.holder("c1")
    shop.present("c1")
    second = {"anna": "ben", "ben": "anna"}[first]
    shop.transfer("c1", to_agent_id=second)
    shop.wait(SECOND)
    shop.accept("c1")
    assert shop.holder("c1") == second
    return shop, first, products[0]


@pytest.mark.parametrize("ended", [False, True])
def test_an_agents_client_speaks_only_for_the_rounds_of_that_agent(ended: bool) -> None:
    shop, first, product = handed_on()
    second = {"anna": "ben", "ben": "anna"}[first]
    if ended:
        shop.end("c1")
        shop.wait(SECOND)
    reacted = {"agent_id": second, "source": f"agent/{second}"}
    shop.react("c1", product, ReactionKind.ACCEPTED, **reacted)
    assert shop.rejection is Rejection.ROUND_OF_ANOTHER_AGENT
    shop.react("c1", product, ReactionKind.ACCEPTED, agent_id=first, source=f"agent/{first}")
    assert len(shop.said(m.SaleRecorded)) == 1
    shop.react("c1", product, ReactionKind.DECLINED, agent_id=second, source=BRIDGE)
    assert shop.said(m.SaleRecorded)[0].is_cancelled, "a bridge may speak for agents"


def test_with_two_rounds_each_agent_speaks_for_the_own_one() -> None:
    shop = Shop(rounds_per_contact=2, limits=[], products_most=5)
    shop.selected("c1")
    first = shop.holder("c1")
    second = {"anna": "ben", "ben": "anna"}[first]
    shop.present("c1")
    shop.transfer("c1", to_agent_id=second)
    shop.accept("c1")
    assert shop.complete("c1").granted
    shop.present("c1")
    rounds = {one.agent_id: one for one in shop.state.offers.ledger.rounds.values()}
    for name, kind in ((first, ReactionKind.DECLINED), (second, ReactionKind.ACCEPTED)):
        shop.react("c1", "gold", kind, agent_id=name, source=f"agent/{name}")
    for name, kind in ((first, ReactionKind.DECLINED), (second, ReactionKind.ACCEPTED)):
        item = rounds[name].item("gold")
        assert item is not None
        assert item.reaction is kind


def test_an_agent_cannot_present_what_was_selected_for_another() -> None:
    shop, first, _ = handed_on()
    second = {"anna": "ben", "ben": "anna"}[first]
    shop.set_marketing(enabled=False)
    shop.complete_service("c1")
    shop.present("c1")
    assert shop.holder("c1") == second
    assert shop.rejection is Rejection.ROUND_OF_ANOTHER_AGENT


# --- told again ----------------------------------------------------------------------------


def test_who_comes_back_is_told_the_products_again_with_what_was_said() -> None:
    shop = Shop(products_most=5)
    shop.selected("c1")
    name = shop.holder("c1")
    [selected] = shop.said(m.ProductsSelected)
    shop.present("c1")
    shop.react("c1", "gold", ReactionKind.NEVER_AGAIN, scope=NeverScope.CATEGORY)
    shop.react("c1", "news", ReactionKind.NOT_PRESENTED)
    shop.lose(name)
    for client, more in (("", {}), ("two", {"take_over": True})):
        shop.sign_in(name, client, **more)
        assert len(shop.said(AssignmentRestated)) == 1
        [again] = shop.said(m.ProductsRestated)
        assert (again.round_id, again.products) == (selected.round_id, selected.products)
        assert again.progress["gold"] == Progress("presented", "never_again", "category")
        assert again.progress["news"] == Progress("released", "not_presented")
        assert again.progress["loan"] == Progress("presented")
    shop.report_live(("c1", "sales", name))
    assert len(shop.said(m.ProductsRestated)) == 1


def test_a_contact_without_products_and_one_that_is_over_have_none_to_tell() -> None:
    shop = Shop()
    shop.serve("c1")
    name = shop.holder("c1")
    shop.sign_in(name)
    assert shop.said(AssignmentRestated)
    assert not shop.said(m.ProductsRestated)
    assert shop.complete("c1").granted
    assert list(shop.state.offers.in_hand) == [shop.assignment("c1").round_id]
    shop.end("c1")
    assert not shop.state.offers.in_hand


def test_a_snapshot_keeps_the_rounds_in_hand() -> None:
    shop = Shop()
    shop.selected("c1")
    shop.present("c1")
    again = load_state(dump_state(shop.state))
    assert again.offers.in_hand == shop.state.offers.in_hand
    assert list(again.offers.in_hand.values()) == shop.ever_said(m.ProductsSelected)


def test_not_presented_of_what_is_only_selected_releases_it_and_nothing_else() -> None:
    shop = Shop(products_most=5)
    first, second, *_ = shop.selected("c1")
    shop.react("c1", first, ReactionKind.NOT_PRESENTED)
    assert shop.rejection is None
    assert [type(one.change) for one in shop.said(m.LedgerChanged)] == [RoundReleased]
    shop.react("c1", second, ReactionKind.DECLINED)
    [one] = shop.state.offers.ledger.rounds.values()
    assert {item.product.product_id for item in one.items if not item.counts} == {first}
    shop.react("c1", first, ReactionKind.ACCEPTED)
    assert shop.rejection is Rejection.PRODUCT_NOT_PRESENTED


def test_a_round_of_which_nothing_was_presented_counts_nowhere() -> None:
    shop = Shop()
    for one in shop.selected("c1"):
        shop.react("c1", one, ReactionKind.NOT_PRESENTED)
    assert not shop.state.offers.ledger.rounds
