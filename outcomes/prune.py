"""Removing old records that a snapshot has made unnecessary for a restart."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from outcomes.journal import JournalUnavailable
from outcomes.journal_reader import check_exists
from outcomes.migrations import check_readable
from outcomes.records import end_of, position_after, seq_before, start_of
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_connection import database_uri, explained, transaction

PRUNE_BATCH = 200
"""Records removed in one transaction, so that a running engine's commits wait a few ms at most."""

_BUSY_TIMEOUT_MS = 10_000


class PruneReport(msgspec.Struct, frozen=True):
    """What pruning did: `removed` records; reading can now start after `pruned_seq`."""

    removed: int
    pruned_seq: int


def prune(
    path: Path,
    snapshots: SnapshotStore,
    *,
    before_seq: int | None = None,
    before_ms: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    pause_s: float = 0.0,
) -> PruneReport:
    """Remove the records with `seq` below `before_seq`, or `at_ms` below `before_ms`.

    Give one of the two (`ValueError` otherwise). The engine may be running: records go in small
    transactions with `pause_s` between them, each of which leaves the chain whole. The file does
    not shrink; its space is used again.
    Raises `JournalUnavailable`, having removed nothing, unless a whole snapshot at or above the
    last record to go exists and its decisions have been published.
    """
    if (before_seq is None) == (before_ms is None):
        raise ValueError("prune needs before_seq or before_ms, and not both")
    check_exists(path)
    with explained(path):
        connection = sqlite3.connect(
            database_uri(path, "rw"),
            uri=True,
            isolation_level=None,
            timeout=_BUSY_TIMEOUT_MS / 1000,
        )
        try:
            check_readable(connection)
            last = _last_to_go(connection, before_seq, before_ms)
            start = start_of(connection).seq
            if last > start:
                head = end_of(connection).seq
                (published,) = connection.execute("SELECT published_seq FROM journal").fetchone()
                check_allowed(snapshots, last, head, published)
            return _remove(connection, last, progress, pause_s)
        finally:
            connection.close()


def _last_to_go(
    connection: sqlite3.Connection, before_seq: int | None, before_ms: int | None
) -> int:
    if before_seq is not None:
        return min(before_seq - 1, end_of(connection).seq)
    assert before_ms is not None, "one of the two is given"
    return seq_before(connection, before_ms)


def check_allowed(snapshots: SnapshotStore, last: int, head: int, published: int) -> None:
    """Raise `JournalUnavailable` unless the records up to `last` are needed no more."""
    snapshot = snapshots.latest()
    if snapshot is None or snapshot.seq < last:
        newest = "there is none" if snapshot is None else f"the newest is at {snapshot.seq}"
        raise JournalUnavailable(
            f"records up to {last} cannot be pruned: a restart needs a snapshot at {last} or "
            f"later, and in {snapshots.directory} {newest}",
            "Let the engine's follower write one, or prune fewer records",
        )
    if snapshot.seq > head:
        raise JournalUnavailable(
            f"the snapshot at {snapshot.seq} in {snapshots.directory} is newer than the last "
            f"record, {head}, so it belongs to another journal",
            "Give the directory of this journal's snapshots",
        )
    if published < last:
        raise JournalUnavailable(
            f"records up to {last} cannot be pruned: decisions above {published} may not have "
            "reached the broker yet",
            "Start the engine so that it sends them, or prune fewer records",
        )


def _remove(
    connection: sqlite3.Connection,
    last: int,
    progress: Callable[[int, int], None] | None,
    pause_s: float,
) -> PruneReport:
    first = done = start_of(connection).seq
    while done < last:
        done = min(done + PRUNE_BATCH, last)
        with transaction(connection):
            place = position_after(connection, done)
            connection.execute("UPDATE journal SET pruned_seq = ?, pruned_checksum = ?", place)
            connection.execute("DELETE FROM records WHERE seq <= ?", (done,))
        if progress:
            progress(done - first, last - first)
        time.sleep(pause_s)
    return PruneReport(removed=done - first, pruned_seq=done)
