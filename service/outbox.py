"""The outbox: what is durable leaves, batched per recipient; what may be lost leaves again."""

from __future__ import annotations

import structlog

from bus.codec import encode_decisions, encode_replies
from bus.connection import MqttConnection
from bus.decision_messages import AnyDecisionMessage
from bus.replies import Reply
from bus.topics import TopicSpace
from bus.transport_errors import TransportError
from outcomes.journal import Journal, JournalRow
from router.records import decode_body
from service.desk import Desk, outgoing_of
from service.entry import Entry, Outgoing

log = structlog.get_logger(__name__)

RESEND_BATCH = 200


class Outbox:
    """Publishes replies and decisions after they are durable.

    `published_seq` is the last record whose decisions the broker has confirmed. After a lost link
    or a restart everything above it is published again, from the journal; recipients ignore
    decision ids they know. Replies are not kept: who misses one repeats the message. So they
    leave whenever there is a link, even while decisions are held.
    """

    def __init__(self, desk: Desk, space: TopicSpace, journal: Journal, head: int) -> None:
        self._desk = desk
        self._space = space
        self._journal = journal
        self._connection: MqttConnection | None = None
        self._is_live = False
        self._durable_seq = head
        self._sent_seq = head
        self.published_seq = 0

    async def open(self, connection: MqttConnection) -> None:
        """Start held, with what the journal says was published."""
        self._connection = connection
        self.published_seq = await self._journal.published()

    def hold(self, reason: str) -> None:
        """Publish nothing until `resume`."""
        if self._is_live:
            log.warning("outbox_held", reason=reason)
        self._is_live = False

    def release(self, batch: list[Entry]) -> None:
        """Publish what a durable group of entries says, and acknowledge its messages."""
        rows = [entry.row.seq for entry in batch if entry.row is not None]
        self._durable_seq = rows[-1] if rows else self._durable_seq
        assert self._connection is not None
        try:
            self._publish_replies(batch)
            if self._is_live:
                self._publish_decisions([out for entry in batch for out in entry.outgoing])
                self._sent_seq = self._durable_seq
        except TransportError as error:
            self.hold(str(error))
        for entry in batch:
            if entry.message is not None:
                self._connection.ack(entry.message)

    async def resume(self) -> None:
        """Publish again what the broker has not confirmed, then let new entries out.

        Never twice at a time. Raises `NotConnectedError` if the link is lost meanwhile,
        `JournalUnavailable` if the journal cannot be read now; nothing is live then.
        """
        assert self._connection is not None
        cursor = self.published_seq
        while cursor < self._durable_seq:
            async for rows in self._journal.read(cursor, RESEND_BATCH):
                await self._publish_rows(rows)
                cursor = rows[-1].seq
        self._sent_seq = cursor
        self._is_live = True

    def is_held(self) -> bool:
        """Tell whether nothing leaves at present."""
        return not self._is_live

    async def confirm(self, topic: str, payload: bytes) -> None:
        """Publish a retained message; once the broker has it, it has all that was sent before.

        Raises `TransportError` if it cannot be published.
        """
        assert self._connection is not None
        sent_seq = self._sent_seq if self._is_live else self.published_seq
        await self._connection.publish_and_wait(topic, payload, retain=True)
        self.published_seq = max(self.published_seq, sent_seq)

    async def _publish_rows(self, rows: list[JournalRow]) -> None:
        assert self._connection is not None
        for row in rows:
            decisions = decode_body(row.body).decisions
            out = outgoing_of(self._space, row.seq, row.at_ms, decisions)
            self._publish_decisions(out)
        await self._connection.drained(below=RESEND_BATCH)

    def _publish_replies(self, batch: list[Entry]) -> None:
        assert self._connection is not None
        by_topic: dict[str, list[Reply]] = {}
        for entry in batch:
            if entry.reply is not None:
                by_topic.setdefault(entry.reply_topic, []).append(entry.reply)
        for topic, replies in by_topic.items():
            self._connection.publish(topic, encode_replies(replies))

    def _publish_decisions(self, outgoing: list[Outgoing]) -> None:
        assert self._connection is not None
        by_topic: dict[str, list[AnyDecisionMessage]] = {}
        for one in outgoing:
            by_topic.setdefault(one.topic, []).append(one.decision)
        epoch = self._desk.engine.state.epoch
        for topic, decisions in by_topic.items():
            self._connection.publish(topic, encode_decisions(epoch, decisions))
