"""Receipts: what became of an event, remembered so that a repeat gets the first answer again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from contacts.vocabulary import Refusal, Rejection
from router.decisions import (
    AnyDecision,
    ContactQueued,
    ContactRefused,
    ContactReserved,
    EventRejected,
)


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The answer to one event. `decisions` counts all it caused; the rest is what callers ask."""

    event_id: str
    seq: int
    at_ms: int
    decisions: int = 0
    rejection: Rejection | None = None
    detail: str = ""
    have: str = ""
    refusal: Refusal | None = None
    destination: str | None = None
    position: int | None = None
    estimated_wait_ms: int | None = None
    revision: int | None = None
    source: str = ""


def receipt_of(
    event_id: str, source: str, seq: int, at_ms: int, decisions: Sequence[AnyDecision]
) -> Receipt:
    """Sum up what an event from `source` caused."""
    first = decisions[0] if decisions else None
    count = len(decisions)
    match first:
        case ContactQueued():
            taken = any(type(one) is ContactReserved for one in decisions)
            return Receipt(
                event_id,
                seq,
                at_ms,
                count,
                position=first.position,
                estimated_wait_ms=0 if taken else first.estimated_wait_ms,
                revision=1,
                source=source,
            )
        case EventRejected():
            return Receipt(
                event_id,
                seq,
                at_ms,
                0,
                first.reason,
                first.detail,
                first.have,
                source=source,
            )
        case ContactRefused():
            return Receipt(
                event_id,
                seq,
                at_ms,
                count,
                refusal=first.reason,
                destination=first.destination,
                source=source,
            )
        case _:
            return Receipt(event_id, seq, at_ms, count, source=source)


class ReceiptBook:
    """The last `size` receipts by event id; older ones are forgotten, and counted."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._by_id: dict[str, Receipt] = {}
        self._order: deque[str] = deque()

    def get(self, event_id: str) -> Receipt | None:
        """Return the receipt of an event already handled, if it is still remembered."""
        return self._by_id.get(event_id)

    def add(self, receipt: Receipt) -> None:
        """Remember a receipt, unless its event has one, and forget the oldest beyond the size."""
        if receipt.event_id in self._by_id:
            return
        self._by_id[receipt.event_id] = receipt
        self._order.append(receipt.event_id)
        while len(self._order) > self.size:
            del self._by_id[self._order.popleft()]

    def extend(self, receipts: Iterable[Receipt]) -> None:
        """Remember receipts, oldest first."""
        for receipt in receipts:
            self.add(receipt)

    def __iter__(self) -> Iterator[Receipt]:
        return iter([self._by_id[one] for one in self._order])

    def __len__(self) -> int:
        return len(self._order)
