"""Events about products: the catalogue, who the customer is, what was presented, what was said."""

from __future__ import annotations

from typing import Any

from contacts.customer import CustomerContext
from contacts.vocabulary import NeverScope, ReactionKind
from router.event import AssignmentEvent, Event


class CatalogueChanged(Event, frozen=True, gc=False, kw_only=True, tag="catalogue_changed"):
    """Another catalogue, whole, as `config.catalogue.Catalogue` dumps it; None: none any more."""

    catalogue: dict[str, Any] | None


class CustomerContextAttached(
    Event, frozen=True, gc=False, kw_only=True, tag="customer_context_attached"
):
    """What is known of a contact's customer, read at the edge; it may come late."""

    contact_id: str
    context: CustomerContext


class ProductsPresented(
    AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="products_presented"
):
    """The agent is about to present what was selected: everything is checked once more."""


class ReactionRecorded(Event, frozen=True, gc=False, kw_only=True, tag="reaction_recorded"):
    """How the customer took a product, during the contact or after it; another one corrects it."""

    contact_id: str
    agent_id: str
    product_id: str
    reaction: ReactionKind
    scope: NeverScope = NeverScope.PRODUCT
    reason: str | None = None


class NeverSaid(Event, frozen=True, gc=False, kw_only=True, tag="never_said"):
    """A customer wants to hear no more of `of` ("" for everything), or takes that back."""

    customer_id: str
    scope: NeverScope
    of: str = ""
    is_taken_back: bool = False


AnyMarketingEvent = (
    CatalogueChanged | CustomerContextAttached | ProductsPresented | ReactionRecorded | NeverSaid
)
