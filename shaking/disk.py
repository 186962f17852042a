"""A disk with a journal on it, which outlives the processes: what is synced, and what is torn.

A transaction is written as a whole and synced. While it is under way a crash may leave nothing of
it, all of it, or a torn beginning. Which transactions are whole is decided when the journal is
opened, by the checksums of `outcomes.records`, as SQLite's log does it with its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from outcomes.journal import JournalDamaged, JournalRow, JournalUnavailable
from outcomes.records import Position, checksum_after

Torn = Literal["nothing", "all", "torn"]


class Transaction(msgspec.Struct):
    """What one commit writes: records with their checksums, and the journal's own figures."""

    rows: list[JournalRow]
    checksums: list[int]
    published: int
    epoch: int
    is_committed: bool = True


class Disk:
    """One file system with one journal, its snapshots and its lock.

    `rows` are the records of whole transactions, in order: `rows[seq - 1]` is record `seq`. What
    stands there once has been synced and must never change or vanish.
    """

    def __init__(self) -> None:
        self.rows: list[JournalRow] = []
        self.published = 0
        self.epoch = 0
        self.end = Position(0, 0)
        self.tail: Transaction | None = None
        self.snapshots: dict[str, bytes] = {}
        self.holder: object | None = None
        self.failing = ""
        self.slowness = 1.0
        self.torn_found = 0

    # --- the lock -----------------------------------------------------------------------

    def lock(self, process: object) -> None:
        """Take the lock on the journal, or raise `JournalUnavailable`: see `FileLock`."""
        if self.holder is not None and self.holder is not process:
            raise JournalUnavailable(
                "the journal is in use by another engine", "Stop that engine first"
            )
        self.holder = process

    def unlock(self, process: object) -> None:
        """Let the lock go, if this process has it: the system does so when it ends."""
        if self.holder is process:
            self.holder = None

    # --- transactions --------------------------------------------------------------------

    def begin(self, rows: Sequence[JournalRow], published: int, epoch: int) -> Transaction:
        """Return the transaction that continues the journal with `rows`."""
        end, checksums = self.end, []
        for row in rows:
            end = Position(row.seq, checksum_after(end.checksum, row))
            checksums.append(end.checksum)
        return Transaction(list(rows), checksums, published, epoch)

    def commit(self, transaction: Transaction) -> None:
        """The transaction is on the disk, synced."""
        self.rows.extend(transaction.rows)
        self.published, self.epoch = transaction.published, transaction.epoch
        if transaction.rows:
            self.end = Position(transaction.rows[-1].seq, transaction.checksums[-1])

    def tear(self, transaction: Transaction, how: Torn, bytes_left: int) -> None:
        """The machine stopped while a transaction was being written."""
        if how == "all":
            self.commit(transaction)
        elif how == "torn" and transaction.rows:
            last = transaction.rows[-1]
            cut = msgspec.structs.replace(last, body=last.body[: bytes_left % len(last.body)])
            self.tail = msgspec.structs.replace(transaction, rows=[*transaction.rows[:-1], cut])

    def recover(self) -> None:
        """Open what a crash left: a last transaction that is not whole is cut off."""
        self._check_chain()
        tail, self.tail = self.tail, None
        if tail is None:
            return
        self.torn_found += 1
        if self.is_whole(tail):
            self.commit(tail)

    def is_whole(self, transaction: Transaction) -> bool:
        """Tell by the chain of checksums whether every record is as it was written."""
        end = self.end
        for row, checksum in zip(transaction.rows, transaction.checksums, strict=True):
            if row.seq != end.seq + 1 or checksum_after(end.checksum, row) != checksum:
                return False
            end = Position(row.seq, checksum)
        return True

    def _check_chain(self) -> None:
        if len(self.rows) != self.end.seq:
            raise JournalDamaged(f"{len(self.rows)} records end at {self.end.seq}", "Restore")
