"""A customer as a row of the store, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from typing import NamedTuple

import msgspec

from contacts.customer import CustomerContext

_decode = msgspec.json.Decoder(CustomerContext).decode


class CustomerRow(NamedTuple):
    """What is stored of one customer, phone numbers apart."""

    customer_id: str
    version: str
    household_id: str | None
    body: str
    checksum: str


def row_of(customer_id: str, customer: CustomerContext, phones: Set[bytes]) -> CustomerRow:
    """Return the row of a customer. Without a version, one is made from the content."""
    content = msgspec.json.encode(msgspec.structs.replace(customer, version=""), order="sorted")
    checksum = hashlib.sha256(b"\0".join([content, *sorted(phones)])).hexdigest()[:32]
    version = customer.version or checksum[:16]
    body = msgspec.json.encode(msgspec.structs.replace(customer, version=version)).decode()
    return CustomerRow(customer_id, version, customer.household_id, body, checksum)


def customer_of(body: str) -> CustomerContext:
    """Return the customer of a row's `body`. Raises `msgspec.DecodeError` for anything else."""
    return _decode(body)
