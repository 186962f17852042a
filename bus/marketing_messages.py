"""Messages about customers and products: what may stand in them, checked once, at the edge."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bus.agent_messages import AgentMessage, AssignmentMessage
from bus.envelope import MAX_ENTRIES, EventMessage, Model, Reason, UnixMs, few_entries
from config.routing import Id
from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from contacts.vocabulary import NeverScope, ReactionKind
from router import marketing_events as events

Word = Annotated[str, Field(min_length=1, max_length=128)]
Value = Annotated[float, Field(allow_inf_nan=False)] | Word
Attributes = Annotated[
    dict[Word, Value], Field(max_length=MAX_ENTRIES), BeforeValidator(few_entries)
]
Purpose = Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9._:@=~-]{1,128})$")]


class ConsentMessage(Model):
    """That a customer agreed to being marketed to, or (`given` false) took that back."""

    purpose: Purpose
    """A product category, or "*" for all."""
    given: bool
    at_ms: UnixMs
    how: Annotated[str, Field(max_length=64)]
    """The way it was given: voice, form, web ..."""
    wording: Annotated[str, Field(max_length=64)]
    """The version of the text that was agreed to."""
    until_ms: UnixMs | None = None


class CustomerMessage(Model):
    """What is known of a customer; what is left out is not known."""

    version: Annotated[str, Field(max_length=128)]
    """Names this state of the customer's record."""
    completeness: Annotated[Completeness, Field(strict=False)] = Completeness.PARTIAL
    household_id: Id | None = None
    segment: Word | None = None
    grade: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = None
    tier: Word | None = None
    stage: Annotated[RelationshipStage, Field(strict=False)] | None = None
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    region: Word | None = None
    language: Word | None = None
    held: Annotated[list[Id], Field(max_length=1_000)] | None = None
    """Ids of the products the customer has."""
    attributes: Attributes = Field(default_factory=dict)
    opted_out: bool | None = None
    do_not_contact: bool | None = None
    vulnerable: bool | None = None
    open_complaints: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    consents: Annotated[list[ConsentMessage], Field(max_length=MAX_ENTRIES)] | None = None

    def context(self) -> CustomerContext:
        """Return it as the core knows it."""
        values = self.__dict__.copy()
        if self.held is not None:
            values["held"] = tuple(self.held)
        if self.consents is not None:
            values["consents"] = tuple(Consent(**one.__dict__) for one in self.consents)
        return CustomerContext(**values)


def with_context(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event's fields with the customer as the core knows them."""
    customer = fields["context"]
    return fields if customer is None else {**fields, "context": customer.context()}


class CustomerContextAttachedMessage(EventMessage):
    """What is known of a contact's customer; it may come at any time, and again."""

    event = events.CustomerContextAttached
    type: Literal["customer_context_attached"]
    contact_id: Id
    context: CustomerMessage

    def event_fields(self) -> dict[str, Any]:
        """See `EventMessage`."""
        return with_context(super().event_fields())


class ProductsPresentedMessage(AssignmentMessage):
    """The agent presents what was selected: consent and limits are asked once more."""

    event = events.ProductsPresented
    type: Literal["products_presented"]


class ReactionRecordedMessage(AgentMessage):
    """How the customer took a product, during the contact or after it; another one corrects it."""

    event = events.ReactionRecorded
    type: Literal["reaction_recorded"]
    contact_id: Id
    product_id: Id
    reaction: Annotated[ReactionKind, Field(strict=False)]
    scope: Annotated[NeverScope, Field(strict=False)] = NeverScope.PRODUCT
    """For never_again: of the product, its category, or everything."""
    reason: Reason | None = None
    """Why, a short code."""


class NeverSaidMessage(EventMessage):
    """A customer wants to hear no more of a product, a category or everything, or takes it back."""

    event = events.NeverSaid
    type: Literal["never_said"]
    customer_id: Id
    scope: Annotated[NeverScope, Field(strict=False)]
    of: Annotated[str, Field(max_length=128)] = ""
    """The product or category; empty for everything."""
    is_taken_back: bool = False
