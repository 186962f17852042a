"""Records and rejected messages for the journal's tests."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from outcomes.journal import Journal, JournalIdentity, JournalRow, RejectedMessage

IDENTITY = JournalIdentity("bank", "haifa", "service")
START_MS = 1_767_225_600_000


def row(seq: int, padding: int = 0) -> JournalRow:
    body = {"input": {"contact_id": f"c-{seq}", "note": "é" + "x" * padding}, "decisions": []}
    return JournalRow(
        seq, START_MS + 10 * seq, "contact.offered", f"e-{seq}", msgspec.json.encode(body)
    )


def rows(first: int, last: int, padding: int = 0) -> list[JournalRow]:
    return [row(seq, padding) for seq in range(first, last + 1)]


def rejected(number: int, payload: bytes = b"{") -> RejectedMessage:
    correlation_id = f"k-{number}" if number % 2 else None
    return RejectedMessage(
        START_MS + number, "pbx-1", "t/in", "malformed", "not JSON", correlation_id, payload
    )


async def all_rows(journal: Journal, after_seq: int = 0, batch: int = 1_000) -> list[JournalRow]:
    return [found async for batch_rows in journal.read(after_seq, batch) for found in batch_rows]


def change(path: Path, *statements: str) -> None:
    """Run statements on a journal file behind its back."""
    database = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()
