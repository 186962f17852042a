"""The customer store as the rest of the code sees it: what is known of a customer, by id.

`sqlite_store.SqliteCustomerStore` keeps it in a file; a company may put its own system behind the
same protocol.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from contacts.customer import Completeness, CustomerContext


class CustomerStoreError(Exception):
    """What is wrong with the customer store (`reason`), and what a person can do (`remedy`)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}. {remedy}.")
        self.reason = reason
        self.remedy = remedy


class Change(StrEnum):
    """What came of storing a customer."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class CustomerStore(Protocol):
    """What is known of customers. Every call may raise `CustomerStoreError`."""

    async def get(self, customer_id: str) -> CustomerContext | None:
        """Return what is known of the customer; None if nothing is stored."""

    async def put(
        self, customer_id: str, customer: CustomerContext, phones: frozenset[bytes] = frozenset()
    ) -> Change:
        """Store the customer whole, with the hashes of the phone numbers (`phones.PhoneHasher`).

        The same version again changes nothing. Raises `CustomerStoreError` if what is stored
        under that version differs: a version names one state.
        """

    async def household_members(self, household_id: str) -> tuple[str, ...]:
        """Return the ids of the customers of a household, sorted."""

    async def forget(self, customer_id: str) -> bool:
        """Erase everything stored of the customer; tell whether there was anything."""

    async def close(self) -> None:
        """Finish the work under way and close."""


_NOT_COUNTED = {"version", "completeness", "attributes", "do_not_contact"}
_COUNTED = [name for name in CustomerContext.__struct_fields__ if name not in _NOT_COUNTED]


def completeness_of(customer: CustomerContext) -> Completeness:
    """Tell whether everything that rules may ask for is known.

    Left out are `attributes`, of which nobody can say what is missing, and `do_not_contact`, which
    the store works out from its list.
    """
    is_complete = all(getattr(customer, name) is not None for name in _COUNTED)
    return Completeness.COMPLETE if is_complete else Completeness.PARTIAL
