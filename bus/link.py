"""One live MQTT connection: messages in and out, quickly.

Bytes are read in large pieces and written once per turn of the event loop, which makes a message
cost a few µs each way where aiomqtt's own path costs about 100.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from bus.connection_settings import ConnectionSettings
from bus.frames import (
    PUBACK,
    PUBLISH,
    FrameReader,
    MalformedFrameError,
    parse_publish,
    puback_frame,
    publish_frame,
)
from bus.outstanding import Outstanding
from bus.transport_errors import NotConnectedError, SubscriptionRefusedError
from bus.wire import NewWire, new_wire

_log = structlog.get_logger(__name__)

_READ_BYTES: Final = 65_536


class ReceivedMessage(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A message as it came: `packet_id` is 0 with QoS 0; `link` is the connection it came over."""

    topic: str
    payload: bytes
    retain: bool
    packet_id: int
    link: "Link"


class Link:
    """One connection, opened once and lost once (see Wire)."""

    def __init__(
        self,
        settings: ConnectionSettings,
        on_message: Callable[[ReceivedMessage], None],
        new_wire: NewWire = new_wire,
    ) -> None:
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self.wire = new_wire(settings, self._on_readable, self._on_written)
        self.lost = self.wire.lost
        self.lost.add_done_callback(self._on_lost)
        self.outstanding = Outstanding(settings.limits)
        self._frames = FrameReader()
        self._buffer: list[bytes] = []

    async def close(self) -> None:
        """Send what is buffered and DISCONNECT; return when the socket is closed."""
        self._flush()
        await self.wire.close()

    async def subscribe(self, filters: list[tuple[str, int]]) -> None:
        """Subscribe to (filter, QoS) pairs.

        Raise SubscriptionRefusedError, aiomqtt.MqttError without an answer, ValueError for a
        malformed filter.
        """
        if not filters:
            return
        granted = await self.wire.subscribe(filters)
        refused = [name for (name, _), fine in zip(filters, granted, strict=True) if not fine]
        if refused:
            raise SubscriptionRefusedError(
                f"the broker refused the subscription to {', '.join(refused)}:"
                " check its access rules for this user"
            )

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> int:
        """Take one message for the next write; return its packet id (0 with QoS 0).

        Raise NotConnectedError or OutgoingFullError, and ValueError for an impossible topic.
        """
        self.require_live()
        outstanding = self.outstanding
        outstanding.require_room()
        packet_id = outstanding.next_packet_id() if qos else 0
        frame = publish_frame(topic, payload, qos, retain, packet_id)
        outstanding.add(packet_id, len(frame))
        self._write(frame)
        return packet_id

    def acknowledge(self, packet_id: int) -> None:
        """Send the PUBACK of a message received here; nothing with QoS 0 or once lost."""
        if packet_id and not self.lost.done():
            self._write(puback_frame(packet_id))

    def require_live(self) -> None:
        """Raise NotConnectedError if the link is lost."""
        if self.lost.done():
            raise NotConnectedError(f"the MQTT link is lost: {self.lost.result()}")

    def _write(self, frame: bytes) -> None:
        """Add to the buffer that is written at the end of this turn of the event loop."""
        if not self._buffer:
            self._loop.call_soon(self._flush)
        self._buffer.append(frame)

    def _flush(self) -> None:
        """Hand the buffer to the socket in one piece."""
        if not self._buffer or self.lost.done():
            return
        batch = b"".join(self._buffer)
        self._buffer.clear()
        self.wire.send(batch)
        self._on_written()

    def _on_written(self) -> None:
        """Count QoS 0 messages as sent once nothing is left to write."""
        if self.outstanding.has_unsent and not self._buffer and not self.wire.is_writing:
            self.outstanding.all_sent()

    def _on_lost(self, lost: asyncio.Future[str]) -> None:
        """Drop what was not written, and fail what waits for a confirmation."""
        self._buffer.clear()
        self.outstanding.fail(f"the MQTT link is lost: {lost.result()}")

    def _on_readable(self) -> None:
        """Read one piece from the socket and handle the packets that are complete."""
        try:
            self._handle(self.wire.receive(_READ_BYTES))
            while self.wire.has_decrypted_bytes():
                self._handle(self.wire.receive(_READ_BYTES))
        except BlockingIOError:
            return
        except (OSError, MalformedFrameError) as error:
            self.wire.lose(str(error))

    def _handle(self, chunk: bytes) -> None:
        """Handle each complete packet in the order of arrival; no bytes mean end of stream."""
        if not chunk:
            raise ConnectionResetError("closed by the broker")
        acknowledged = False
        for first, body in self._frames.feed(chunk):
            kind = first & 0xF0
            if kind == PUBLISH:
                self._deliver(first, body)
            elif kind == PUBACK:
                self.outstanding.acknowledged(body[0] << 8 | body[1])
                acknowledged = True
            else:
                self.wire.handle(first, body)
        if acknowledged:
            self.outstanding.wake_drained()

    def _deliver(self, first: int, body: bytes) -> None:
        """Give one message to the owner; an error there is logged and loses no other message."""
        topic, payload, packet_id = parse_publish(first, body)
        message = ReceivedMessage(topic, payload, bool(first & 1), packet_id, self)
        try:
            self._on_message(message)
        except Exception:
            _log.exception("mqtt_message_callback_failed", size_bytes=len(payload))
