"""The journal in a NATS JetStream stream, kept by several servers.

Each message says which number it expects to follow, and the server refuses it otherwise. Each
writer has a subject of its own in the stream and also says which number it expects last on that.
Both together fence: a number alone would let the middle of a frozen writer's group in, where it
happens to continue what the next writer has written.

With one server a group of records is published without waiting between them; with several, one
record after the other: a clustered server (seen with 2.9.10) compares a writer's own number with
what it has applied, and refuses records that follow each other too closely.
The group is not one transaction: after a crash a beginning of it may stand, which is as good,
because nothing of it has left the engine before the whole is durable.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from outcomes.journal import (
    READ_BATCH,
    JournalDamaged,
    JournalFenced,
    JournalIdentity,
    JournalRow,
    JournalUnavailable,
    RejectedMessage,
    check_continues,
    check_published,
    closed_error,
    truncated,
)
from outcomes.nats_link import NatsLink, NatsNames, NatsOptions, explained
from outcomes.nats_reader import read_stream
from outcomes.nats_records import bounds, messages, pack, record_at
from outcomes.nats_setup import claim, ensure_streams
from outcomes.prune import PruneReport, check_allowed
from outcomes.records import Position, checksum_after
from outcomes.snapshots import SnapshotStore

if TYPE_CHECKING:
    from nats.js.kv import KeyValue

EPOCH = "epoch"
PUBLISHED = "published"


class _Attempt(NamedTuple):
    """A group whose fate is not known: the place before it, and that after each of its records."""

    before: Position
    places: list[Position]


class NatsJournal:
    """The writer of a journal in a cluster; made by `open`. Behaviour: `outcomes.journal.Journal`.

    A second writer is not refused at `open` (the lease is for that, see `outcomes.lease`): it is
    told by `JournalFenced` at its first `append` that another has gone on.
    """

    def __init__(self, link: NatsLink, identity: JournalIdentity, bucket: KeyValue) -> None:
        self._link = link
        self._identity = identity
        self._names = NatsNames(identity)
        self._bucket = bucket
        self._subject = f"{self._names.records_subject}.{uuid.uuid4().hex}"
        self._end = Position(0, 0)
        self._others_seq = 0  # the last record of another writer
        self._published = 0
        self._attempt: _Attempt | None = None
        self._writing = asyncio.Lock()
        self._is_closed = False

    @classmethod
    async def open(cls, options: NatsOptions, identity: JournalIdentity) -> NatsJournal:
        """Open the journal of `identity`, creating its streams if missing.

        Raises `JournalUnavailable` if the cluster cannot be reached or has another's journal under
        these names.
        """
        link = await NatsLink.open(options)
        try:
            names = NatsNames(identity)
            bucket = await link.bucket(names)
            await claim(bucket, identity)
            await ensure_streams(link, names)
            journal = cls(link, identity, bucket)
            await journal.refresh()
        except BaseException:
            await link.close()
            raise
        return journal

    async def refresh(self) -> None:
        """Learn where the journal ends now: before taking the lead, never while leading."""
        pruned, head = await bounds(self._link, self._names.records)
        published = await self._number(PUBLISHED)
        if head > pruned:
            last = await record_at(self._link, self._names.records, head)
            self._end = Position(head, last.after)
            published = max(published, last.published_seq)
        self._published = min(published, head)
        self._others_seq = head

    @property
    def identity(self) -> JournalIdentity:
        """Whose records these are."""
        return self._identity

    async def append(self, rows: Sequence[JournalRow], published_seq: int | None = None) -> None:
        """See `Journal.append`; after `JournalUnavailable` give the same rows again.

        Raises `JournalFenced` when another writer has gone on: this one must stop.
        """
        self._check_open()
        async with self._writing:
            if not rows:
                await self._publish_watermark(published_seq or 0)
                return
            attempt = await self._begin_attempt(rows)
            published = max(self._published, published_seq or 0)
            check_published(published, rows[-1].seq)
            self._attempt = attempt
            data = self._packed(rows, attempt, published)
            step = 1 if self._link.options.replicas > 1 else max(len(data), 1)
            for start in range(0, len(data), step):
                await self._publish(data[start : start + step])
            self._attempt = None
            self._end, self._published = attempt.places[-1], published

    async def _begin_attempt(self, rows: Sequence[JournalRow]) -> _Attempt:
        """Return the group to write; one whose fate was not known is settled first."""
        earlier = self._attempt
        if earlier is not None:
            await self._settle(earlier)
            if earlier.places == _places(earlier.before, rows):
                return earlier
            self._attempt = None
        check_continues(rows, self._end.seq)
        return _Attempt(self._end, _places(self._end, rows))

    def _packed(
        self, rows: Sequence[JournalRow], attempt: _Attempt, published: int
    ) -> list[tuple[int, bytes]]:
        """Return (number before, message) of the rows that do not stand yet."""
        befores = [attempt.before, *attempt.places[:-1]]
        return [
            (before.seq, pack(row, before.checksum, place.checksum, published))
            for row, before, place in zip(rows, befores, attempt.places, strict=True)
            if row.seq > self._end.seq
        ]

    async def _publish(self, data: list[tuple[int, bytes]]) -> None:
        """Publish messages and wait for all answers; on a refusal look whose journal it is now."""
        self._link.refused.clear()
        waits: list[asyncio.Future[Any]] = []
        refused = asyncio.ensure_future(self._link.refused.wait())
        try:
            with explained(f"{self._names.records} cannot be written"):
                for before, payload in data:
                    waits.append(await self._send(before, payload))
                done = asyncio.gather(*waits)
                async with asyncio.timeout(self._link.options.answer_ms / 1_000):
                    first: set[asyncio.Future[Any]] = {done, refused}
                    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                if done.done():
                    done.result()
                    return
                done.cancel()
        finally:
            refused.cancel()
            for one in waits:
                one.cancel()
        assert self._attempt is not None
        await self._settle(self._attempt)
        raise JournalUnavailable(
            f"{self._names.records} has refused a record", "It is tried again by itself"
        )

    async def _send(self, before: int, payload: bytes) -> asyncio.Future[Any]:
        """Publish one record, expected to follow record `before`; return its answer to come."""
        from nats.js.api import Header

        own = before if before > self._others_seq else 0
        header = {
            str(Header.EXPECTED_LAST_SEQUENCE.value): str(before),
            str(Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value): str(own),
        }
        return await self._link.jetstream.publish_async(self._subject, payload, headers=header)

    async def _settle(self, attempt: _Attempt) -> None:
        """Find out how much of a group stands; raises `JournalFenced` if another's record does."""
        _, head = await bounds(self._link, self._names.records)
        first, last = attempt.before.seq, attempt.places[-1].seq
        if head < first:
            raise JournalDamaged(
                f"the journal ends at {head}, but {first} was acknowledged",
                "The cluster has lost records: restore it, or start from a snapshot at its end",
            )
        if head > last:
            raise _fenced(head)
        if head > first:
            found = await record_at(self._link, self._names.records, head)
            if found.after != attempt.places[head - first - 1].checksum:
                raise _fenced(head)
            self._end = Position(head, found.after)

    async def head(self) -> int:
        """See `Journal.head`."""
        self._check_open()
        if self._attempt is not None:
            await self._settle(self._attempt)
        return self._end.seq

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""
        self._check_open()
        return (await bounds(self._link, self._names.records))[0]

    async def read(
        self, after_seq: int, batch: int = READ_BATCH
    ) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`."""
        self._check_open()
        async for records in read_stream(self._link, self._names.records, after_seq, batch):
            yield [record.row for record in records]

    async def prune(self, snapshots: SnapshotStore, before_seq: int) -> PruneReport:
        """Remove the records below `before_seq`; the last record always stays.

        Raises `JournalUnavailable`, having removed nothing, on the conditions of `outcomes.prune`.
        Other engines' snapshots are not seen from here: see that each stand-by has one, too.
        """
        self._check_open()
        pruned, head = await bounds(self._link, self._names.records)
        last = min(before_seq, head) - 1
        if last <= pruned:
            return PruneReport(0, pruned)
        check_allowed(snapshots, last, head, self._published)
        with explained("records cannot be pruned"):
            await self._link.jetstream.purge_stream(self._names.records, seq=last + 1)
        return PruneReport(last - pruned, last)

    async def published(self) -> int:
        """See `Journal.published`."""
        self._check_open()
        return self._published

    async def set_published(self, seq: int) -> None:
        """See `Journal.set_published`."""
        await self.append((), published_seq=seq)

    async def _publish_watermark(self, seq: int) -> None:
        check_published(seq, self._end.seq)
        if seq > self._published:
            with explained("the outbox watermark cannot be written"):
                await self._bucket.put(PUBLISHED, str(seq).encode())
            self._published = seq

    async def begin_epoch(self) -> int:
        """See `Journal.begin_epoch`; compare-and-set, so that no two leaders get the same."""
        from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

        self._check_open()
        while True:
            with explained("the epoch cannot be raised"):
                try:
                    entry = await self._bucket.get(EPOCH)
                    epoch, revision = int(entry.value or b"0"), entry.revision
                except KeyNotFoundError:
                    epoch, revision = 0, 0
                try:
                    await self._bucket.update(EPOCH, str(epoch + 1).encode(), last=revision)
                except KeyWrongLastSequenceError:
                    continue
            return epoch + 1

    async def _number(self, key: str) -> int:
        from nats.js.errors import KeyNotFoundError

        with explained(f"{key} cannot be read"):
            try:
                return int((await self._bucket.get(key)).value or b"0")
            except KeyNotFoundError:
                return 0

    async def reject(self, messages: Sequence[RejectedMessage]) -> None:
        """See `Journal.reject`. The stream drops the oldest by itself."""
        self._check_open()
        with explained(f"{self._names.rejected} cannot be written"):
            waits = [
                await self._link.jetstream.publish_async(
                    self._names.rejected_subject, msgspec.msgpack.encode(truncated(one))
                )
                for one in messages
            ]
            async with asyncio.timeout(self._link.options.answer_ms / 1_000 + len(waits) / 1_000):
                await asyncio.gather(*waits)

    async def rejected(self, limit: int) -> list[RejectedMessage]:
        """See `Journal.rejected`."""
        self._check_open()
        dropped, last = await bounds(self._link, self._names.rejected)
        found: list[RejectedMessage] = []
        start = max(last - limit, dropped)
        if start < last:
            async for batch in messages(self._link, self._names.rejected, start, last, READ_BATCH):
                found += [msgspec.msgpack.decode(data, type=RejectedMessage) for _, data in batch]
        return found[::-1]

    async def rejected_total(self) -> int:
        """See `Journal.rejected_total`."""
        self._check_open()
        return (await bounds(self._link, self._names.rejected))[1]

    async def close(self) -> None:
        """See `Journal.close`."""
        if not self._is_closed:
            self._is_closed = True
            await self._link.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise closed_error(self._names.records)


def _places(before: Position, rows: Sequence[JournalRow]) -> list[Position]:
    """Return the place after each row, the chain beginning at `before`."""
    places = []
    for row in rows:
        before = Position(row.seq, checksum_after(before.checksum, row))
        places.append(before)
    return places


def _fenced(head: int) -> JournalFenced:
    return JournalFenced(
        f"another engine has written record {head}", "Nothing: it leads now, this one stands by"
    )
