"""A client of the bus as the contract asks for: it repeats what is not answered."""

import asyncio
import contextlib
import json
from itertools import count
from random import Random
from typing import Any, Self

import msgspec

from bus.codec import decode_decisions, decode_replies
from bus.connection import MqttConnection, ReceivedMessage
from bus.connection_settings import ConnectionSettings, Will
from bus.decision_messages import AnyDecisionMessage
from bus.replies import Reply
from bus.topics import Role, TopicSpace
from bus.transport_errors import TransportError
from tests.support.brokers import HOST
from tests.support.serving import SPACE

ANSWERED_S = 60.0  # a bound for what must happen, never a measure of speed
REPEAT_S = 0.5


class BusClient:
    """One bridge, agent's desktop, supervisor's page or reader.

    `decisions` has each decision once, in order; `repeats` counts those that came again, `stale`
    the batches of an engine that no longer leads.
    """

    def __init__(
        self,
        port: int,
        role: Role | str = Role.BRIDGE,
        name: str = "pbx-1",
        agent_id: str | None = None,
        will: Will | None = None,
        space: TopicSpace = SPACE,
        **link: Any,
    ) -> None:
        self.role, self.name, self.space = Role(role), name, space
        self.replies: dict[str, Reply] = {}
        self.all_replies: list[Reply] = []
        self.decisions: list[AnyDecisionMessage] = []
        self.epochs: list[int] = []
        self.repeats = 0
        self.states: dict[str, dict[str, Any]] = {}
        self.all_states: list[tuple[str, dict[str, Any]]] = []
        self._seen: dict[str, AnyDecisionMessage] = {}
        self._numbers = count(1)
        self._answered: dict[str, asyncio.Event] = {}
        self._more = asyncio.Event()
        settings = ConnectionSettings(
            *(HOST, port, f"test-{role}-{name}"),
            keepalive_s=5,
            will=will,
            backoff_max_s=0.2,
            **link,
        )
        self.connection = MqttConnection(settings, self._receive, random=Random(1))
        self._filters = [space.reply(self.role, name)]
        if self.role is Role.BRIDGE:
            self._filters.append(space.decisions_to_bridge(name))
        if agent_id is not None:
            self._filters.append(space.decisions_to_agent(agent_id))

    async def __aenter__(self) -> Self:
        await self.connection.subscribe(*self._filters)
        self.connection.start()
        async with asyncio.timeout(ANSWERED_S):
            await self.connection.wait_connected()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.stop()

    async def watch(self, *filters: str) -> None:
        """Subscribe to more: `states` has the latest snapshot of each topic."""
        await self.connection.subscribe(*filters)

    # --- to the engine -----------------------------------------------------------------

    async def send(self, type_: str, **fields: Any) -> Reply:
        """Send a message until it is answered, also after `busy`; return the reply."""
        message = self.message(type_, **fields)
        while True:
            reply = await self.sent_until_answered(message)
            if reply.status != "busy":
                return reply
            await asyncio.sleep((reply.retry_after_ms or 0) / 1_000)

    async def ok(self, type_: str, **fields: Any) -> Reply:
        """Send a message that must be carried out."""
        reply = await self.send(type_, **fields)
        assert reply.status == "ok", reply
        return reply

    def message(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Make a message with an id of its own, unless one is given."""
        return {"type": type_, "event_id": self.new_id(), **fields}

    def new_id(self) -> str:
        return f"{self.name}-{next(self._numbers)}"

    def publish(self, message: dict[str, Any] | bytes) -> None:
        """Publish once; raises `TransportError` without a link."""
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.connection.publish(self.space.events_in(self.role, self.name), payload)

    async def sent_until_answered(self, message: dict[str, Any]) -> Reply:
        """Publish a message until there is a new answer to it, whatever it says."""
        event_id: str = message["event_id"]
        self.replies.pop(event_id, None)
        answered = self._answered.setdefault(event_id, asyncio.Event())
        for _ in range(round(ANSWERED_S / REPEAT_S)):
            if event_id in self.replies:
                break
            with contextlib.suppress(TransportError):
                self.publish(message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(answered.wait(), REPEAT_S)
        del self._answered[event_id]
        assert event_id in self.replies, f"never answered: {message}"
        return self.replies[event_id]

    # --- from the engine ---------------------------------------------------------------

    def _receive(self, message: ReceivedMessage) -> None:
        self.connection.ack(message)
        if message.topic.startswith(f"{self.space.base}/reply/"):
            self._replied(decode_replies(message.payload))
        elif message.topic.startswith(f"{self.space.base}/decisions/"):
            self._decided(message.payload)
        elif message.payload:
            state = json.loads(message.payload)
            self.states[message.topic] = state
            self.all_states.append((message.topic, state))
        else:
            self.states.pop(message.topic, None)
        self._more.set()

    def _replied(self, replies: list[Reply]) -> None:
        self.all_replies += replies
        for reply in replies:
            if reply.event_id is not None:
                self.replies[reply.event_id] = reply
                if reply.event_id in self._answered:
                    self._answered[reply.event_id].set()

    def _decided(self, payload: bytes) -> None:
        batch = decode_decisions(payload)
        self.epochs.append(batch.epoch)
        for one in batch.decisions:
            known = self._seen.get(one.decision_id)
            if known is not None:
                assert known == one, "a decision id stands for one decision"
                self.repeats += 1
                continue
            self._seen[one.decision_id] = one
            self.decisions.append(one)
            self.on_decision(one)

    def on_decision(self, decision: AnyDecisionMessage) -> None:
        """Hear of a decision for the first time; for clients that do something about it."""

    def decided(self, tag: str, **fields: Any) -> list[Any]:
        """Return the decisions of one type with these values, in order."""
        return [
            one
            for one in self.decisions
            if one.__struct_config__.tag == tag
            and all(getattr(one, name) == value for name, value in fields.items())
        ]

    async def until_decided(self, tag: str, **fields: Any) -> Any:
        """Wait for a decision of this type with these values; return the first."""
        await self.until(lambda: bool(self.decided(tag, **fields)))
        return self.decided(tag, **fields)[0]

    async def until_state(self, topic: str, **fields: Any) -> dict[str, Any]:
        """Wait until the snapshot on a topic has these values; return it."""

        def is_so() -> bool:
            state = self.states.get(topic, {})
            return bool(state) and all(state.get(key) == value for key, value in fields.items())

        await self.until(is_so)
        return self.states[topic]

    async def until(self, condition: Any, within_s: float = ANSWERED_S) -> None:
        """Wait until `condition()` is true, looking whenever something was received."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():
                    await self._changed()
        except TimeoutError:
            latest = msgspec.to_builtins(self.decisions[-5:])
            raise AssertionError(f"did not come: {latest} {list(self.states.values())}") from None

    async def _changed(self) -> None:
        self._more.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._more.wait(), 0.1)  # several may wait at once
