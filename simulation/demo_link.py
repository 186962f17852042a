"""The demo's line to the engine: sends messages over MQTT and waits for all that they cause.

The engine's clock is ticked: it stands still while messages travel. So that no decision comes late
by the clock, `send` returns only when every message is answered and every decision that the
answers count (`published`) has been received. One connection plays the PBX, all agents and the
supervisor; topics tell them apart.
"""

import asyncio
from collections.abc import Iterator, Sequence
from random import Random
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from bus.codec import decode_decisions, decode_replies
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.decision_messages import AnyDecisionMessage
from bus.link import ReceivedMessage
from bus.replies import Reply
from bus.snapshots import EngineSnapshot
from bus.topics import Role, TopicSpace
from bus.transport_errors import TransportError
from simulation.demo_messages import ClientMessage, clock_ticked

REPEAT_AFTER_S = 5.0
GIVE_UP_AFTER = 12

_encode = msgspec.json.Encoder().encode
_engine_snapshot = msgspec.json.Decoder(EngineSnapshot)


class EngineSilentError(RuntimeError):
    """Answers or decisions did not come; the text says how many, and for how long."""


class EngineRefusedError(RuntimeError):
    """The engine rejected a message that a sound demo never sends; the text has its reason."""


class Heard(NamedTuple):
    """A decision, and whom it was for: the PBX (`Role.BRIDGE`) or an agent."""

    role: Role
    decision: AnyDecisionMessage


class EngineLink:
    """Talks to the engine of one topic space; open it with `async with`.

    With `others_act` people may act on the pages meanwhile: what the engine then rejects is kept in
    `refused` until it is taken out; without, a rejection ends the demo.

    All times are Unix milliseconds. `next_deadline_ms` is when the engine has something to do by
    itself, as of the last answer; None: never.
    """

    def __init__(
        self, space: TopicSpace, host: str, port: int, *, others_act: bool = False
    ) -> None:
        self.next_deadline_ms: int | None = None
        self.refused: list[ClientMessage] = []
        self._others_act = others_act
        self._space = space
        settings = ConnectionSettings(host, port, "tidegate-demo")
        self._connection = MqttConnection(settings, self._receive, random=Random())
        self._unanswered: dict[str, tuple[str, bytes, ClientMessage]] = {}
        self._sent = 0
        self._published = 0
        self._is_counted = True
        self._known: set[tuple[str, str]] = set()
        self._heard: list[Heard] = []
        self._rejected: str | None = None
        self._is_ready = False
        self._wake = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._connection.start()
        await self._connection.wait_connected()
        base = self._space.base
        filters = (f"{base}/reply/+/+", f"{base}/decisions/+/+", self._space.engine_state)
        await self._connection.subscribe(*filters)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.stop()

    async def wait_ready(self) -> None:
        """Wait until the engine says that it is ready."""
        while not self._is_ready:
            self._wake.clear()
            await self._wake.wait()

    async def send(self, at_ms: int, messages: Sequence[ClientMessage]) -> list[Heard]:
        """Send what happened at `at_ms`; return the decisions it caused, in the engine's order.

        The engine's clock moves to `at_ms`. What is not answered is repeated under the same event
        id. Raises `EngineRefusedError`, or `EngineSilentError` if any is missing for a minute.
        """
        for message in messages:
            self._publish(self._envelope(at_ms, message))
        await self._settled(at_ms)
        heard, self._heard = self._heard, []
        return sorted(heard, key=_engine_order)

    async def tick(self, at_ms: int) -> list[Heard]:
        """Move the engine's clock to `at_ms`; return the decisions made by then."""
        return await self.send(at_ms, [clock_ticked(at_ms)])

    # --- out ---------------------------------------------------------------------------

    def _envelope(self, at_ms: int, message: ClientMessage) -> str:
        """Write the message down under a new event id, to be published until it is answered."""
        self._sent += 1
        event_id = f"demo-{self._sent}"
        fields = {name: value for name, value in message.fields.items() if value is not None}
        payload = {
            "type": message.type,
            "event_id": event_id,
            "occurred_at_ms": at_ms,
            **fields,
        }
        topic = self._space.events_in(message.role, message.client)
        self._unanswered[event_id] = (topic, _encode(payload), message)
        return event_id

    def _publish(self, event_id: str) -> None:
        """Publish; without a link nothing happens, and the message is repeated later."""
        topic, payload, _ = self._unanswered[event_id]
        try:
            self._connection.publish(topic, payload)
        except TransportError:
            return

    async def _settled(self, at_ms: int) -> None:
        """Wait for all answers and decisions, repeating what stays unanswered."""
        for _ in range(GIVE_UP_AFTER):
            try:
                async with asyncio.timeout(REPEAT_AFTER_S):
                    await self._all_received(at_ms)
            except TimeoutError:
                for event_id in list(self._unanswered):
                    self._publish(event_id)
            else:
                return
        seconds = GIVE_UP_AFTER * REPEAT_AFTER_S
        raise EngineSilentError(
            f"after {seconds:.0f} s the engine still owes {len(self._unanswered)} answers, and"
            f" {self._published - len(self._known)} of {self._published} decisions have not come;"
            " was the broker restarted? Run the demo again"
        )

    async def _all_received(self, at_ms: int) -> None:
        while not self._is_settled():
            if not self._unanswered and not self._is_counted:
                self._publish(self._envelope(at_ms, clock_ticked(at_ms)))
            self._wake.clear()
            await self._wake.wait()

    def _is_settled(self) -> bool:
        if self._rejected is not None:
            raise EngineRefusedError(self._rejected)
        is_answered = not self._unanswered and self._is_counted
        return is_answered and len(self._known) >= self._published

    # --- in ----------------------------------------------------------------------------

    def _receive(self, message: ReceivedMessage) -> None:
        self._connection.ack(message)
        level = message.topic.removeprefix(f"{self._space.base}/").split("/")[0]
        if level == "reply":
            for reply in decode_replies(message.payload):
                self._take_reply(reply)
        elif level == "decisions":
            self._take_decisions(message)
        elif message.payload:
            self._is_ready = _engine_snapshot.decode(message.payload).status == "ready"
        self._wake.set()

    def _take_reply(self, reply: Reply) -> None:
        if reply.status == "busy":
            return
        sent = self._unanswered.pop(reply.event_id or "", None)
        if sent is None:
            return
        if reply.status == "rejected" and self._others_act:
            self.refused.append(sent[2])
        elif reply.status == "rejected":
            self._rejected = f"{reply.event_id}: {reply.reason}: {reply.message or reply.detail}"
        self._is_counted = reply.published is not None
        if reply.published is not None:
            self._published = max(self._published, reply.published)
            self.next_deadline_ms = reply.next_deadline_ms

    def _take_decisions(self, message: ReceivedMessage) -> None:
        role = Role(message.topic.removeprefix(f"{self._space.base}/decisions/").split("/")[0])
        for decision in _new(decode_decisions(message.payload).decisions, role, self._known):
            self._heard.append(Heard(role, decision))


def _new(
    decisions: list[AnyDecisionMessage], role: Role, known: set[tuple[str, str]]
) -> Iterator[AnyDecisionMessage]:
    """Those that this recipient was not told before: after a lost link the engine repeats some."""
    for decision in decisions:
        key = (role.value, decision.decision_id)
        if key not in known:
            known.add(key)
            yield decision


def _engine_order(heard: Heard) -> tuple[int, int, str]:
    index = heard.decision.decision_id.rpartition(".")[2]
    return heard.decision.seq, int(index), heard.role.value
