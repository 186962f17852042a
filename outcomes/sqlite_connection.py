"""One SQLite connection in a thread of its own, and its errors in words a person can act on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import aiosqlite

from outcomes.journal import JournalDamaged, JournalError, JournalUnavailable, closed_error

Result = TypeVar("Result")

_RESTORE = "Keep a copy, run `tidegate journal verify` on it, and restore from a backup"

_UNAVAILABLE: tuple[tuple[str, str, str], ...] = (
    (
        "SQLITE_FULL",
        "there is no space left on its disk",
        "Free space there or move the journal; work goes on by itself once there is space",
    ),
    (
        "SQLITE_BUSY",
        "another program holds it locked",
        "Close the program that writes to it, such as an open sqlite3 shell; then try again",
    ),
    (
        "SQLITE_READONLY",
        "it cannot be written to",
        "Make the file and its directory writable for the user that runs Tidegate",
    ),
    (
        "SQLITE_CANTOPEN",
        "it cannot be opened",
        "Check that the path is a file, and that it and its directory may be read and written",
    ),
    (
        "SQLITE_IOERR",
        "the disk reported an error",
        "Look for disk errors in the system log and check that the disk is not full",
    ),
)

_DAMAGED: tuple[tuple[str, str, str], ...] = (
    ("SQLITE_NOTADB", "it is not an SQLite database", f"Check the path. {_RESTORE}"),
    ("SQLITE_CORRUPT", "the file is damaged", _RESTORE),
)


def explain(error: sqlite3.Error, path: Path) -> JournalError:
    """Return the journal error for what SQLite reported on the journal at `path`."""
    name = getattr(error, "sqlite_errorname", "")
    for prefix, reason, remedy in _UNAVAILABLE:
        if name.startswith(prefix):
            return JournalUnavailable(f"journal {path}: {reason} ({error})", remedy)
    for prefix, reason, remedy in _DAMAGED:
        if name.startswith(prefix):
            return JournalDamaged(f"journal {path}: {reason} ({error})", remedy)
    return JournalUnavailable(
        f"journal {path}: SQLite reported {name or type(error).__name__} ({error})",
        "Run `tidegate journal verify` on it",
    )


def described(error: Exception, damaged: str) -> tuple[str, str]:
    """Return what SQLite reported, and what to do about it, for a file beside the journal.

    `damaged` is what to do about a file that is damaged or no SQLite database.
    """
    cause = error.__cause__ or error
    name = getattr(cause, "sqlite_errorname", type(cause).__name__)
    remedies = {
        "SQLITE_BUSY": "Another program has it locked; close that program and try again",
        "SQLITE_FULL": "Free space on its disk and try again",
        "SQLITE_READONLY": "Make the file and its directory writable",
        "SQLITE_CANTOPEN": "Check that its directory exists and may be written to",
        "SQLITE_NOTADB": damaged,
        "SQLITE_CORRUPT": damaged,
    }
    remedy = next(
        (text for code, text in remedies.items() if name.startswith(code)),
        "Check the query, or the disk",
    )
    return f"{cause} ({name})", remedy


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite inside the block into journal errors about `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


@contextmanager
def transaction(
    connection: sqlite3.Connection, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE"
) -> Iterator[None]:
    """Run the block in one transaction: committed at its end, or rolled back whole.

    IMMEDIATE takes the lock for writing at once; DEFERRED suits work on temporary tables only.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def database_uri(path: Path, mode: str) -> str:
    """Return SQLite's address of `path`; `mode` is "ro", "rw" or "rwc" (create)."""
    return f"{path.absolute().as_uri()}?mode={mode}"


class SqliteConnection:
    """A connection whose work is done by whole functions, each in one hop to its thread."""

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self.path = path
        self._connection = connection
        self._closed = False

    @classmethod
    async def open(cls, path: Path, mode: str, busy_timeout_ms: int) -> SqliteConnection:
        """Connect to `path`. Raises `JournalUnavailable`."""
        connection = aiosqlite.connect(
            database_uri(path, mode),
            uri=True,
            isolation_level=None,
            timeout=busy_timeout_ms / 1000,
        )
        connection._thread.daemon = True  # a process that fails must end, closed or not
        try:
            with explained(path):
                return cls(path, await connection)
        except JournalError:
            await asyncio.to_thread(connection._thread.join)  # its last act needs the event loop
            raise

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Return `work(connection)`, run in the connection's thread; raises `JournalError`.

        Uses aiosqlite's private `_execute`, here only: a transaction in one hop instead of one
        for each statement, which takes 0.3 ms instead of 0.7 ms where fsync takes 0.12 ms.
        """
        if self._closed:
            raise closed_error(str(self.path))
        with explained(self.path):
            result: Result = await self._connection._execute(  # type: ignore[no-untyped-call]
                work, self._connection._conn
            )
        return result

    async def close(self) -> None:
        """Finish the work under way and close; a second call does nothing."""
        if not self._closed:
            self._closed = True
            with explained(self.path):
                await self._connection.close()
