"""Records as messages of a JetStream stream: how they are packed, and reading that checks them.

The stream's own number of a message is the record's `seq`, so records are numbered without gaps
by the server itself. Each message holds the chain's checksum before and after it (see
`outcomes.records`), so reading can begin anywhere and a changed or missing record is noticed.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from typing import NamedTuple

from outcomes.journal import JournalDamaged, JournalError, JournalRow, JournalUnavailable
from outcomes.nats_link import NatsLink, explained
from outcomes.records import Position, checksum_after

_FORMAT = 1
_HEAD = struct.Struct(">BIIqqHI")  # format, before, after, published, at_ms, lengths of texts
_REMEDY = "Stop the engines and restore the stream from a backup of the cluster"
FETCH_S = 2.0
IDLE_S = 30.0
"""A reader that asks for nothing for so long is forgotten by the server."""


class StreamRecord(NamedTuple):
    """A record with its checksums and the outbox watermark when it was written."""

    row: JournalRow
    before: int
    after: int
    published_seq: int


def pack(row: JournalRow, before: int, after: int, published_seq: int) -> bytes:
    """Return the message of a record; raises `ValueError` if the body is not UTF-8."""
    row.body.decode()
    kind, event_id = row.kind.encode(), row.event_id.encode()
    head = _HEAD.pack(_FORMAT, before, after, published_seq, row.at_ms, len(kind), len(event_id))
    return b"".join((head, kind, event_id, row.body))


def unpack(seq: int, data: bytes) -> StreamRecord:
    """Return the record in message `seq`; raises `JournalDamaged` if it is not as written."""
    try:
        form, before, after, published, at_ms, kind_len, id_len = _HEAD.unpack_from(data)
        body_at = _HEAD.size + kind_len + id_len
        kind = data[_HEAD.size : _HEAD.size + kind_len].decode()
        row = JournalRow(
            seq, at_ms, kind, data[_HEAD.size + kind_len : body_at].decode(), data[body_at:]
        )
    except (struct.error, UnicodeDecodeError) as error:
        raise JournalDamaged(f"record {seq} is no record: {error}", _REMEDY) from error
    if form != _FORMAT:
        raise JournalDamaged(
            f"record {seq} has format {form}, this program knows {_FORMAT}",
            "Use the version of Tidegate that wrote it, or a later one",
        )
    if checksum_after(before, row) != after:
        raise JournalDamaged(
            f"record {seq} is not as it was written: its checksum differs", _REMEDY
        )
    return StreamRecord(row, before, after, published)


async def bounds(link: NatsLink, stream: str) -> tuple[int, int]:
    """Return (last `seq` pruned, last `seq` of all) of a stream, as its leader knows them."""
    with explained(f"the stream {stream} does not answer"):
        state = (await link.jetstream.stream_info(stream)).state
    return max(state.first_seq - 1, 0), state.last_seq


async def record_at(link: NatsLink, stream: str, seq: int) -> StreamRecord:
    """Return one record. Raises `JournalDamaged` if it should be there and is not."""
    from nats.js.errors import NotFoundError

    with explained(f"record {seq} of {stream} cannot be read"):
        try:
            message = await link.jetstream.get_msg(stream, seq)
        except NotFoundError as error:
            raise JournalDamaged(f"record {seq} is missing from {stream}", _REMEDY) from error
    return unpack(seq, message.data or b"")


async def messages(
    link: NatsLink, stream: str, after_seq: int, last: int, batch: int
) -> AsyncIterator[list[tuple[int, bytes]]]:
    """Yield the messages with `after_seq` < number <= `last` as stored, at most `batch` at once."""
    from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=after_seq + 1,
        ack_policy=AckPolicy.NONE,
        inactive_threshold=IDLE_S,
        num_replicas=1,
        mem_storage=True,
    )
    with explained(f"{stream} cannot be read"):
        consumer = await link.jetstream.pull_subscribe("", stream=stream, config=config)
    try:
        while after_seq < last:
            with explained(f"{stream} cannot be read after {after_seq}"):
                found = await consumer.fetch(min(batch, last - after_seq), timeout=FETCH_S)
            after_seq = found[-1].metadata.sequence.stream
            yield [(one.metadata.sequence.stream, one.data) for one in found]
    finally:
        with explained("the reader cannot be forgotten"):
            await consumer.unsubscribe()


async def checked(
    link: NatsLink, stream: str, after: Position | None, after_seq: int, last: int, batch: int
) -> AsyncIterator[list[StreamRecord]]:
    """Yield records up to `last` having followed the chain; `after`: where it is known to begin.

    Raises `JournalDamaged` at a break, `JournalUnavailable` if records were pruned meanwhile.
    """
    async for found in messages(link, stream, after_seq, last, batch):
        records = []
        for seq, data in found:
            if seq != after_seq + 1:
                raise await _gap_error(link, stream, after_seq, seq)
            record = unpack(seq, data)
            if after is not None and record.before != after.checksum:
                raise JournalDamaged(f"record {seq} does not follow the one before it", _REMEDY)
            after, after_seq = Position(seq, record.after), seq
            records.append(record)
        yield records


async def _gap_error(link: NatsLink, stream: str, after_seq: int, found: int) -> JournalError:
    pruned, _ = await bounds(link, stream)
    if pruned > after_seq:
        return JournalUnavailable(
            f"records up to {pruned} were pruned while they were being read",
            f"Start again from a snapshot taken at {pruned} or later",
        )
    return JournalDamaged(
        f"records {after_seq + 1} to {found - 1} are missing from the journal", _REMEDY
    )
