"""The journal as the rest of the code sees it: one order of records, durable or refused.

A record is an input and the decisions it caused. State is rebuilt by applying records, so what
`append` has returned for must never be lost, and what it has refused must never appear.
`SqliteJournal` keeps records in a file, `NatsJournal` in a cluster, `MemoryJournal` in memory for
tests and simulation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

READ_BATCH = 1_000
REJECTED_KEPT = 10_000  # messages; older ones are dropped but stay counted
REJECTED_PAYLOAD_BYTES = 64 * 1024  # a longer payload is cut


class JournalError(Exception):
    """What is wrong with the journal (`reason`) and what a person can do about it (`remedy`)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}. {remedy}.")
        self.reason = reason
        self.remedy = remedy


class JournalUnavailable(JournalError):  # noqa: N818 - a state of the journal
    """The journal cannot do this now; nothing was written and the same call may be repeated."""


class JournalDamaged(JournalError):  # noqa: N818 - a state of the journal
    """What is in the journal is not what was written; it must not be built on."""


class JournalFenced(JournalError):  # noqa: N818 - a state of the journal
    """Another engine writes this journal now; this one must do no more."""


class JournalIdentity(msgspec.Struct, frozen=True):
    """Whose records a journal holds: one tenant, one site, one routing domain."""

    tenant: str
    site: str
    domain: str


class JournalRow(msgspec.Struct, frozen=True):
    """One record. `seq` counts from 1 without gaps; `body` is JSON in UTF-8."""

    seq: int
    at_ms: int
    kind: str
    event_id: str
    body: bytes


class RejectedMessage(msgspec.Struct, frozen=True):
    """A message that was not accepted as an event, kept so that its sender can be helped."""

    at_ms: int
    source: str
    topic: str
    reason: str
    detail: str
    correlation_id: str | None
    payload: bytes


class Journal(Protocol):
    """An append-only record of what happened. One writer; all times in milliseconds."""

    @property
    def identity(self) -> JournalIdentity:
        """Whose records these are."""

    async def append(self, rows: Sequence[JournalRow], published_seq: int | None = None) -> None:
        """Make `rows` durable, all or none; return when they are.

        `published_seq` moves the outbox watermark in the same transaction (see `published`).
        Raises `JournalUnavailable` having written nothing, `JournalDamaged`, or `ValueError`
        when the rows do not continue the journal (`seq` must be head + 1, head + 2, ...).
        If the caller is cancelled while it waits, `head` tells whether the rows were written.
        """

    async def head(self) -> int:
        """Return the `seq` of the last record, 0 if there has never been one."""

    async def pruned_seq(self) -> int:
        """Return the `seq` of the last record pruned away, 0 if none: reading can start there."""

    def read(self, after_seq: int, batch: int = READ_BATCH) -> AsyncIterator[list[JournalRow]]:
        """Yield the records after `after_seq`, in order, in lists of at most `batch`.

        Raises `JournalUnavailable` when `after_seq` is not between `pruned_seq` and `head`,
        `JournalDamaged` at the first record that is not as it was written.
        """

    async def published(self) -> int:
        """Return the highest `seq` whose decisions are known to have been handed to the broker.

        It may lag behind the truth after a crash: decisions above it are to be sent again.
        """

    async def set_published(self, seq: int) -> None:
        """Move the outbox watermark in a transaction of its own: when idle and before closing."""

    async def begin_epoch(self) -> int:
        """Start the next leader epoch, durably, and return it; the first is 1."""

    async def reject(self, messages: Sequence[RejectedMessage]) -> None:
        """Keep messages that were not accepted; only the newest `REJECTED_KEPT` stay."""

    async def rejected(self, limit: int) -> list[RejectedMessage]:
        """Return up to `limit` rejected messages, newest first."""

    async def rejected_total(self) -> int:
        """Return how many messages were ever rejected, dropped ones included."""

    async def close(self) -> None:
        """Release the journal; every later call raises `JournalUnavailable`."""


