"""The customer store in an SQLite file beside the journal."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from contacts.customer import CustomerContext
from customers import staging
from customers.phones import PhoneHasher
from customers.records import customer_of, row_of
from customers.schema import bring_up_to_date
from customers.store import Change, CustomerStoreError
from outcomes.journal import JournalError
from outcomes.sqlite_connection import SqliteConnection, described, transaction

Result = TypeVar("Result")

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for another program that is writing to the store."""

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",  # what is forgotten is overwritten
)
_RESTORE = "Keep a copy, restore from a backup, or move it away and import the customers again"
_GET = """
SELECT body,
    EXISTS (SELECT 1 FROM phones JOIN do_not_contact USING (phone) WHERE customer_id = :id),
    EXISTS (SELECT 1 FROM phones WHERE customer_id = :id),
    (SELECT has_list FROM meta)
FROM customers WHERE customer_id = :id"""


def store_path_beside(journal: Path) -> Path:
    """Return where the customer store of a journal lies."""
    return journal.with_name("customers.db")


class SqliteCustomerStore:
    """A connection to one store; made by `open`. Every call may raise `CustomerStoreError`."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._staging = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> SqliteCustomerStore:
        """Open the store at `path`, or make an empty one."""
        try:
            connection = await SqliteConnection.open(path, "rwc", BUSY_TIMEOUT_MS)
        except JournalError as error:
            raise _explained(path, error) from error
        store = cls(connection)
        try:
            await store._run(_prepare)
        except BaseException:
            await connection.close()
            raise
        return store

    @classmethod
    async def open_to_read(cls, path: Path) -> SqliteCustomerStore:
        """Open the store at `path` for `get` and `household_members` alone."""
        try:
            return cls(await SqliteConnection.open(path, "ro", BUSY_TIMEOUT_MS))
        except JournalError as error:
            raise _explained(path, error) from error

    async def get(self, customer_id: str) -> CustomerContext | None:
        """Return what is known of the customer; None if nothing is stored.

        `do_not_contact` is true if a stored phone number is on the list, whatever was imported.
        """
        row = await self._run(lambda raw: raw.execute(_GET, {"id": customer_id}).fetchone())
        if row is None:
            return None
        body, is_listed, has_phone, has_list = row
        try:
            customer = customer_of(body)
        except msgspec.DecodeError as error:
            raise _explained(self._connection.path, error) from error
        told = customer.do_not_contact
        if told is None and has_phone and has_list:
            told = False
        return msgspec.structs.replace(customer, do_not_contact=True if is_listed else told)

    async def put(
        self, customer_id: str, customer: CustomerContext, phones: frozenset[bytes] = frozenset()
    ) -> Change:
        """Store the customer whole; see `CustomerStore.put`."""
        row = row_of(customer_id, customer, phones)
        async with self.gathering():
            await self.stage([staging.StagedRow(0, row, phones)])
            done = await self.apply()
        if done.conflicts:
            raise CustomerStoreError(
                f"version {row.version!r} of customer {customer_id} is stored with other content",
                "Give each state of a customer's record a version of its own",
            )
        if done.added:
            return Change.ADDED
        return Change.CHANGED if done.changed else Change.UNCHANGED

    async def household_members(self, household_id: str) -> tuple[str, ...]:
        """Return the ids of the customers of a household, sorted."""
        sql = "SELECT customer_id FROM customers WHERE household_id = ? ORDER BY customer_id"
        rows = await self._run(lambda raw: raw.execute(sql, (household_id,)).fetchall())
        return tuple(customer_id for (customer_id,) in rows)

    async def forget(self, customer_id: str) -> bool:
        """Erase everything stored of the customer, also from the file's free space and its WAL."""
        return await self._run(lambda raw: _forget(raw, customer_id))

    async def claim_key(self, hasher: PhoneHasher) -> None:
        """Say which key the hashes are made with; raises if the store has those of another."""
        await self._run(lambda raw: _claim_key(raw, hasher.check))

    async def has_key(self) -> bool:
        """Tell whether the store has hashes of phone numbers, or had."""
        row = await self._run(lambda raw: raw.execute("SELECT key_check FROM meta").fetchone())
        return row[0] is not None

    @asynccontextmanager
    async def gathering(self) -> AsyncIterator[None]:
        """Keep what is staged in the block apart from what others stage; empty at its end."""
        async with self._staging:
            try:
                yield
            finally:
                await self._run(staging.clear)

    async def stage(self, rows: Sequence[staging.StagedRow]) -> None:
        """Gather customers, each once, within `gathering`; nothing is stored yet."""
        await self._run(lambda raw: staging.stage(raw, rows))

    async def apply(self) -> staging.Applied:
        """Store the customers that were gathered, all in one transaction."""
        return await self._run(lambda raw: staging.apply(raw, _now_ms()))

    async def stage_list(self, phones: Iterable[bytes]) -> None:
        """Gather hashes of a do-not-contact list, within `gathering`."""
        await self._run(lambda raw: staging.stage_list(raw, phones))

    async def apply_list(self, *, replace: bool) -> staging.Listed:
        """Add them to the list, or let them be the whole list, in one transaction."""
        return await self._run(lambda raw: staging.apply_list(raw, _now_ms(), replace=replace))

    async def close(self) -> None:
        """Finish the work under way and close."""
        await self._connection.close()

    async def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        path = self._connection.path

        def explained(raw: sqlite3.Connection) -> Result:
            try:
                return work(raw)
            except sqlite3.Error as error:
                raise _explained(path, error) from error

        return await self._connection.run(explained)


def _prepare(raw: sqlite3.Connection) -> None:
    for setting in _SETTINGS:
        raw.execute(setting)
    with transaction(raw):
        bring_up_to_date(raw)
    staging.prepare(raw)


def _forget(raw: sqlite3.Connection, customer_id: str) -> bool:
    with transaction(raw):
        raw.execute("DELETE FROM phones WHERE customer_id = ?", (customer_id,))
        gone = raw.execute("DELETE FROM customers WHERE customer_id = ?", (customer_id,)).rowcount
    (is_busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise CustomerStoreError(
            "the customer is erased, but a copy may still stand in the store's write-ahead log,"
            " which another program is reading",
            "Let that program finish, and run this again",
        )
    return gone > 0


def _claim_key(raw: sqlite3.Connection, check: bytes) -> None:
    with transaction(raw):
        (found,) = raw.execute("SELECT key_check FROM meta").fetchone()
        if found is None:
            raw.execute("UPDATE meta SET key_check = ?", (check,))
        elif found != check:
            raise CustomerStoreError(
                "the phone numbers in the customer store were hashed with another key",
                "Give the key they were hashed with; without it, import customers and lists into"
                " a new store",
            )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _explained(path: Path, error: Exception) -> CustomerStoreError:
    """Return the store's error for what SQLite or the system reported."""
    reason, remedy = described(error, _RESTORE)
    return CustomerStoreError(f"customer store {path}: {reason}", remedy)
