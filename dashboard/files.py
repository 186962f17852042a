"""Files of the engine that the dashboard may read where both run on one machine.

Opened when first needed and again after an error; a file that is not there is nothing known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import structlog

from contacts.customer import CustomerContext
from customers.sqlite_store import SqliteCustomerStore
from customers.store import CustomerStoreError
from outcomes.journal import JournalError
from outcomes.sqlite_connection import SqliteConnection

READ_BUSY_MS = 2_000

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class ReadOnlyFile:
    """One SQLite file that another process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: SqliteConnection | None = None
        self._is_failing = False

    async def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Return `work(connection)`; None if the file is not there or cannot be read now."""
        if not self._path.is_file():
            return None
        try:
            if self._connection is None:
                self._connection = await SqliteConnection.open(self._path, "ro", READ_BUSY_MS)
            found = await self._connection.run(work)
        except JournalError as error:
            await self._failed(error.reason)
            return None
        self._is_failing = False
        return found

    async def close(self) -> None:
        """Close it, if it is open."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _failed(self, reason: str) -> None:
        if not self._is_failing:
            log.warning("dashboard_file_unreadable", path=str(self._path), reason=reason)
        self._is_failing = True
        await self.close()


class CustomerFile:
    """The customer store, if there is one here."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._store: SqliteCustomerStore | None = None

    async def get(self, customer_id: str) -> CustomerContext | None:
        """Return what is known of a customer; None if nothing is, or the store cannot be read."""
        if self._path is None or not self._path.is_file():
            return None
        try:
            if self._store is None:
                self._store = await SqliteCustomerStore.open_to_read(self._path)
            return await self._store.get(customer_id)
        except CustomerStoreError as error:
            log.warning("dashboard_file_unreadable", path=str(self._path), reason=error.reason)
            await self.close()
            return None

    async def close(self) -> None:
        """Close it, if it is open."""
        if self._store is not None:
            store, self._store = self._store, None
            await store.close()


def rows(raw: sqlite3.Connection, sql: str, parameters: tuple[object, ...]) -> list[dict[str, Any]]:
    """Return all rows of a query, each by column name."""
    cursor = raw.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
