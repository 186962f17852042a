"""What decisions said of contacts: who has them, for which customer, and what may be presented."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from bus.decision_messages import (
    ContactReservedMessage,
    DecisionBatch,
    OutcomeRecordedMessage,
    ProductsSelectedMessage,
    ProductsWithdrawnMessage,
)
from dashboard.view import Key, View

MAX_CONTACTS = 20_000


class KnownContact(msgspec.Struct):
    """A contact as far as the dashboard knows it."""

    contact_id: str
    queue_id: str | None = None
    agent_id: str | None = None
    reason: str | None = None
    customer_id: str | None = None
    round: ProductsSelectedMessage | None = None
    withdrawn: dict[str, str] = {}


class _Listed(msgspec.Struct):
    contact_id: str
    queue_id: str | None = None
    reason: str | None = None
    customer_id: str | None = None


class _Holder(msgspec.Struct):
    contacts: list[_Listed] = []
    agent_id: str | None = None
    queue_id: str | None = None


_holder = msgspec.json.Decoder(_Holder)


class ContactMemory:
    """Remembers the latest contacts, in bounded memory; the rest is looked up in the view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: OrderedDict[str, KnownContact] = OrderedDict()

    def decided(self, batch: DecisionBatch) -> None:
        """Take in what the decisions say."""
        for one in batch.decisions:
            if isinstance(one, ContactReservedMessage):
                known = self._contact(one.contact_id)
                known.queue_id, known.agent_id = one.queue_id, one.agent_id
                known.reason, known.customer_id = one.reason, one.customer_id
            elif isinstance(one, ProductsSelectedMessage):
                known = self._contact(one.contact_id)
                known.round, known.withdrawn = one, {}
            elif isinstance(one, ProductsWithdrawnMessage):
                known = self._contact(one.contact_id)
                known.withdrawn = {**known.withdrawn, **one.why}
            elif isinstance(one, OutcomeRecordedMessage):
                self._contact(one.contact_id).agent_id = None

    def find(self, contact_id: str) -> KnownContact | None:
        """Return what is known; looks through agents' hands and waiting contacts if need be."""
        listed = self._listed(contact_id)
        known = self._known.get(contact_id)
        if known is None:
            return listed
        if listed is not None:
            known.queue_id = listed.queue_id or known.queue_id
            known.agent_id = listed.agent_id
        return known

    def is_in_hands(self, contact_id: str, agent_id: str) -> bool:
        """Tell whether the agent has the contact now, or it rings there."""
        known = self._known.get(contact_id)
        if known is not None and known.agent_id == agent_id:
            return True
        value = self._view.value(Key("agent", agent_id))
        return value is not None and any(
            one.contact_id == contact_id for one in _holder.decode(value).contacts
        )

    def _listed(self, contact_id: str) -> KnownContact | None:
        wanted = contact_id.encode()
        for kind in ("agent", "waiting"):
            for _, value in self._view.values(kind):
                if wanted not in value:  # most are passed over unread
                    continue
                holder = _holder.decode(value)
                for one in holder.contacts:
                    if one.contact_id == contact_id:
                        return KnownContact(
                            contact_id,
                            one.queue_id or holder.queue_id,
                            holder.agent_id,
                            one.reason,
                            one.customer_id,
                        )
        return None

    def _contact(self, contact_id: str) -> KnownContact:
        known = self._known.pop(contact_id, None) or KnownContact(contact_id)
        self._known[contact_id] = known
        if len(self._known) > MAX_CONTACTS:
            self._known.popitem(last=False)
        return known


def round_of(known: KnownContact) -> dict[str, Any] | None:
    """Return what may be presented to the contact's customer now; None: nothing was selected."""
    if known.round is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(known.round)
    found["products"] = [one for one in found["products"] if one["ref"][0] not in known.withdrawn]
    return found
