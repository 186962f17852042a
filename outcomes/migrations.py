"""The journal's tables, and how a file written by an older version is brought up to date.

Each migration is run once, all together in one transaction; `PRAGMA user_version` holds the
version reached. A migration may add tables and columns but never changes what a record says:
`seq`, `at_ms`, `kind`, `event_id`, `body` and the chain of checksums stay as they were written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from outcomes.journal import JournalDamaged, JournalUnavailable

APPLICATION_ID = 0x54494445
"""`PRAGMA application_id` of a journal ("TIDE"): tells it from other SQLite files."""


class Migration(NamedTuple):
    """The statements that bring a journal from the version before to `version`."""

    version: int
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        1,
        (
            f"PRAGMA application_id = {APPLICATION_ID}",
            """
            CREATE TABLE records (
                seq INTEGER PRIMARY KEY,   -- 1, 2, 3, ... without gaps
                at_ms INTEGER NOT NULL,    -- the engine's time, milliseconds since 1970 UTC
                kind TEXT NOT NULL,        -- type of the input event
                event_id TEXT NOT NULL,
                body TEXT NOT NULL,        -- JSON: the input and the decisions it caused
                checksum INTEGER NOT NULL  -- CRC-32 over the checksum before and this record
            ) STRICT
            """,
            """
            CREATE TABLE rejected_messages (
                id INTEGER PRIMARY KEY,    -- the highest is the number ever rejected
                at_ms INTEGER NOT NULL,
                source TEXT NOT NULL,
                topic TEXT NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                correlation_id TEXT,
                payload BLOB NOT NULL      -- the first 64 KiB
            ) STRICT
            """,
            """
            CREATE TABLE journal (         -- always exactly one row
                id INTEGER PRIMARY KEY CHECK (id = 1),
                tenant TEXT NOT NULL,
                site TEXT NOT NULL,
                domain TEXT NOT NULL,
                epoch INTEGER NOT NULL,            -- times a leader has started
                published_seq INTEGER NOT NULL,    -- decisions up to here reached the broker
                pruned_seq INTEGER NOT NULL,       -- records up to here were pruned
                pruned_checksum INTEGER NOT NULL   -- checksum of the last record pruned
            ) STRICT
            """,
        ),
    ),
)


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[int, int]:
    """Bring the journal to the newest version and return the versions before and after.

    The caller holds a transaction. Raises as `check_readable` does, except for an older
    version, and `sqlite3.Error`.
    """
    before = check_is_journal(connection, migrations)
    run_pending(connection, migrations, before)
    return before, migrations[-1].version


def run_pending(
    connection: sqlite3.Connection, migrations: Sequence[Migration], before: int
) -> None:
    """Run the migrations after version `before`, in order. The caller holds a transaction."""
    pending = [migration for migration in migrations if migration.version > before]
    for migration in pending:
        for statement in migration.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {migration.version}")


def check_is_journal(
    connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS
) -> int:
    """Return the file's schema version, 0 for an empty file.

    Raises `JournalDamaged` if the file is another program's database, `JournalUnavailable`
    if it was written by a newer version of the code.
    """
    version = pragma(connection, "user_version")
    if pragma(connection, "application_id") != APPLICATION_ID and not is_empty(connection):
        raise JournalDamaged(
            "the file is an SQLite database, but not a Tidegate journal",
            "Give the path of a journal, or of a file that does not exist yet",
        )
    newest = migrations[-1].version
    if version > newest:
        raise JournalUnavailable(
            f"the journal has schema version {version}, and this program knows up to {newest}",
            "Run the version of Tidegate that wrote it, or a newer one",
        )
    return version


def check_readable(connection: sqlite3.Connection) -> None:
    """Check a journal that is only read, and so cannot be brought up to date.

    Raises `JournalUnavailable` if its version is not the newest, `JournalDamaged` as above.
    """
    version, newest = check_is_journal(connection), MIGRATIONS[-1].version
    if version < newest:
        raise JournalUnavailable(
            f"the journal has schema version {version}, and reading it needs version {newest}",
            "Start the engine on it once; that brings it up to date",
        )


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """Return the value of a pragma that is a number."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def is_empty(connection: sqlite3.Connection) -> bool:
    """Tell whether the database has no tables yet."""
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
