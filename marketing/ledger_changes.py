"""What changes the ledger of presentations: small values, each with all that it sets.

Decisions of the engine; recovery applies them again (`marketing/ledger.py`) and decides nothing.
Times are the engine's, milliseconds.
"""

from __future__ import annotations

import msgspec

from contacts.customer import CustomerContext
from contacts.vocabulary import NeverScope, ReactionKind


class ProductRef(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A product with what limits count it by, as the catalogue had it when it was selected."""

    product_id: str
    category: str
    campaign_id: str | None = None


class Who(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Whose presentations are counted. `household` is the household's id, or `alone(customer)`."""

    customer_id: str
    household: str


def who_is(customer_id: str, context: CustomerContext) -> Who:
    """Return whose presentations to this customer count.

    Where the household is not known, the customer counts alone; whether that is permitted is
    asked in `marketing/suppression.py`.
    """
    return Who(customer_id, context.household_id or alone(customer_id))


def alone(customer_id: str) -> str:
    """Return the household of a customer without one; "/" is in no id, so it is nobody else's."""
    return f"/{customer_id}"


class LedgerChange(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    """Base of all changes of the ledger."""


class RoundReserved(LedgerChange, frozen=True, gc=False, tag="round_reserved"):
    """Products were selected for a contact; they count from now on, on every line.

    A round neither presented nor released counts as presented at `expires_at_ms`. `agent_id` is
    who may present it; empty in journals of earlier versions.
    """

    round_id: str
    contact_id: str
    who: Who
    products: tuple[ProductRef, ...]
    at_ms: int
    expires_at_ms: int
    kept_until_ms: int
    agent_id: str = ""


class FatigueCounted(LedgerChange, frozen=True, gc=False, tag="fatigue_counted"):
    """Products of a round were presented at `at_ms`.

    `restored`: they had been said not to have been presented, and that was corrected.
    """

    round_id: str
    product_ids: tuple[str, ...]
    at_ms: int
    kept_until_ms: int
    restored: bool = False


class RoundReleased(LedgerChange, frozen=True, gc=False, tag="round_released"):
    """Products of a round were not presented after all and count no more."""

    round_id: str
    product_ids: tuple[str, ...]
    at_ms: int


class ReactionNoted(LedgerChange, frozen=True, gc=False, tag="reaction_noted"):
    """The customer reacted to a product of a round. `previous` is the reaction that this corrects.

    `scope` is what is meant by never again; `agent_id` who says so, `reason` why, if told.
    """

    round_id: str
    product_id: str
    kind: ReactionKind
    at_ms: int
    kept_until_ms: int
    previous: ReactionKind | None = None
    scope: NeverScope | None = None
    agent_id: str = ""
    reason: str | None = None


class Suppressed(LedgerChange, frozen=True, gc=False, tag="suppressed"):
    """The customer wants to hear no more of `of`: a product or category; "" for everything.

    It has no expiry. `source` says where it comes from; the same may come from several.
    """

    customer_id: str
    scope: NeverScope
    of: str
    source: str
    at_ms: int


class SuppressionLifted(LedgerChange, frozen=True, gc=False, tag="suppression_lifted"):
    """What `source` said the customer wants to hear no more of was corrected or taken back."""

    customer_id: str
    scope: NeverScope
    of: str
    source: str
    at_ms: int


AnyLedgerChange = (
    RoundReserved | FatigueCounted | RoundReleased | ReactionNoted | Suppressed | SuppressionLifted
)
