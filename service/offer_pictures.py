"""Pictures of products: the catalogue for readers, and the round of a contact in hand."""

from __future__ import annotations

from agents.agent import Assignment
from bus.snapshots import CatalogueProduct, CatalogueSnapshot, ContactRound, RoundProduct
from marketing.rounds import progress
from marketing.selection import SelectedProduct
from router.offers import Offers
from router.state import RoutingState


def catalogue_picture(state: RoutingState, now_ms: int) -> CatalogueSnapshot | None:
    """Show the catalogue in force as it is at `now_ms`; None if there is none."""
    index, version = state.offers.index, state.offers.version
    if index is None or version is None:
        return None
    return CatalogueSnapshot(
        epoch=state.epoch,
        sequence=state.seq,
        at_ms=now_ms,
        version=version,
        products=[
            CatalogueProduct(
                product_id=one.product_id,
                category=one.category,
                names=one.names,
                value_milli=one.value_milli,
                talking_points=one.talking_points,
                is_presented=one.is_presented,
            )
            for one in index.catalogue.products
        ],
        reasons={one.reason: one.names for one in index.catalogue.playbook},
    )


def round_picture(offers: Offers, assignment: Assignment) -> ContactRound | None:
    """Show the newest round of a contact in hand; None if it has none."""
    one = offers.in_hand.get(assignment.round_id or "")
    if one is None:
        return None
    products = [_product(offers, one.round_id, each) for each in one.products]
    return ContactRound(round_id=one.round_id, products=products)


def _product(offers: Offers, round_id: str, each: SelectedProduct) -> RoundProduct:
    stands = progress(offers.ledger, round_id, each.ref.product_id)
    return RoundProduct(
        product_id=each.ref.product_id,
        chance=each.presented.chance,
        value_milli=each.value_milli,
        terms=each.presented.terms,
        state=stands.state,
        reaction=stands.reaction,
        scope=stands.scope,
    )
