"""Products in the engine: selected at an open gate, presented, reacted to, learned; recovery."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.customer import CustomerContext
from contacts.vocabulary import AssignmentState, FollowUp, NeverScope, ReactionKind, Rejection
from marketing.ledger_changes import ReactionNoted, RoundReleased
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.apply import apply_record
from router.decisions import MarketingDecided
from router.gatekeeper import decide
from router.snapshot import dump_state, load_state
from router.state import RoutingState
from tests.support.desk import MINUTE, Desk, agent, always, queue
from tests.support.offers import a_customer, catalogue

DAY = 24 * 60 * MINUTE
ALL_CERTIFICATES = {"*": "none"}


class Shop(Desk):
    """A desk with an open gate and a catalogue; anna and ben may present everything.

    With `gate`, the queue's gate settings, the gate decides as it does in the engine.
    """

    def __init__(
        self,
        *,
        products: dict[str, Any] | None = None,
        gate: dict[str, Any] | None = None,
        **marketing: Any,
    ) -> None:
        self._marketing = {"enabled": True, **marketing}
        people = [
            agent(name).model_copy(update={"certificates": ALL_CERTIFICATES})
            for name in ("anna", "ben")
        ]
        super().__init__(
            queue(gate=gate or {}),
            agents=people,
            ready="anna ben",
            gate=decide if gate else always,
        )
        self.tell(me.CatalogueChanged, catalogue=products or catalogue())
        self.set_marketing(**marketing)

    def set_marketing(self, **marketing: Any) -> None:
        settings = self.state.settings.model_dump(mode="json")
        settings["marketing"] |= {"enabled": True, **marketing}
        self.tell(e.ConfigurationChanged, settings=settings)

    def serve(self, contact_id: str, context: CustomerContext | None = None, **more: Any) -> str:
        """A customer comes and is served; return the agent."""
        more.setdefault("customer_id", f"customer-{contact_id}")
        self.arrive(contact_id, context=context or a_customer(), **more)
        self.accept(contact_id)
        self.wait(MINUTE)
        return self.holder(contact_id)

    def complete(self, contact_id: str) -> MarketingDecided:
        self.complete_service(contact_id)
        return self.said(MarketingDecided)[0]

    def selected(self, contact_id: str, **more: Any) -> tuple[str, ...]:
        """Serve a customer to the open gate; return the products selected."""
        self.serve(contact_id, **more)
        assert self.complete(contact_id).granted
        [one] = self.said(m.ProductsSelected)
        return tuple(each.ref.product_id for each in one.products)

    def present(self, contact_id: str) -> None:
        self.by_holder(me.ProductsPresented, contact_id)

    def react(self, contact_id: str, product_id: str, kind: ReactionKind, **more: Any) -> None:
        who = more.pop("agent_id", "anna")
        self.tell(
            me.ReactionRecorded,
            contact_id=contact_id,
            agent_id=who,
            product_id=product_id,
            reaction=kind,
            **more,
        )


def test_an_open_gate_shows_products_with_reasons_and_propensities() -> None:
    shop = Shop()
    shop.serve("c1", reason="statement")
    assert shop.complete("c1").granted
    [one] = shop.said(m.ProductsSelected)
    assert 3 <= len(one.products) <= 5
    assert all(0 < each.presented.propensity_ppb <= 10**9 for each in one.products)
    assert all(each.permission.consent is not None for each in one.products)
    assert shop.is_in("c1", AssignmentState.MARKETING)


def test_switched_off_nothing_is_selected_and_the_gate_opens_as_before() -> None:
    shop = Shop()
    shop.set_marketing(enabled=False)
    shop.serve("c1")
    assert shop.complete("c1").granted
    assert not shop.said(m.ProductsSelected)


@pytest.mark.parametrize(
    ("context", "why"),
    [
        (a_customer(opted_out=True), "products_opted_out"),
        (a_customer(vulnerable=True), "products_vulnerable"),
        (a_customer(open_complaints=1), "products_open_complaint"),
        (a_customer(consents=()), "products_consent_missing"),
        (a_customer(consents=None), "products_fact_unknown"),
        (CustomerContext(version=""), "products_fact_unknown"),
    ],
)
def test_the_gate_stays_shut_where_nothing_may_be_presented(
    context: CustomerContext, why: str
) -> None:
    shop = Shop()
    shop.serve("c1", context)
    answer = shop.complete("c1")
    assert (answer.granted, answer.reason) == (False, why)
    assert not shop.is_in("c1", AssignmentState.MARKETING)


def test_late_context_is_an_event_of_its_own() -> None:
    shop = Shop()
    shop.arrive("c1", customer_id="u1")
    shop.accept("c1")
    shop.tell(me.CustomerContextAttached, contact_id="c1", context=a_customer())
    assert shop.complete("c1").granted
    shop.tell(me.CustomerContextAttached, contact_id="gone", context=a_customer())
    assert shop.rejection is Rejection.CONTACT_UNKNOWN


def test_agents_without_certificates_only_serve() -> None:
    shop = Shop()
    people = [agent("anna"), agent("ben")]
    settings = shop.state.settings.model_copy(update={"agents": people}).model_dump(mode="json")
    shop.tell(e.ConfigurationChanged, settings=settings)
    shop.serve("c1")
    assert shop.complete("c1").reason == "products_no_certificate"


def test_the_law_is_asked_again_at_the_moment_of_presentation() -> None:
    shop = Shop()
    products = shop.selected("c1")
    shop.tell(me.CustomerContextAttached, contact_id="c1", context=a_customer(opted_out=True))
    shop.present("c1")
    [withdrawn] = shop.said(m.ProductsWithdrawn)
    assert withdrawn.why == dict.fromkeys(products, "opted_out")


def test_two_lines_at_once_share_a_households_limit() -> None:
    shop = Shop(limits=[{"scope": "household", "most": 1, "window_ms": 90 * DAY}])
    family = a_customer(household_id="smith")
    shop.serve("c1", family)
    shop.serve("c2", family)
    assert shop.complete("c1").granted
    assert shop.complete("c2").reason == "products_limit_household"
    shop.end("c1")
    shop.end("c2")
    shop.serve("c3", family)
    assert shop.complete("c3").granted, "what was never presented was released"


def test_a_reaction_is_noted_learned_and_followed_up() -> None:
    shop = Shop()
    products = shop.selected("c1")
    shop.present("c1")
    shop.react("c1", products[0], ReactionKind.ACCEPTED)
    [noted] = [one.change for one in shop.said(m.LedgerChanged)]
    assert isinstance(noted, ReactionNoted)
    assert len(shop.said(m.PreferencesLearned)) == 1
    [sale] = shop.said(m.SaleRecorded)
    assert (sale.product_id, sale.is_cancelled) == (products[0], False)
    assert [one.kind for one in shop.said(m.FollowUpSet)] == [FollowUp.VERIFICATION_CALL]
    shop.react("c1", products[0], ReactionKind.ACCEPTED)
    assert shop.decisions == [], "the same again says nothing new"
    shop.end("c1")
    shop.wait(MINUTE)
    shop.react("c1", products[0], ReactionKind.DECLINED)
    assert shop.said(m.SaleRecorded)[0].is_cancelled
    assert shop.said(m.FollowUpSet)[0].is_cancelled


def test_a_reaction_without_a_word_before_says_that_it_was_presented() -> None:
    shop = Shop()
    products = shop.selected("c1")
    shop.react("c1", products[0], ReactionKind.DECLINED)
    assert shop.rejection is None
    shop.react("c1", "unheard-of", ReactionKind.DECLINED)
    assert shop.rejection is Rejection.PRODUCT_NOT_PRESENTED


def test_a_reaction_does_not_make_presented_what_the_law_bars_meanwhile() -> None:
    shop = Shop()
    products = shop.selected("c1")
    shop.tell(me.CustomerContextAttached, contact_id="c1", context=a_customer(opted_out=True))
    shop.react("c1", products[0], ReactionKind.ACCEPTED)
    assert shop.rejection is Rejection.PRODUCT_NOT_PRESENTED


@pytest.mark.parametrize("most", [1, 2, 7])
def test_as_many_products_as_are_set(most: int) -> None:
    shop = Shop(products_least=1, products_most=most)
    assert len(shop.selected("c1")) == min(most, 5)


def test_never_again_holds_for_ever() -> None:
    shop = Shop(rounds_per_contact=1, limits=[])
    shop.selected("c1", customer_id="u1")
    shop.tell(me.NeverSaid, customer_id="u1", scope=NeverScope.EVERYTHING)
    shop.end("c1")
    shop.wait(800 * DAY)
    shop.serve("c2", customer_id="u1")
    assert shop.complete("c2").reason == "products_limit_never"
    shop.end("c2")
    shop.tell(me.NeverSaid, customer_id="u1", scope=NeverScope.EVERYTHING, is_taken_back=True)
    shop.serve("c3", customer_id="u1")
    assert shop.complete("c3").granted


def test_what_is_sold_out_is_not_shown() -> None:
    shop = Shop(products=catalogue(gold={"stock": 1}), limits=[], cool_down={})
    for number in range(40):
        products = shop.selected(f"c{number}", customer_id=f"u{number}")
        shop.present(f"c{number}")
        if "gold" in products:
            shop.react(f"c{number}", "gold", ReactionKind.ACCEPTED)
            break
        shop.end(f"c{number}")
    else:
        pytest.fail("gold was never selected")
    shop.end(f"c{number}")
    for number in range(50, 60):
        assert "gold" not in shop.selected(f"c{number}", customer_id=f"u{number}")
        shop.end(f"c{number}")


def test_before_anything_is_learned_the_playbook_counts() -> None:
    playbook = [{"reason": "statement", "suggests": [{"product": "gold", "weight": 1_000}]}]
    shop = Shop(products={**catalogue(), "playbook": playbook}, limits=[])
    shop.serve("c1", reason="statement")
    shop.complete("c1")
    [one] = shop.said(m.ProductsSelected)
    chances = {each.ref.product_id: each.presented.chance for each in one.products}
    assert chances["gold"] == max(chances.values()) > 2 * min(chances.values())


def test_a_catalogue_that_is_none_changes_nothing() -> None:
    shop = Shop()
    shop.tell(me.CatalogueChanged, catalogue={"products": []})
    assert shop.rejection is Rejection.CATALOGUE_INVALID
    assert shop.selected("c1")


def test_recovery_applies_what_was_decided_and_decides_the_same_again() -> None:
    shop = Shop(limits=[])
    for number in range(6):
        products = shop.selected(f"c{number}", customer_id=f"u{number}")
        shop.present(f"c{number}")
        kind = ReactionKind.ACCEPTED if number % 2 else ReactionKind.DECLINED
        shop.react(f"c{number}", products[0], kind)
        if number < 5:
            shop.end(f"c{number}")
    recovered = RoutingState()
    for record in shop.records:
        apply_record(recovered, record)
    assert dump_state(recovered) == dump_state(shop.state)
    again = load_state(dump_state(shop.state))
    assert dump_state(again) == dump_state(shop.state)
    first, second = Desk(engine=_engine(again)), Desk(engine=_engine(recovered))
    asked = []
    for desk in (first, second):
        desk.end("c5")
        desk.arrive("next", customer_id="u9", context=a_customer())
        desk.accept("next")
        desk.complete_service("next")
        asked.append(desk.said(m.ProductsSelected)[0])
    assert asked[0] == asked[1]


def test_what_was_not_presented_is_released_when_the_customer_goes() -> None:
    shop = Shop()
    shop.selected("c1")
    shop.end("c1")
    released = [one.change for one in shop.said(m.LedgerChanged)]
    assert [type(one) for one in released] == [RoundReleased]
    assert not shop.state.offers.ledger.rounds
    assert not shop.state.offers.contexts


def _engine(state: RoutingState) -> Any:
    from router.engine import Engine

    return Engine(state, gate=always)


def test_a_new_playbook_takes_back_what_the_old_one_said_unless_it_was_learned() -> None:
    suggests = [{"product": one, "weight": 4} for one in ("news", "loan")]
    playbook = [{"reason": "statement", "suggests": suggests}]
    shop = Shop(products=catalogue() | {"playbook": playbook}, products_most=5)
    shop.selected("c1", reason="statement")
    shop.react("c1", "news", ReactionKind.ACCEPTED)
    weights = shop.state.offers.preferences.weights
    learned = weights["reason_product", "statement", "news"]
    assert weights["reason_product", "statement", "loan"].mean > 1.0
    shop.tell(me.CatalogueChanged, catalogue=catalogue())
    assert weights["reason_product", "statement", "loan"].mean == 0.0
    assert weights["reason_product", "statement", "news"] == learned
    assert load_state(dump_state(shop.state)).offers.preferences.weights == weights
