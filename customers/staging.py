"""Many rows into the store at once: gathered in temporary tables, then applied all or none.

Gathering touches nothing that others see and takes no lock; applying is one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from customers.records import CustomerRow
from outcomes.sqlite_connection import transaction

_CREATE = (
    """
CREATE TEMP TABLE incoming (
    line INTEGER NOT NULL,
    customer_id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    household_id TEXT,
    body TEXT NOT NULL,
    checksum TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    """
CREATE TEMP TABLE incoming_phones (
    customer_id TEXT NOT NULL,
    phone BLOB NOT NULL,
    PRIMARY KEY (customer_id, phone)
) STRICT, WITHOUT ROWID""",
    "CREATE TEMP TABLE incoming_list (phone BLOB PRIMARY KEY) STRICT, WITHOUT ROWID",
)
_TABLES = ("incoming", "incoming_phones", "incoming_list")

_CONFLICTS = """
FROM temp.incoming AS new JOIN main.customers AS old USING (customer_id)
WHERE new.version = old.version AND new.checksum <> old.checksum"""
_SAME = """
FROM temp.incoming AS new JOIN main.customers AS old USING (customer_id)
WHERE new.version = old.version AND new.checksum = old.checksum"""
_KNOWN = "FROM temp.incoming JOIN main.customers USING (customer_id)"
_DROP = "DELETE FROM temp.incoming WHERE customer_id IN (SELECT customer_id {which})"


class StagedRow(NamedTuple):
    """A row with the line it comes from (0: no file) and the hashes of its phone numbers."""

    line: int
    row: CustomerRow
    phones: frozenset[bytes]


class Conflict(NamedTuple):
    """A line whose version is stored already, with other content; it was not applied."""

    line: int
    customer_id: str
    version: str


class Applied(NamedTuple):
    """What came of the rows that were gathered."""

    added: int
    changed: int
    unchanged: int
    conflicts: list[Conflict]


class Listed(NamedTuple):
    """What came of a do-not-contact list: numbers, and customers who have one of them."""

    added: int
    removed: int
    total: int
    customers_marked: int


def prepare(raw: sqlite3.Connection) -> None:
    """Make the temporary tables; once for each connection."""
    for statement in _CREATE:
        raw.execute(statement)


def clear(raw: sqlite3.Connection) -> None:
    """Forget what was gathered."""
    for table in _TABLES:
        raw.execute(f"DELETE FROM temp.{table}")


def stage(raw: sqlite3.Connection, rows: Sequence[StagedRow]) -> None:
    """Gather rows of customers, each of whom may be gathered once."""
    with transaction(raw, "DEFERRED"):
        raw.executemany(
            "INSERT INTO temp.incoming VALUES (?, ?, ?, ?, ?, ?)",
            [(one.line, *one.row) for one in rows],
        )
        raw.executemany(
            "INSERT INTO temp.incoming_phones VALUES (?, ?)",
            [(one.row.customer_id, phone) for one in rows for phone in one.phones],
        )


def apply(raw: sqlite3.Connection, at_ms: int) -> Applied:
    """Store what was gathered, in one transaction."""
    with transaction(raw):
        found = raw.execute(f"SELECT line, customer_id, new.version {_CONFLICTS} ORDER BY line")
        conflicts = [Conflict(*one) for one in found]
        raw.execute(_DROP.format(which=_CONFLICTS))
        unchanged = raw.execute(_DROP.format(which=_SAME)).rowcount
        (changed,) = raw.execute(f"SELECT count(*) {_KNOWN}").fetchone()
        (total,) = raw.execute("SELECT count(*) FROM temp.incoming").fetchone()
        raw.execute(
            "DELETE FROM main.phones WHERE customer_id IN (SELECT customer_id FROM temp.incoming)"
        )
        raw.execute(
            "INSERT OR REPLACE INTO main.customers"
            " SELECT customer_id, version, household_id, body, checksum, ? FROM temp.incoming",
            (at_ms,),
        )
        raw.execute(
            "INSERT INTO main.phones SELECT customer_id, phone FROM temp.incoming_phones"
            " WHERE customer_id IN (SELECT customer_id FROM temp.incoming)"
        )
    return Applied(total - changed, changed, unchanged, conflicts)


def stage_list(raw: sqlite3.Connection, phones: Iterable[bytes]) -> None:
    """Gather numbers of a do-not-contact list."""
    with transaction(raw, "DEFERRED"):
        raw.executemany(
            "INSERT OR IGNORE INTO temp.incoming_list VALUES (?)", [(one,) for one in phones]
        )


def apply_list(raw: sqlite3.Connection, at_ms: int, *, replace: bool) -> Listed:
    """Add the gathered numbers to the list, or let them be the list, in one transaction."""
    with transaction(raw):
        removed = 0
        if replace:
            removed = raw.execute(
                "DELETE FROM main.do_not_contact"
                " WHERE phone NOT IN (SELECT phone FROM temp.incoming_list)"
            ).rowcount
        added = raw.execute(
            "INSERT OR IGNORE INTO main.do_not_contact SELECT phone, ? FROM temp.incoming_list",
            (at_ms,),
        ).rowcount
        raw.execute("UPDATE main.meta SET has_list = 1")
        (total,) = raw.execute("SELECT count(*) FROM main.do_not_contact").fetchone()
        (marked,) = raw.execute(
            "SELECT count(DISTINCT customer_id) FROM main.phones JOIN main.do_not_contact"
            " USING (phone)"
        ).fetchone()
    return Listed(added, removed, total, marked)
