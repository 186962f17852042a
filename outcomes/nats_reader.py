"""Reading a journal in a NATS cluster, by followers and stand-bys while an engine writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from outcomes.journal import READ_BATCH, JournalDamaged, JournalIdentity, JournalRow, check_start
from outcomes.nats_link import NatsLink, NatsNames, NatsOptions
from outcomes.nats_records import (
    StreamRecord,
    bounds,
    checked,
    messages,
    record_at,
    unpack,
)
from outcomes.records import Position
from outcomes.verify import Problem, VerifyReport, count_row


class NatsReader:
    """A reader of one journal; made by `open`. Behaviour: `outcomes.journal.JournalSource`."""

    def __init__(self, link: NatsLink, identity: JournalIdentity) -> None:
        self._link = link
        self._identity = identity
        self._stream = NatsNames(identity).records
        self._known: Position | None = None

    @classmethod
    async def open(cls, options: NatsOptions, identity: JournalIdentity) -> NatsReader:
        """Open for reading; raises `JournalUnavailable` if the journal is not there."""
        reader = cls(await NatsLink.open(options), identity)
        try:
            await reader.head()
        except BaseException:
            await reader.close()
            raise
        return reader

    async def identity(self) -> JournalIdentity:
        """Return whose records these are."""
        return self._identity

    async def head(self) -> int:
        """See `Journal.head`."""
        return (await bounds(self._link, self._stream))[1]

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""
        return (await bounds(self._link, self._stream))[0]

    async def seq_before(self, at_ms: int) -> int:
        """Return the last `seq` before time `at_ms`; the last one pruned if all are later."""
        low, high = await bounds(self._link, self._stream)
        while low < high:
            middle = (low + high + 1) // 2
            if (await record_at(self._link, self._stream, middle)).row.at_ms < at_ms:
                low = middle
            else:
                high = middle - 1
        return low

    async def read(
        self, after_seq: int, batch: int = READ_BATCH
    ) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`. A follower that goes on where it was has the chain checked on."""
        known = self._known if self._known and self._known.seq == after_seq else None
        async for records in read_stream(self._link, self._stream, after_seq, batch, known):
            self._known = Position(records[-1].row.seq, records[-1].after)
            yield [record.row for record in records]

    async def verify(self) -> VerifyReport:
        """Check every record as it is now: chain, gaps, time going back, JSON."""
        report, before = VerifyReport(), None
        pruned, last = await bounds(self._link, self._stream)
        seen = pruned
        async for found in messages(self._link, self._stream, pruned, last, READ_BATCH):
            for seq, data in found:
                if seq != seen + 1:
                    report.add(Problem(seq, "gap", f"records {seen + 1} to {seq - 1} are missing"))
                    before = None
                seen = seq
                before = _check(report, seq, data, before)
        return report

    async def close(self) -> None:
        """Close the link."""
        await self._link.close()


def _check(report: VerifyReport, seq: int, data: bytes, before: int | None) -> int | None:
    """Check one message; return the checksum after it, None if it cannot be read."""
    try:
        record = unpack(seq, data)
    except JournalDamaged as error:
        report.add(Problem(seq, "checksum", error.reason))
        return None
    if before is not None and record.before != before:
        report.add(Problem(seq, "checksum", "it, or the one before it, is not as it was written"))
    if report.last_at_ms is not None and record.row.at_ms < report.last_at_ms:
        problem = f"at_ms {record.row.at_ms} is before {report.last_at_ms}"
        report.add(Problem(seq, "time", problem))
    try:
        msgspec.json.decode(record.row.body)
    except msgspec.DecodeError as error:
        report.add(Problem(seq, "json", f"the body cannot be read: {error}"))
    count_row(report, record.row)
    return record.after


async def read_stream(
    link: NatsLink, stream: str, after_seq: int, batch: int, known: Position | None = None
) -> AsyncIterator[list[StreamRecord]]:
    """Yield the records after `after_seq` until there are no more, as `Journal.read` promises."""
    pruned, head = await bounds(link, stream)
    check_start(after_seq, pruned, head)
    while after_seq < head:
        async for records in checked(link, stream, known, after_seq, head, batch):
            after_seq = records[-1].row.seq
            known = Position(after_seq, records[-1].after)
            yield records
        _, head = await bounds(link, stream)
