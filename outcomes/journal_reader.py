"""Reading a journal from another process while the engine writes it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from outcomes.journal import READ_BATCH, JournalIdentity, JournalRow, JournalUnavailable
from outcomes.migrations import check_readable
from outcomes.records import end_of, read_batches, seq_before, start_of
from outcomes.sqlite_connection import SqliteConnection, database_uri, explained

READ_BUSY_TIMEOUT_MS = 5_000


class JournalReader:
    """A connection that can only read; made by `open`. For followers and commands."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, path: Path) -> JournalReader:
        """Open the journal at `path`. Raises `JournalUnavailable` or `JournalDamaged`."""
        check_exists(path)
        connection = await SqliteConnection.open(path, "ro", READ_BUSY_TIMEOUT_MS)
        try:
            await connection.run(check_readable)
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    async def identity(self) -> JournalIdentity:
        """Return whose records these are."""
        return await self._connection.run(identity_of)

    async def head(self) -> int:
        """See `Journal.head`."""
        return (await self._connection.run(end_of)).seq

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""
        return (await self._connection.run(start_of)).seq

    async def seq_before(self, at_ms: int) -> int:
        """Return the last `seq` before time `at_ms`; the last one pruned if all are later."""
        return await self._connection.run(lambda raw: seq_before(raw, at_ms))

    def read(self, after_seq: int, batch: int = READ_BATCH) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`. Ends at the last record; then `wait_for_more`."""
        return read_batches(self._connection, after_seq, batch)

    async def wait_for_more(self, after_seq: int, poll_s: float) -> int:
        """Return the head once it is above `after_seq`, looking every `poll_s` seconds."""
        while (head := await self.head()) <= after_seq:  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(poll_s)
        return head

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()


def open_read_only(path: Path) -> sqlite3.Connection:
    """Return a read-only connection to the journal at `path`, for work in the caller's thread.

    Raises `JournalUnavailable` or `JournalDamaged`.
    """
    check_exists(path)
    with explained(path):
        connection = sqlite3.connect(
            database_uri(path, "ro"),
            uri=True,
            isolation_level=None,
            timeout=READ_BUSY_TIMEOUT_MS / 1000,
        )
        try:
            check_readable(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def check_exists(path: Path) -> None:
    """Raise `JournalUnavailable` unless there is a file at `path`."""
    if not path.is_file():
        raise JournalUnavailable(
            f"there is no journal at {path}", "Give the path of the file the engine writes"
        )


def identity_of(connection: sqlite3.Connection) -> JournalIdentity:
    """Return whose records the journal holds."""
    start_of(connection)
    return JournalIdentity(
        *connection.execute("SELECT tenant, site, domain FROM journal").fetchone()
    )