class JournalSource(Protocol):
    """A journal as its readers see it; another process may be writing it."""

    async def identity(self) -> JournalIdentity:
        """Return whose records these are."""

    async def head(self) -> int:
        """See `Journal.head`."""

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""

    async def seq_before(self, at_ms: int) -> int:
        """Return the last `seq` before time `at_ms`; the last one pruned if all are later."""

    def read(self, after_seq: int, batch: int = READ_BATCH) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`."""

    async def close(self) -> None:
        """Let go of the journal."""


def check_continues(rows: Sequence[JournalRow], head: int) -> None:
    """Raise `ValueError` unless `rows` are numbered head + 1, head + 2, ..."""
    for expected, row in enumerate(rows, head + 1):
        if row.seq != expected:
            raise ValueError(
                f"record seq {row.seq} does not continue the journal: expected {expected}, "
                "because records are numbered without gaps"
            )


def check_published(seq: int, head: int) -> None:
    """Raise `ValueError` if the outbox watermark would pass the last record."""
    if seq > head:
        raise ValueError(f"published seq {seq} is above the last record, {head}")


def check_start(after_seq: int, pruned_seq: int, head: int) -> None:
    """Raise `JournalUnavailable` unless records can be read from just after `after_seq`."""
    if after_seq < pruned_seq:
        raise JournalUnavailable(
            f"records up to {pruned_seq} were pruned, so reading cannot start after {after_seq}",
            f"Start from a snapshot taken at {pruned_seq} or later",
        )
    if after_seq > head:
        raise JournalUnavailable(
            f"reading was asked to start after {after_seq}, but the last record is {head}",
            "Use a snapshot that belongs to this journal; one newer than the journal means "
            "that an older copy of the journal was put back",
        )


def closed_error(name: str) -> JournalUnavailable:
    """Return the error of every call made after `close`."""
    return JournalUnavailable(f"the journal {name} is closed", "Open it again")


class MemoryJournal:
    """A journal in memory: the same behaviour, gone with the process."""

    def __init__(self, identity: JournalIdentity) -> None:
        self._identity = identity
        self._rows: list[JournalRow] = []
        self._rejected: deque[RejectedMessage] = deque(maxlen=REJECTED_KEPT)
        self._rejected_total = 0
        self._published = 0
        self._epoch = 0
        self._closed = False

    @property
    def identity(self) -> JournalIdentity:
        """Whose records these are."""
        return self._identity

    async def append(self, rows: Sequence[JournalRow], published_seq: int | None = None) -> None:
        """See `Journal.append`."""
        self._check_open()
        check_continues(rows, len(self._rows))
        for row in rows:
            row.body.decode()
        if published_seq is not None:
            check_published(published_seq, len(self._rows) + len(rows))
            self._published = max(self._published, published_seq)
        self._rows.extend(rows)

    async def head(self) -> int:
        """See `Journal.head`."""
        self._check_open()
        return len(self._rows)

    async def pruned_seq(self) -> int:
        """Return 0: a journal in memory is never pruned."""
        self._check_open()
        return 0

    async def read(
        self, after_seq: int, batch: int = READ_BATCH
    ) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`."""
        self._check_open()
        check_start(after_seq, 0, len(self._rows))
        while rows := self._rows[after_seq : after_seq + batch]:
            after_seq = rows[-1].seq
            yield rows

    async def published(self) -> int:
        """See `Journal.published`."""
        self._check_open()
        return self._published

    async def set_published(self, seq: int) -> None:
        """See `Journal.set_published`."""
        await self.append((), published_seq=seq)

    async def begin_epoch(self) -> int:
        """See `Journal.begin_epoch`."""
        self._check_open()
        self._epoch += 1
        return self._epoch

    async def reject(self, messages: Sequence[RejectedMessage]) -> None:
        """See `Journal.reject`."""
        self._check_open()
        self._rejected.extend(truncated(message) for message in messages)
        self._rejected_total += len(messages)

    async def rejected(self, limit: int) -> list[RejectedMessage]:
        """See `Journal.rejected`."""
        self._check_open()
        return list(self._rejected)[::-1][:limit]

    async def rejected_total(self) -> int:
        """See `Journal.rejected_total`."""
        self._check_open()
        return self._rejected_total

    async def close(self) -> None:
        """See `Journal.close`."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise closed_error("in memory")


def truncated(message: RejectedMessage) -> RejectedMessage:
    """Return `message` with its payload cut to `REJECTED_PAYLOAD_BYTES`."""
    return msgspec.structs.replace(message, payload=message.payload[:REJECTED_PAYLOAD_BYTES])
