"""The dashboard's link to the bus: retained state, decisions and replies come in, messages go out.

After each reconnection the broker sends again what it retains. Objects that it no longer has were
removed meanwhile; they are dropped once it has sent nothing retained for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from random import Random

import msgspec
import structlog

from bus.codec import decode_decisions, decode_replies
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.decision_messages import DecisionBatch
from bus.link import ReceivedMessage
from bus.replies import Reply
from bus.speaking import DASHBOARD_PREFIX
from bus.topics import Role, Sender, TopicSpace
from contacts.ids import is_id
from dashboard.view import Key, View

SYNCED_AFTER_S = 1.0
"""So long without a retained message: the broker has sent what it has."""
WEB = DASHBOARD_PREFIX
"""How the names of the dashboard's senders begin."""
LINK = Key("dashboard", "")
"""An object of our own: whether the link to the broker stands."""

OnDecisions = Callable[[str, DecisionBatch], None]
OnReply = Callable[[Sender, Reply], None]

log = structlog.get_logger(__name__)


class BusLink:
    """Keeps `view` up to date, and hands on decisions and the replies to the dashboard's senders.

    `on_urgent` is called after a change that must be shown at once, `on_link` when the link comes
    or goes. All are called in the event loop.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        space: TopicSpace,
        view: View,
        *,
        on_decisions: OnDecisions,
        on_reply: OnReply,
        on_urgent: Callable[[], None],
        on_link: Callable[[bool], None],
    ) -> None:
        self._space = space
        self._view = view
        self._on_decisions = on_decisions
        self._on_reply = on_reply
        self._on_urgent = on_urgent
        self._on_link = on_link
        self._state = f"{space.base}/state/"
        self._decisions = f"{space.base}/decisions/agent/"
        self._replies = f"{space.base}/reply/"
        self._epoch = 0
        self._unconfirmed: set[Key] | None = set()
        self._retained_at_s = 0.0
        self._syncing: asyncio.Task[None] | None = None
        self._connection = MqttConnection(settings, self._receive, random=Random(), events=self)

    @property
    def is_live(self) -> bool:
        """The link stands and everything retained has come."""
        return self._connection.connected and self._unconfirmed is None

    @property
    def is_connected(self) -> bool:
        """The link stands."""
        return self._connection.connected

    async def start(self) -> None:
        """Begin to connect, and go on for ever."""
        await self._connection.subscribe(
            f"{self._state}#",
            f"{self._decisions}+",
            f"{self._replies}{Role.SUPERVISOR}/+",
            f"{self._replies}{Role.AGENT}/+",
        )
        self._connection.start()

    async def stop(self) -> None:
        """Send what is buffered and disconnect."""
        if self._syncing is not None:
            self._syncing.cancel()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._connection.drained(), 1.0)
        await self._connection.stop()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send without waiting; raises `TransportError`."""
        self._connection.publish(topic, payload)

    # --- the link (bus.connection.LinkEvents) --------------------------------------------

    def on_connected(self) -> None:
        """See `LinkEvents`."""
        self._retained_at_s = asyncio.get_running_loop().time()
        self._syncing = asyncio.create_task(self._sync(), name="dashboard-sync")
        self._on_link(True)

    def on_lost(self, reason: str) -> None:
        """See `LinkEvents`."""
        if self._syncing is not None:
            self._syncing.cancel()
        self._unconfirmed = {key for key in self._view if key != LINK}
        self._tell_live(False)
        self._on_link(False)

    async def _sync(self) -> None:
        """Wait until the broker has sent what it retains; drop what it has no more."""
        loop = asyncio.get_running_loop()
        while (  # noqa: ASYNC110 - each retained message moves the end
            rest_s := self._retained_at_s + SYNCED_AFTER_S - loop.time()
        ) > 0:
            await asyncio.sleep(rest_s)
        for key in self._unconfirmed or ():
            self._view.remove(key)
        self._unconfirmed = None
        self._tell_live(True)

    def _tell_live(self, is_live: bool) -> None:
        self._view.put(LINK, msgspec.json.encode({"is_live": is_live}))
        self._on_urgent()

    # --- messages ------------------------------------------------------------------------

    def _receive(self, message: ReceivedMessage) -> None:
        self._connection.ack(message)
        topic = message.topic
        try:
            if topic.startswith(self._state):
                self._take_state(topic.removeprefix(self._state), message)
            elif topic.startswith(self._decisions):
                self._take_decisions(topic.removeprefix(self._decisions), message.payload)
            elif topic.startswith(self._replies):
                self._take_replies(topic.removeprefix(self._replies), message.payload)
        except msgspec.DecodeError as error:
            log.warning("dashboard_message_unreadable", topic=topic, reason=str(error))

    def _take_state(self, rest: str, message: ReceivedMessage) -> None:
        kind, _, name = rest.partition("/")
        key = Key(kind, name)
        if not is_id(kind) or (name and not is_id(name)) or key == LINK:
            return
        if message.retain:
            self._retained_at_s = asyncio.get_running_loop().time()
        if self._unconfirmed:
            self._unconfirmed.discard(key)
        if not message.payload:
            self._view.remove(key)
        elif self._view.put(key, message.payload):
            self._on_urgent()

    def _take_decisions(self, agent_id: str, payload: bytes) -> None:
        batch = decode_decisions(payload)
        if batch.epoch >= self._epoch:  # a lower one is of an engine that no longer leads
            self._epoch = batch.epoch
            self._on_decisions(agent_id, batch)

    def _take_replies(self, rest: str, payload: bytes) -> None:
        role, _, client = rest.partition("/")
        if client.startswith(WEB):
            sender = Sender(Role(role), client)
            for reply in decode_replies(payload):
                self._on_reply(sender, reply)
