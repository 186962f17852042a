"""Intake: messages from the bus become events; each is answered once, when it is durable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import structlog

from bus.answers import answer_busy, answer_receipt, answer_refused, answer_rejected
from bus.codec import Incoming, Refused, decode
from bus.faults import Fault
from bus.incoming import to_event
from bus.link import ReceivedMessage
from bus.messages import (
    ClockTickedMessage,
    ContactArrivedMessage,
    HeartbeatMessage,
    PositionRequestedMessage,
)
from bus.replies import Reply
from bus.speaking import own_agent_only
from bus.topics import Sender, TopicSpace
from config.settings import BusSettings
from contacts.vocabulary import Rejection
from outcomes.journal import RejectedMessage
from router.receipts import Receipt
from service.bridge_watch import BridgeWatch
from service.desk import Desk
from service.entry import Entry
from service.opening import OpeningHours
from service.stats import Stats

log = structlog.get_logger(__name__)

SLICE = 24
"""Messages handled before other work of the event loop gets its turn, about 2 ms."""


class Intake:
    """Takes messages in order. Bounded: beyond `max_backlog` new contacts are answered busy.

    The backlog is what has been received and is not durable yet, or what has been published and
    the broker has not confirmed, whichever is more: the broker may be slower than the engine.
    `ticked_hours` are the opening hours of an engine whose clock is ticked, None with a real clock.
    """

    def __init__(
        self,
        desk: Desk,
        space: TopicSpace,
        deliver: Callable[[Entry], None],
        stats: Stats,
        limits: BusSettings,
        bridges: BridgeWatch,
        *,
        unwritten: Callable[[], int],
        unconfirmed: Callable[[], int],
        is_blocked: Callable[[], bool],
        call_soon: Callable[[Callable[[], None]], object],
        arrived: Callable[[str, str | None], None],
        ticked_hours: OpeningHours | None = None,
    ) -> None:
        self._bridges = bridges
        self._desk = desk
        self._space = space
        self._deliver = deliver
        self._stats = stats
        self._limits = limits
        self._unwritten = unwritten
        self._unconfirmed = unconfirmed
        self._is_blocked = is_blocked
        self._call_soon = call_soon
        self._arrived = arrived
        self._ticked_hours = ticked_hours
        self._is_ticked = ticked_hours is not None
        self._inbox: deque[ReceivedMessage] = deque()
        self._is_scheduled = False
        self._is_closed = False

    @property
    def backlog(self) -> int:
        """Messages under way, in or out, whichever are more."""
        return max(len(self._inbox) + self._unwritten(), self._unconfirmed())

    def receive(self, message: ReceivedMessage) -> None:
        """Take one message from the bus; called in the event loop, in order."""
        self._inbox.append(message)
        self._schedule()

    def close(self) -> None:
        """Take no more; what is in the inbox stays unanswered and will be repeated."""
        self._is_closed = True

    def _schedule(self) -> None:
        if not self._is_scheduled and self._inbox and not self._is_closed:
            self._is_scheduled = True
            self._call_soon(self._work)

    def _work(self) -> None:
        self._is_scheduled = False
        for _ in range(min(SLICE, len(self._inbox))):
            self._take(self._inbox.popleft())
        self._schedule()

    def _take(self, message: ReceivedMessage) -> None:
        most = self._limits.max_payload_bytes
        decoded = decode(self._space, message.topic, message.payload, most)
        if isinstance(decoded, Incoming) and self._limits.agent_clients == "own":
            decoded = own_agent_only(decoded)
        if isinstance(decoded, Refused):
            entry = self._turned_away(decoded, message)
        else:
            entry = self._taken(decoded)
            entry.reply_topic = self._space.reply(*decoded.sender)
        entry.message = message
        self._deliver(entry)

    def _taken(self, incoming: Incoming) -> Entry:
        message, sender = incoming.message, incoming.sender
        if self._is_ticked and message.occurred_at_ms is not None:
            self._move_clock(message.occurred_at_ms)
        receipt = self._desk.engine.receipt(message.event_id)
        if receipt is not None:
            return self._repeated(incoming, receipt)
        now_ms = self._desk.now_ms()
        if message.expires_at_ms is not None and message.expires_at_ms <= now_ms:
            return self._expired(incoming, now_ms)
        if isinstance(message, ClockTickedMessage):
            return self._ticked(message)
        if isinstance(message, PositionRequestedMessage):
            return Entry(reply=self._position(message))
        if isinstance(message, HeartbeatMessage):
            return Entry(reply=self._heartbeat(message, sender))
        self._bridges.heard(sender.source)
        if isinstance(message, ContactArrivedMessage) and self._is_busy():
            self._stats.busy += 1
            wait_ms = self._limits.busy_retry_after_ms
            return Entry(reply=answer_busy(message.event_id, message.correlation_id, wait_ms))
        return self._handled(incoming, sender, now_ms)

    def _is_busy(self) -> bool:
        """Too much is under way, or nothing can be made durable: new contacts have to wait."""
        return self._is_blocked() or self.backlog > self._limits.max_backlog_records

    def _repeated(self, incoming: Incoming, receipt: Receipt) -> Entry:
        """Give the first answer again; another client's id is that client's."""
        message, source = incoming.message, incoming.sender.source
        if receipt.source == source:
            self._stats.repeats += 1
            return Entry(reply=answer_receipt(receipt, message.correlation_id))
        self._stats.count(message.type, Fault.EVENT_ID_REUSED)
        fault = Fault.EVENT_ID_REUSED
        return Entry(reply=answer_rejected(message, fault, message.event_id, receipt.source))

    def _handled(self, incoming: Incoming, sender: Sender, now_ms: int) -> Entry:
        message = incoming.message
        self._stats.note_skew(message.occurred_at_ms, now_ms)
        entry = self._desk.handle(to_event(message, now_ms, sender.source))  # type: ignore[arg-type]
        receipt = self._desk.engine.receipt(message.event_id)
        assert receipt is not None, "the engine remembers the event it has just handled"
        self._stats.count(message.type, receipt.rejection)
        if isinstance(message, ContactArrivedMessage) and message.context is None:
            self._arrived(message.contact_id, message.customer_id)
        entry.reply = answer_receipt(
            receipt,
            message.correlation_id,
            next_deadline_ms=self._deadline_if_ticked(),
            published=self._published_if_ticked(),
        )
        return entry

    def _ticked(self, message: ClockTickedMessage) -> Entry:
        if not self._is_ticked:
            detail = "clock_ticked: this engine's clock is real"
            return Entry(reply=answer_rejected(message, Fault.ROLE_FORBIDS, detail))
        self._move_clock(message.at_ms)
        self._desk.do_due(message.at_ms)
        return Entry(
            reply=Reply(
                status="ok",
                event_id=message.event_id,
                correlation_id=message.correlation_id,
                at_ms=self._desk.now_ms(),
                next_deadline_ms=self._deadline_if_ticked(),
                published=self._published_if_ticked(),
            )
        )

    def _move_clock(self, at_ms: int) -> None:
        self._desk.clock.saw(at_ms)
        if self._ticked_hours is not None:
            self._ticked_hours.update()

    def _deadline_if_ticked(self) -> int | None:
        if self._ticked_hours is None:
            return None
        dues = (self._desk.engine.next_deadline_ms(), self._ticked_hours.next_ms())
        return min((due for due in dues if due is not None), default=None)

    def _published_if_ticked(self) -> int | None:
        return self._desk.published if self._is_ticked else None

    def _heartbeat(self, message: HeartbeatMessage, sender: Sender) -> Reply:
        self._stats.count(message.type, None)
        self._bridges.heartbeat(sender.source, is_last=message.last)
        event_id, correlation_id = message.event_id, message.correlation_id
        return Reply(status="ok", event_id=event_id, correlation_id=correlation_id)

    def _position(self, message: PositionRequestedMessage) -> Reply:
        state = self._desk.engine.state
        self._stats.count(message.type, None)
        contact = state.contacts.get(message.contact_id)
        if contact is None:
            return answer_rejected(message, Rejection.CONTACT_UNKNOWN, message.contact_id)
        if contact.agent_id is not None:
            not_waiting = Rejection.CONTACT_NOT_WAITING
            return answer_rejected(message, not_waiting, message.contact_id, contact.agent_id)
        queue = state.queues[contact.queue_id]
        position = queue.position_of(contact)
        wait_ms = queue.expected_wait_ms(position, queue.lines[contact.extra])
        return Reply(
            status="ok",
            event_id=message.event_id,
            correlation_id=message.correlation_id,
            position=position,
            estimated_wait_ms=wait_ms,
        )

    def _expired(self, incoming: Incoming, now_ms: int) -> Entry:
        message = incoming.message
        late_ms = now_ms - (message.expires_at_ms or 0)
        self._stats.count(message.type, Fault.EXPIRED)
        detail = f"{late_ms} ms after expires_at_ms"
        return Entry(reply=answer_rejected(message, Fault.EXPIRED, detail))

    def _turned_away(self, refused: Refused, message: ReceivedMessage) -> Entry:
        """Answer a message that is none, keep it for inspection, and count it."""
        source = refused.sender.source if refused.sender is not None else ""
        self._stats.count("none", refused.reason)
        log.warning(
            "message_rejected", reason=refused.reason, source=source, size=len(message.payload)
        )
        kept = RejectedMessage(
            self._desk.now_ms(),
            source,
            message.topic,
            refused.reason,
            refused.detail,
            refused.correlation_id,
            message.payload,
        )
        if refused.sender is None:
            return Entry(rejected=kept)
        return Entry(
            rejected=kept,
            reply=answer_refused(refused),
            reply_topic=self._space.reply(*refused.sender),
        )
