"""What is known of a customer when a contact is handled, as one immutable value.

It is read at the edge (from the message, or from the customer store) and journaled with the
contact, with its version. None means unknown: never zero, never "no". Names, numbers and addresses
are not in it.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Completeness(StrEnum):
    """How much of the customer's record was there in time."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"


class RelationshipStage(StrEnum):
    """Where the relation with a customer stands; only `grow` and `mature` are offered more."""

    ESTABLISH = "establish"
    ADAPT = "adapt"
    GROW = "grow"
    MATURE = "mature"
    DECLINE = "decline"


class Consent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """That a customer agreed to (or, with `given` false, took back) being marketed to, with proof.

    `purpose` is what for: a product category, or "*" for all. `how` is the way it was given
    (`voice`, `form`, `web` ...), `wording` the version of the text that was agreed to; `until_ms`
    None: until taken back.
    """

    purpose: str
    given: bool
    at_ms: int
    how: str
    wording: str
    until_ms: int | None = None


class CustomerContext(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A customer's record as it was at the edge; `version` names that state of it.

    `grade` is a band, higher is better; `held` are ids of products; `attributes` whatever else
    rules and the preference model may use. `do_not_contact` says that the edge found the customer
    on a do-not-contact list.
    """

    version: str
    completeness: Completeness = Completeness.PARTIAL
    household_id: str | None = None
    segment: str | None = None
    grade: int | None = None
    tier: str | None = None
    stage: RelationshipStage | None = None
    age: int | None = None
    region: str | None = None
    language: str | None = None
    held: tuple[str, ...] | None = None
    attributes: dict[str, str | float] = {}
    opted_out: bool | None = None
    do_not_contact: bool | None = None
    vulnerable: bool | None = None
    open_complaints: int | None = None
    consents: tuple[Consent, ...] | None = None


NOTHING_KNOWN = CustomerContext(version="", completeness=Completeness.MISSING)
