"""Looked up on request in the engine's files: screen pops and supervisors' acts."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from bus.incoming import ALLOWED_TYPES
from bus.topics import Role
from config.settings import TidegateSettings
from dashboard.contact_memory import KnownContact, round_of
from dashboard.files import CustomerFile, ReadOnlyFile, rows
from outcomes.store import store_path_beside

HISTORY = 10
AUDITED_RECORDS = 200_000
"""How far back in the journal supervisors' acts are looked for, records."""

_HISTORY = """
SELECT contact_id, queued_at_ms AS at_ms, queue_id, agent_id, disposition, reason FROM outcomes
WHERE customer_id = ? AND contact_id <> ? ORDER BY queued_at_ms DESC LIMIT ?"""
_OWNER = """
SELECT agent_id FROM outcomes WHERE customer_id = ? AND agent_id IS NOT NULL AND contact_id <> ?
ORDER BY queued_at_ms DESC LIMIT 1"""
_REACTIONS = """
SELECT product_id, reaction FROM presentations
WHERE round_id >= ? AND round_id < ? AND reaction IS NOT NULL ORDER BY seq, product_id"""
_ACTS = """
SELECT at_ms, body FROM records
WHERE seq > (SELECT max(seq) FROM records) - ? AND kind IN ({kinds})
    AND json_extract(body, '$.event.source') LIKE 'supervisor/%'
ORDER BY seq DESC LIMIT ?"""
_ENVELOPE = frozenset({"type", "event_id", "at_ms", "source", "occurred_at_ms"})


class Lookups:
    """Reads what lies beside the journal; what is not there is not known."""

    def __init__(self, settings: TidegateSettings) -> None:
        self._outcomes = ReadOnlyFile(store_path_beside(settings.journal.path))
        self._journal = ReadOnlyFile(settings.journal.path)
        self._customers = CustomerFile(settings.service.customer_store)

    async def close(self) -> None:
        """Close all files."""
        for file in (self._outcomes, self._journal, self._customers):
            await file.close()

    async def screen_pop(self, known: KnownContact) -> dict[str, Any]:
        """Return what an agent should know of a contact before answering it."""
        pop: dict[str, Any] = {
            "contact_id": known.contact_id,
            "queue_id": known.queue_id,
            "reason": known.reason,
            "customer_id": known.customer_id,
            "customer": None,
            "owner": None,
            "history": [],
            "products": round_of(known),
        }
        if known.customer_id is None:
            return pop
        customer = await self._customers.get(known.customer_id)
        if customer is not None:
            facts = msgspec.to_builtins(customer)
            pop["customer"] = {name: one for name, one in facts.items() if one is not None}
        who = (known.customer_id, known.contact_id)
        past = await self._outcomes.read(lambda raw: _past(raw, *who))
        if past is not None:
            pop["history"], owner = past
            pop["owner"] = {"agent_id": owner, "name": None} if owner else None
        return pop

    async def acts(self, limit: int) -> list[dict[str, Any]]:
        """Return the latest acts of supervisors in the journal, newest first."""
        return await self._journal.read(lambda raw: _acts(raw, limit)) or []


def _past(
    raw: sqlite3.Connection, customer_id: str, contact_id: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Return the customer's other contacts, newest first, and who served the customer last."""
    history = rows(raw, _HISTORY, (customer_id, contact_id, HISTORY))
    for one in history:
        contact = one.pop("contact_id")
        # A round is named `contact/record`; "0" is the character after the slash.
        one["reactions"] = rows(raw, _REACTIONS, (f"{contact}/", f"{contact}0"))
    owner = raw.execute(_OWNER, (customer_id, contact_id)).fetchone()
    return history, owner[0] if owner else None


def _acts(raw: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    kinds = sorted(ALLOWED_TYPES[Role.SUPERVISOR])
    sql = _ACTS.format(kinds=", ".join("?" * len(kinds)))
    found = raw.execute(sql, (AUDITED_RECORDS, *kinds, limit)).fetchall()
    return [_act(at_ms, msgspec.json.decode(body)["event"]) for at_ms, body in found]


def _act(at_ms: int, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "at_ms": at_ms,
        "by": event["source"].removeprefix("supervisor/").removeprefix("web."),
        "type": event["type"],
        "fields": {key: value for key, value in event.items() if key not in _ENVELOPE},
    }
