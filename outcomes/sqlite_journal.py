"""The journal in an SQLite file: write-ahead log, one writer, every commit on the disk.

The caller groups rows: one `append` is one transaction and one fsync. The figures behind the
settings are in the comments; `tidegate bench` measures them again.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from outcomes.file_lock import FileLock
from outcomes.journal import (
    READ_BATCH,
    REJECTED_KEPT,
    JournalError,
    JournalIdentity,
    JournalRow,
    JournalUnavailable,
    RejectedMessage,
    check_continues,
    check_published,
    truncated,
)
from outcomes.migrations import check_is_journal, migrate
from outcomes.records import Position, checksum_after, end_of, read_batches, start_of
from outcomes.sqlite_connection import SqliteConnection, transaction

BUSY_TIMEOUT_MS = 2_000
"""How long a commit waits for another program that has the file locked."""

# Pages of 4 KiB in the log before a commit also copies them into the database. With 50 rows of
# 1 kB a commit, such a commit took 2.6 ms at 200 pages, 8 ms at 1,000 and 23 ms at 4,000 (others
# 0.5 ms); with single rows fewer than one commit in 100 does it from 400 pages up.
CHECKPOINT_PAGES = 500

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
)
_INSERT = "INSERT INTO records (seq, at_ms, kind, event_id, body, checksum) VALUES (?,?,?,?,?,?)"
_INSERT_REJECTED = (
    "INSERT INTO rejected_messages (at_ms, source, topic, reason, detail, correlation_id, payload)"
    " VALUES (?,?,?,?,?,?,?)"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How a journal is written. FULL survives a power cut, NORMAL only the engine's death."""

    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    keep_rejected: int = REJECTED_KEPT
    busy_timeout_ms: int = BUSY_TIMEOUT_MS


