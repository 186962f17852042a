"""A connection to the MQTT broker that mends itself: bytes in, bytes out.

What a user must know:

* A message is acknowledged to the broker only by `ack`. What was not is sent again by a broker
  that keeps the session (`clean_session=False`); so receivers must tolerate repeats.
* While there is no link `publish` raises NotConnectedError, and what was published and not yet
  confirmed when the link was lost is forgotten here. The outbox that owns the messages publishes
  them again after `on_connected`.
* Everything runs in one event loop, and nothing is thread-safe.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from random import Random
from typing import Any, Protocol, Self

import aiomqtt
import structlog

from bus.connection_settings import ConnectionSettings
from bus.frames import require_topic_filter
from bus.link import Link, ReceivedMessage
from bus.transport_errors import NotConnectedError, SubscriptionRefusedError
from bus.wire import NewWire, new_wire

_log = structlog.get_logger(__name__)


class LinkEvents(Protocol):
    """Who wants to know of the link; called in the event loop, must not block."""

    def on_connected(self) -> None:
        """The link stands and every filter is subscribed."""

    def on_lost(self, reason: str) -> None:
        """The link that stood is lost; not called for an ordered `stop`."""


class MqttConnection:
    """Keeps one MQTT session alive until stopped; never gives up.

    `on_message` is called synchronously for every message, in order, and must be quick; with a
    kept session messages may come before `on_connected`.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        on_message: Callable[[ReceivedMessage], None],
        *,
        random: Random,
        events: LinkEvents | None = None,
        new_wire: NewWire = new_wire,
    ) -> None:
        self._settings = settings
        self._on_message = on_message
        self._random = random
        self._events = events
        self._new_wire = new_wire
        self._filters: dict[str, int] = {}  # filter -> QoS, in the order of subscription
        self._link: Link | None = None
        self._connected = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin to connect in the background; see `connected`, `wait_connected`."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_connected(), name="mqtt-connection")

    async def stop(self) -> None:
        """Send what is buffered, disconnect (the will is not sent), and end.

        Await `drained` before if it matters that the last messages are delivered: the embedded
        broker forgets what it has not acknowledged when a client disconnects.
        Waits for an attempt that is under way: at most `answer_timeout_s` twice.
        """
        self._stopping.set()
        if self._task is not None:
            await self._task

    @property
    def connected(self) -> bool:
        """Whether the link stands and everything is subscribed."""
        return self._link is not None and not self._link.lost.done()

    async def wait_connected(self) -> None:
        """Wait until the link stands, for ever if need be.

        Raise what ended the connection's task, if its settings can't work at all.
        """
        if self._task is None:
            raise NotConnectedError("the connection was not started: call start() first")
        connected = asyncio.create_task(self._connected.wait())
        await asyncio.wait({connected, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not connected.done():
            connected.cancel()
            self._task.result()
            raise NotConnectedError("the connection was stopped")

    @property
    def outstanding(self) -> int:
        """Messages published over this link and not yet confirmed (see OutgoingLimits)."""
        return self._link.outstanding.messages if self._link else 0

    @property
    def outstanding_bytes(self) -> int:
        """Bytes of the packets published over this link and not yet confirmed."""
        return self._link.outstanding.size_bytes if self._link else 0

    @property
    def socket(self) -> socket.socket:
        """The socket of the link that stands; raise NotConnectedError without one."""
        connected = self._require_link().wire.socket
        if connected is None:
            raise NotConnectedError("the MQTT link is just being lost: wait for on_connected")
        return connected

    async def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe now if connected, and again at every reconnection.

        Raise SubscriptionRefusedError if the broker refuses, NotConnectedError if its answer does
        not come (a reconnection subscribes again), ValueError for a malformed filter.
        """
        for name in filters:
            require_topic_filter(name)
        wanted = dict.fromkeys(filters, qos)
        self._filters.update(wanted)
        if self._link is None:
            return
        try:
            await self._link.subscribe(list(wanted.items()))
        except SubscriptionRefusedError:
            for name in filters:
                self._filters.pop(name, None)  # or no reconnection would ever succeed
            raise
        except aiomqtt.MqttError as error:
            raise NotConnectedError(f"no answer to the subscription: {error}") from error

    def ack(self, message: ReceivedMessage) -> None:
        """Acknowledge to the broker; harmless for QoS 0 and for a message of an earlier link."""
        message.link.acknowledge(message.packet_id)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Send without waiting, in the order of calls; written at the end of this loop turn.

        Raise NotConnectedError without a link, OutgoingFullError at a limit (see `drained`),
        ValueError for an impossible topic; then nothing was sent.
        """
        self._require_link().publish(topic, payload, qos, retain)

    async def publish_and_wait(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the broker's PUBACK, which is no promise of delivery.

        Raise as `publish`, and NotConnectedError if the link is lost before.
        """
        link = self._require_link()
        packet_id = link.publish(topic, payload, 1, retain)
        await link.outstanding.confirmation(packet_id)

    async def drained(self, below: int = 1) -> None:
        """Wait until fewer than `below` messages are outstanding (1: none).

        Raise NotConnectedError if there is no link, or it is lost before.
        """
        link = self._require_link()
        link.require_live()
        await link.outstanding.drained(below)

    def _require_link(self) -> Link:
        """Return the link that stands."""
        if self._link is None:
            raise NotConnectedError(
                f"no link to the MQTT broker at {self._settings.host}:{self._settings.port};"
                " publish again after on_connected"
            )
        return self._link

    # Reconnection

    async def _keep_connected(self) -> None:
        """Connect, wait for the loss, and again, until stopped."""
        loop, attempt = asyncio.get_running_loop(), 0
        while not self._stopping.is_set():
            attempt += 1
            link = await self._try_to_open(attempt)
            if link is not None:
                since_s = loop.time()
                await self._hold(link)
                if loop.time() - since_s > self._settings.backoff_max_s:
                    attempt = 0  # one that is lost at once must not be retried at full speed
            await self._wait_before(attempt + 1)

    async def _try_to_open(self, attempt: int) -> Link | None:
        """Make one attempt; log why it failed and return None if it did."""
        link = Link(self._settings, self._on_message, self._new_wire)
        try:
            await link.wire.open()
            await self._subscribe_all(link)
        except (aiomqtt.MqttError, SubscriptionRefusedError) as error:
            await link.close()
            self._log_line("mqtt_connect_failed", attempt=attempt, reason=str(error))
            return None
        return link

    async def _subscribe_all(self, link: Link) -> None:
        """Subscribe to every filter, those added meanwhile too."""
        subscribed: dict[str, int] = {}
        while subscribed != self._filters:
            subscribed = dict(self._filters)
            await link.subscribe(list(subscribed.items()))

    async def _hold(self, link: Link) -> None:
        """Use the link until it is lost or we stop."""
        self._link = link
        self._connected.set()
        self._log_line("mqtt_connected")
        self._tell(lambda events: events.on_connected())
        stopping = asyncio.create_task(self._stopping.wait())
        watched: set[asyncio.Future[Any]] = {link.lost, stopping}
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        self._link = None
        self._connected.clear()
        lost_by_itself = link.lost.done()
        await link.close()
        if lost_by_itself:
            reason = link.lost.result()
            self._log_line("mqtt_link_lost", reason=reason)
            self._tell(lambda events: events.on_lost(reason))

    async def _wait_before(self, attempt: int) -> None:
        """Wait out the back-off before `attempt` (from 1), or until stopped."""
        delay_s = self._settings.backoff_s(attempt, self._random)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay_s)

    def _tell(self, call: Callable[[LinkEvents], None]) -> None:
        """Tell the listener; an error there is logged and does not end the reconnection."""
        if self._events is None:
            return
        try:
            call(self._events)
        except Exception:
            _log.exception("mqtt_link_callback_failed")

    def _log_line(self, event: str, **details: object) -> None:
        """Log with host and port; a failure as a warning."""
        write = _log.info if event == "mqtt_connected" else _log.warning
        write(event, host=self._settings.host, port=self._settings.port, **details)
