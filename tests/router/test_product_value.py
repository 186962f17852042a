"""The gate's value from the products that would be presented, against the price."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.vocabulary import Mode
from gate.values import EqualValues, SampledValues
from queues.price_grid import PriceGrid
from router import events as e
from router import marketing_decisions as m
from router.apply import apply_record
from router.gatekeeper import decide
from router.price_watch import PriceWatch
from router.snapshot import dump_state, load_state
from router.state import RoutingState
from service.pictures import ShownModes
from tests.router.test_marketing import Shop
from tests.support.offers import a_customer

GATE: dict[str, Any] = {"policy": "optimal", "value_from": "products", "value_milli": 7}
EVERY_LOAD = range(-9, 10)


class Priced(Shop):
    """A shop whose agents' time has one price at every load, thousandths."""

    def __init__(self, price_milli: int, gate: dict[str, Any] | None = None, **more: Any) -> None:
        super().__init__(gate=GATE | (gate or {}), **more)
        self.price(price_milli)

    def price(self, milli: int) -> None:
        """Set the price."""
        rows = tuple((milli,) for _ in EVERY_LOAD)
        grid = PriceGrid(loads=tuple(EVERY_LOAD), marketing=(0,), rows_milli=rows)
        self.tell(e.PricesComputed, queue_id="sales", prices=grid, basis={})
        assert self.rejection is None


def worth(shop: Shop, contact_id: str, **more: Any) -> int:
    """Serve a customer to the gate; return what the products selected are expected to bring."""
    shop.serve(contact_id, **more)
    answer = shop.complete(contact_id)
    assert (answer.granted, answer.from_products) == (True, True)
    [one] = shop.said(m.ProductsSelected)
    expected = sum(each.presented.chance * each.value_milli for each in one.products)
    assert answer.value_milli == pytest.approx(expected, abs=1)
    assert answer.value_milli is not None
    return answer.value_milli


def test_the_products_expected_value_is_compared_with_the_price() -> None:
    shop = Priced(0)
    value_milli = worth(shop, "c1")
    assert value_milli > GATE["value_milli"]
    shop.end("c1")
    shop.price(10 * value_milli)
    shop.serve("c2")
    dear = shop.complete("c2")
    assert (dear.granted, dear.reason, dear.from_products) == (False, "policy_optimal", True)
    assert 0 < (dear.value_milli or 0) < (dear.price_milli or 0)
    assert not shop.said(m.ProductsSelected)
    assert not shop.said(m.LedgerChanged), "nothing is reserved where the gate stays shut"


def test_at_exactly_the_price_the_gate_opens() -> None:
    twins = [Priced(0), Priced(0)]
    value_milli = worth(twins[0], "c1")
    for over, granted in ((0, True), (1, False)):
        shop = Priced(value_milli + over)
        shop.serve("c1")
        assert shop.complete("c1").granted is granted


def test_an_explicit_value_of_the_contact_wins() -> None:
    shop = Priced(1_000)
    for contact_id, value_milli in (("c1", 999), ("c2", 1_000)):
        shop.serve(contact_id, value_milli=value_milli)
        answer = shop.complete(contact_id)
        assert (answer.value_milli, answer.from_products) == (value_milli, False)
        assert answer.granted is (value_milli == 1_000)
        shop.end(contact_id)


@pytest.mark.parametrize(
    ("gate", "marketing"), [({"value_from": "queue"}, {}), ({}, {"enabled": False})]
)
def test_by_default_and_without_products_the_queues_value_counts(
    gate: dict[str, Any], marketing: dict[str, Any]
) -> None:
    shop = Priced(8, gate)
    shop.set_marketing(**marketing)
    shop.serve("c1")
    answer = shop.complete("c1")
    assert (answer.granted, answer.value_milli, answer.from_products) == (False, 7, False)


def test_without_anything_to_present_the_gate_says_why_whatever_the_price() -> None:
    shop = Priced(10**9)
    shop.serve("c1", a_customer(opted_out=True))
    answer = shop.complete("c1")
    assert (answer.granted, answer.reason) == (False, "products_opted_out")


def test_what_overrules_the_policy_is_no_matter_of_value() -> None:
    shop = Priced(10**9)
    shop.tell(e.GateOverridden, mode=Mode.MARKETING)
    shop.serve("c1")
    answer = shop.complete("c1")
    assert (answer.granted, answer.reason) == (True, "supervisor_marketing")
    assert not answer.from_products
    shop.end("c1")
    shop.tell(e.GateOverridden, mode=Mode.SERVING)
    shop.serve("c2")
    assert shop.complete("c2").reason == "supervisor_serving"


def test_the_shown_mode_uses_the_value_computed_last_and_ranks_nothing() -> None:
    shop = Priced(0)
    shop.serve("c1")
    assert decide(shop.state, shop.assignment("c1")).value_milli == GATE["value_milli"]
    value_milli = shop.complete("c1").value_milli
    assert decide(shop.state, shop.assignment("c1")).value_milli == value_milli
    shop.price(value_milli or 0)
    modes = ShownModes()
    shop.state.offers.index = None  # whoever ranked now would fail
    modes.see_contacts(shop.state, {("anna", "c1")})
    assert modes.of_contact("anna", "c1") == ("marketing", "policy_optimal")


def test_recovery_and_snapshots_keep_the_value() -> None:
    shop = Priced(0)
    worth(shop, "c1")
    recovered = RoutingState()
    for record in shop.records:
        apply_record(recovered, record)
    assert dump_state(recovered) == dump_state(shop.state)
    assert dump_state(load_state(dump_state(shop.state))) == dump_state(shop.state)


def test_prices_are_computed_with_the_values_that_the_gate_compared() -> None:
    shop, watch = Priced(0, limits=[]), PriceWatch()
    watch.take([], shop.now_ms)
    [before] = watch.models(shop.state, shop.now_ms)
    assert before.model.values == EqualValues(0.007)
    seen = []
    for number in range(100):
        shop.set_marketing(limits=[], products_most=3 + number % 2)
        shop.serve(f"c{number}", a_customer(opted_out=number % 4 == 0))
        answer = shop.complete(f"c{number}")
        watch.take(shop.decisions, shop.now_ms)
        if answer.granted:
            seen.append((answer.value_milli or 0) / 1000)
        shop.end(f"c{number}")
    [after] = watch.models(shop.state, shop.now_ms)
    assert after.model.values == SampledValues(tuple(sorted(seen)), 0.75)