class SqliteJournal:
    """The one writer of a journal file; made by `open`. Behaviour: `outcomes.journal.Journal`."""

    def __init__(
        self,
        connection: SqliteConnection,
        lock: FileLock,
        identity: JournalIdentity,
        options: JournalOptions,
    ) -> None:
        self._connection = connection
        self._options = options
        self._lock = lock
        self._identity = identity
        # Written in the connection's thread only, so that they follow the file even when the
        # coroutine that waits for a commit is cancelled.
        self._end = Position(0, 0)
        self._published = 0

    @classmethod
    async def open(
        cls,
        path: Path,
        identity: JournalIdentity,
        options: JournalOptions = JournalOptions(),
    ) -> SqliteJournal:
        """Open the journal at `path` for writing, creating it and its directory if missing.

        Raises `JournalUnavailable` if another engine has it, it is another tenant's, site's or
        domain's, it is newer than this program, or it cannot be written; `JournalDamaged` if
        it is no journal.
        """
        _make_directory(path)
        lock = FileLock.acquire(path)
        try:
            connection = await SqliteConnection.open(path, "rwc", options.busy_timeout_ms)
        except BaseException:
            lock.release()
            raise
        journal = cls(connection, lock, identity, options)
        try:
            await connection.run(journal._prepare)
        except BaseException:
            await journal.close()
            raise
        return journal

    @property
    def identity(self) -> JournalIdentity:
        """Whose records these are."""
        return self._identity

    async def append(self, rows: Sequence[JournalRow], published_seq: int | None = None) -> None:
        """See `Journal.append`. One transaction, one hop to the connection's thread."""
        await self._connection.run(lambda raw: self._append(raw, rows, published_seq))

    async def head(self) -> int:
        """See `Journal.head`."""
        return await self._connection.run(lambda raw: self._end.seq)

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""
        return (await self._connection.run(start_of)).seq

    def read(self, after_seq: int, batch: int = READ_BATCH) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`. Between batches appends go on; for the start of an engine."""
        return read_batches(self._connection, after_seq, batch)

    async def published(self) -> int:
        """See `Journal.published`."""
        return await self._connection.run(lambda raw: self._published)

    async def set_published(self, seq: int) -> None:
        """See `Journal.set_published`."""
        await self.append((), published_seq=seq)

    async def begin_epoch(self) -> int:
        """See `Journal.begin_epoch`."""
        return await self._connection.run(_begin_epoch)

    async def reject(self, messages: Sequence[RejectedMessage]) -> None:
        """See `Journal.reject`."""
        kept = self._options.keep_rejected
        await self._connection.run(lambda raw: _reject(raw, messages, kept))

    async def rejected(self, limit: int) -> list[RejectedMessage]:
        """See `Journal.rejected`."""
        return await self._connection.run(lambda raw: _rejected(raw, limit))

    async def rejected_total(self) -> int:
        """See `Journal.rejected_total`."""
        return await self._connection.run(_rejected_total)

    async def close(self) -> None:
        """See `Journal.close`."""
        try:
            with contextlib.suppress(JournalError):  # only tidier: the log holds it all
                await self._connection.run(_move_log_into_file)
            await self._connection.close()
        finally:
            self._lock.release()

    def _prepare(self, raw: sqlite3.Connection) -> None:
        check_is_journal(raw)
        for setting in _SETTINGS:
            raw.execute(setting)
        raw.execute(f"PRAGMA synchronous = {self._options.synchronous}")
        with transaction(raw):
            before, after = migrate(raw)
            _claim(raw, self._identity)
            raw.execute("UPDATE journal SET id = id")  # fails here and now if it is read-only
        if 0 < before < after:
            log.info("journal_migrated", from_version=before, to_version=after)
        self._end = end_of(raw)
        (self._published,) = raw.execute("SELECT published_seq FROM journal").fetchone()

    def _append(
        self, raw: sqlite3.Connection, rows: Sequence[JournalRow], published_seq: int | None
    ) -> None:
        check_continues(rows, self._end.seq)
        end, values = self._end, []
        for row in rows:
            end = Position(row.seq, checksum_after(end.checksum, row))
            values.append(
                (row.seq, row.at_ms, row.kind, row.event_id, row.body.decode(), end.checksum)
            )
        published = max(self._published, published_seq or 0)
        check_published(published, end.seq)
        with transaction(raw):
            raw.executemany(_INSERT, values)
            if published > self._published:
                raw.execute("UPDATE journal SET published_seq = ?", (published,))
        self._end, self._published = end, published


def _move_log_into_file(raw: sqlite3.Connection) -> None:
    """Bring everything from the write-ahead log into the file, which may then be copied alone."""
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalUnavailable(
            f"the directory {path.parent} cannot be made ({error.strerror})",
            "Make it yourself, or give the journal a path that can be written to",
        ) from error


def _claim(raw: sqlite3.Connection, identity: JournalIdentity) -> None:
    """Give a new journal its identity, or check that an existing one has it."""
    found = raw.execute("SELECT tenant, site, domain FROM journal").fetchone()
    mine = (identity.tenant, identity.site, identity.domain)
    if found is None:
        raw.execute("INSERT INTO journal VALUES (1, ?, ?, ?, 0, 0, 0, 0)", mine)
    elif found != mine:
        raise JournalUnavailable(
            f"the journal belongs to tenant, site, domain {'/'.join(found)}, not {'/'.join(mine)}",
            "Correct the keys in the configuration, or give this engine a journal of its own",
        )


def _begin_epoch(raw: sqlite3.Connection) -> int:
    with transaction(raw):
        raw.execute("UPDATE journal SET epoch = epoch + 1")
        return int(raw.execute("SELECT epoch FROM journal").fetchone()[0])


def _reject(raw: sqlite3.Connection, messages: Sequence[RejectedMessage], kept: int) -> None:
    values = [
        (m.at_ms, m.source, m.topic, m.reason, m.detail, m.correlation_id, m.payload)
        for m in map(truncated, messages)
    ]
    with transaction(raw):
        raw.executemany(_INSERT_REJECTED, values)
        oldest_kept = _rejected_total(raw) - kept + 1
        raw.execute("DELETE FROM rejected_messages WHERE id < ?", (oldest_kept,))


def _rejected(raw: sqlite3.Connection, limit: int) -> list[RejectedMessage]:
    found = raw.execute(
        "SELECT at_ms, source, topic, reason, detail, correlation_id, payload"
        " FROM rejected_messages ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [RejectedMessage(*values) for values in found]


def _rejected_total(raw: sqlite3.Connection) -> int:
    return int(raw.execute("SELECT coalesce(max(id), 0) FROM rejected_messages").fetchone()[0])
