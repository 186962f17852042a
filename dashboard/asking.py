"""Questions to the engine over MQTT: a message is repeated until its reply is there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from bus.replies import Reply
from bus.topics import Role, Sender, TopicSpace
from bus.transport_errors import TransportError

REPEAT_S = 1.0
MAX_ASKED = 1_000
"""Questions under way at a time; further ones are not asked."""

Publish = Callable[[str, bytes], None]


class NotAskedError(Exception):
    """The message was not sent at all; the text says why. It may be sent again."""


class Asking:
    """Who asked what and waits. Several may wait for the same reply."""

    def __init__(self, space: TopicSpace, publish: Publish) -> None:
        self._space = space
        self._publish = publish
        self._waiting: dict[tuple[Sender, str], set[asyncio.Future[Reply]]] = {}

    async def ask(self, sender: Sender, event_id: str, payload: bytes, within_s: float) -> Reply:
        """Send a message as `sender` until it is answered, and return the answer.

        Raises `NotAskedError` if it could not be sent, `TimeoutError` if it was and no answer came:
        then it is not known whether it was carried out, and it may be repeated under its id.
        """
        if len(self._waiting) >= MAX_ASKED:
            raise NotAskedError(f"{MAX_ASKED} messages wait for the engine's answer already")
        key = (sender, event_id)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, set()).add(answer)
        topic = self._space.events_in(Role(sender.role), sender.client)
        was_sent = False
        try:
            async with asyncio.timeout(within_s):
                while True:
                    was_sent = self._sent(topic, payload) or was_sent
                    with contextlib.suppress(TimeoutError):
                        return await asyncio.wait_for(asyncio.shield(answer), REPEAT_S)
        except TimeoutError:
            if not was_sent:
                raise NotAskedError("there is no link to the MQTT broker") from None
            raise
        finally:
            self._waiting[key].discard(answer)
            if not self._waiting[key]:
                del self._waiting[key]

    def _sent(self, topic: str, payload: bytes) -> bool:
        try:
            self._publish(topic, payload)
        except TransportError:
            return False
        return True

    def answered(self, sender: Sender, reply: Reply) -> None:
        """Give a reply to whoever waits for it."""
        for answer in self._waiting.get((sender, reply.event_id or ""), ()):
            if not answer.done():
                answer.set_result(reply)
