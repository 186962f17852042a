"""What decisions about products change."""

from __future__ import annotations

from marketing.ledger import apply
from router import decisions as d
from router import marketing_decisions as m
from router.offers import Spent
from router.state import RoutingState


def catalogue_applied(state: RoutingState, one: m.CatalogueApplied) -> None:
    """Another catalogue is in force, or none."""
    state.offers.set_catalogue(one.catalogue)


def customer_context_set(state: RoutingState, one: m.CustomerContextSet) -> None:
    """What is known of a customer."""
    if one.contact_id in state.contacts:
        state.offers.contexts[one.contact_id] = one.context


def products_selected(state: RoutingState, one: m.ProductsSelected) -> None:
    """What the model looked at is kept to learn from, the round while its contact is in hand."""
    offers = state.offers
    offers.keep_to_learn(one.round_id, one.context)
    assignment = state.assignment(one.contact_id, one.agent_id)
    if assignment is not None:
        offers.in_hand.pop(assignment.round_id or "", None)
        offers.in_hand[one.round_id] = one
        assignment.round_id = one.round_id


def ledger_changed(state: RoutingState, one: m.LedgerChanged) -> None:
    """What was presented and said."""
    apply(state.offers.ledger, one.change)


def preferences_learned(state: RoutingState, one: m.PreferencesLearned) -> None:
    """The preference model's new values."""
    state.offers.preferences.apply(one.learned)


def sale_recorded(state: RoutingState, one: m.SaleRecorded) -> None:
    """A product's stock and its campaign's budget."""
    offers = state.offers
    item = offers.index.items.get(one.product_id) if offers.index is not None else None
    if item is None:
        return
    sign = -1 if one.is_cancelled else 1
    spent = [offers.products.setdefault(one.product_id, Spent())]
    if item.product.campaign_id is not None:
        spent.append(offers.campaigns.setdefault(item.product.campaign_id, Spent()))
    for each in spent:
        each.accepted += sign
        each.cost_milli += sign * item.product.cost_milli


def marketing_decided(state: RoutingState, one: d.MarketingDecided) -> None:
    """What was expected of products is kept, for the mode that is shown."""
    assignment = state.assignment(one.contact_id, one.agent_id)
    if one.from_products and assignment is not None:
        assignment.products_milli = one.value_milli
