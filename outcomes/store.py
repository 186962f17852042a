"""The outcome store: what the journal says, as tables that a person can query.

It is derived: deleted, it is made again from the journal. So it is written with
`synchronous=NORMAL` (a power cut may cost the last batches, which are then projected again).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from outcomes.journal import JournalError, JournalIdentity
from outcomes.projection import Projection
from outcomes.sqlite_connection import SqliteConnection, described, transaction
from outcomes.store_rows import read_projection, write_changes
from outcomes.store_schema import APPLICATION_ID, CREATE, SCHEMA_VERSION
from router.records import Record

Result = TypeVar("Result")

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for another program that is bringing the same store up to date."""

_SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL")
_MAKE_ANEW = "Move it away: it is made anew from the journal, as far back as that goes"


class OutcomeStoreError(Exception):
    """What is wrong with the outcome store (`reason`), and what a person can do (`remedy`)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}. {remedy}.")
        self.reason = reason
        self.remedy = remedy


def store_path_beside(journal: Path) -> Path:
    """Return where the outcome store of a journal lies."""
    return journal.with_name("outcomes.db")


class OutcomeStore:
    """A connection to one store; made by `open`. Every call may raise `OutcomeStoreError`."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._projection: Projection | None = None

    @classmethod
    async def open(cls, path: Path) -> OutcomeStore:
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

    async def project(self, records: Sequence[Record]) -> None:
        """Bring the tables up to the last of `records`, all in one transaction.

        Records that were projected before change nothing. Raises `ValueError` if records are
        missing between those and these; an empty store may begin anywhere.
        """
        await self._run(lambda raw: self._project(raw, records))

    async def projected_seq(self) -> int:
        """Return the `seq` of the last record in the tables, 0 if there is none."""
        return int((await self.fetch("SELECT projected_seq FROM meta"))[0]["projected_seq"])

    async def claim(self, journal: JournalIdentity) -> None:
        """Say which journal the records come from; raises if the store is made from another."""
        name = f"{journal.tenant}/{journal.site}/{journal.domain}"
        await self._run(lambda raw: _claim(raw, self._connection.path, name))

    async def fetch(
        self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()
    ) -> list[dict[str, Any]]:
        """Return all rows of a query, each by column name."""
        return await self._run(lambda raw: _fetch(raw, sql, parameters))

    async def close(self) -> None:
        """Finish the work under way and close."""
        await self._connection.close()

    def _project(self, raw: sqlite3.Connection, records: Sequence[Record]) -> None:
        projection, self._projection = self._projection, None
        with transaction(raw):
            (projected_seq,) = raw.execute("SELECT projected_seq FROM meta").fetchone()
            if projection is None or projection.seq != projected_seq:
                projection = read_projection(raw)
            for record in records:
                if record.seq > projection.seq + 1 and projection.seq > 0:
                    raise ValueError(
                        f"record {record.seq} does not follow record {projection.seq}, the last "
                        "one projected; project those between them first"
                    )
                projection.fold(record)
            write_changes(raw, projection)
        self._projection = projection

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
        if raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
            for statement in CREATE:
                raw.execute(statement)
    (application_id,) = raw.execute("PRAGMA application_id").fetchone()
    (version,) = raw.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise OutcomeStoreError(
            "the file is an SQLite database, but not an outcome store",
            "Give the path of an outcome store, or of a file that does not exist yet",
        )
    if version < SCHEMA_VERSION:
        _begin_anew(raw, version)
    elif version != SCHEMA_VERSION:
        raise OutcomeStoreError(
            f"the outcome store has schema version {version}, this program needs {SCHEMA_VERSION}",
            _MAKE_ANEW,
        )


def _begin_anew(raw: sqlite3.Connection, version: int) -> None:
    """Empty a store of an older version, which is then made from the journal; keep a copy beside.

    The copy (`outcomes.db.v1`) holds what a pruned journal no longer does.
    """
    (path,) = raw.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    copy = Path(f"{path}.v{version}")
    if not copy.exists():
        raw.execute("VACUUM INTO ?", (str(copy),))
    with transaction(raw):
        named = raw.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        for kind, name in named.fetchall():
            if kind in ("table", "view"):
                raw.execute(f'DROP {kind} "{name}"')
        for statement in CREATE:
            raw.execute(statement)


def _fetch(
    raw: sqlite3.Connection, sql: str, parameters: Mapping[str, object] | Sequence[object]
) -> list[dict[str, Any]]:
    cursor = raw.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _claim(raw: sqlite3.Connection, path: Path, journal: str) -> None:
    with transaction(raw):
        (found,) = raw.execute("SELECT journal FROM meta").fetchone()
        if found is None:
            raw.execute("UPDATE meta SET journal = ?", (journal,))
        elif found != journal:
            raise OutcomeStoreError(
                f"the outcome store {path} was made from the journal of {found}, not {journal}",
                "Give each journal a directory of its own",
            )


def _explained(path: Path, error: Exception) -> OutcomeStoreError:
    """Return the store's error for what SQLite reported."""
    reason, remedy = described(error, _MAKE_ANEW)
    return OutcomeStoreError(f"outcome store {path}: {reason}", remedy)
