"""The demo's line to the engine, over a real broker: repeats, refusals, all decisions awaited."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import msgspec
import pytest

from bus.codec import encode_decisions, encode_replies, encode_snapshot
from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.decision_messages import AgentStateChangedMessage
from bus.embedded import EmbeddedBroker
from bus.link import ReceivedMessage
from bus.replies import Reply
from bus.snapshots import EngineSnapshot
from bus.topics import Role, TopicSpace
from contacts.vocabulary import AgentState
from simulation import demo_link, demo_messages
from simulation.demo_link import EngineLink, EngineRefusedError, EngineSilentError

SPACE = TopicSpace("demo", "main", "default")


class ScriptedEngine:
    """Answers by hand; `deaf_for` messages are lost before it hears one."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self.received: list[str] = []
        self.deaf_for = 0
        self.rejects = False
        self.publishes = 0
        settings = ConnectionSettings(broker.host, broker.port, "engine")
        self._connection = MqttConnection(settings, self._take, random=Random(1))

    async def start(self) -> None:
        self._connection.start()
        await self._connection.wait_connected()
        await self._connection.subscribe(SPACE.all_events_in)
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        """Say that it lives, as the real one does: that is no answer."""
        ready = EngineSnapshot(epoch=1, sequence=0, at_ms=0, status="ready", version="0")
        while True:
            self._connection.publish(SPACE.engine_state, encode_snapshot(ready), retain=True)
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._beating.cancel()
        await self._connection.stop()

    def _take(self, message: ReceivedMessage) -> None:
        self._connection.ack(message)
        event_id = msgspec.json.decode(message.payload)["event_id"]
        self.received.append(event_id)
        if self.deaf_for:
            self.deaf_for -= 1
            return
        reply = Reply(
            status="rejected" if self.rejects else "ok",
            event_id=event_id,
            reason="agent_unknown" if self.rejects else None,
            published=None if self.received.count(event_id) > 1 else self.publishes,
            next_deadline_ms=5,
        )
        sender = SPACE.parse_in(message.topic)
        self._connection.publish(SPACE.reply(*sender), encode_replies([reply]))

    def decide(self, number: int) -> None:
        """Publish a decision, under the same id for the same number."""
        decision = AgentStateChangedMessage(
            decision_id=f"{number}.0", seq=number, at_ms=0, agent_id="a", state=AgentState.READY
        )
        topic = SPACE.decisions_to_agent("a")
        self._connection.publish(topic, encode_decisions(1, [decision]))


@pytest.fixture
async def broker() -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker() as running:
        yield running


@pytest.fixture
async def engine(broker: EmbeddedBroker) -> AsyncIterator[ScriptedEngine]:
    scripted = ScriptedEngine(broker)
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
async def link(broker: EmbeddedBroker, engine: ScriptedEngine) -> AsyncIterator[EngineLink]:
    async with EngineLink(SPACE, broker.host, broker.port) as opened:
        await opened.wait_ready()
        yield opened


async def test_a_lost_message_is_repeated_under_its_id(
    engine: ScriptedEngine, link: EngineLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_link, "REPEAT_AFTER_S", 0.05)
    engine.deaf_for = 1
    await link.send(1, [demo_messages.agent_ready("a")])
    assert engine.received[0] == engine.received[1]
    assert link.next_deadline_ms == 5


async def test_without_any_answer_it_gives_up(
    engine: ScriptedEngine, link: EngineLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_link, "REPEAT_AFTER_S", 0.02)
    engine.deaf_for = 1_000
    with pytest.raises(EngineSilentError, match="still owes 1 answers"):
        await link.send(1, [demo_messages.agent_ready("a")])


async def test_what_is_rejected_while_others_act_is_handed_on(
    broker: EmbeddedBroker, engine: ScriptedEngine
) -> None:
    engine.rejects = True
    async with EngineLink(SPACE, broker.host, broker.port, others_act=True) as link:
        await link.wait_ready()
        message = demo_messages.agent_ready("a")
        assert await link.send(1, [message]) == []
        assert link.refused == [message]


async def test_decisions_that_never_come_are_missed(
    engine: ScriptedEngine, link: EngineLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_link, "REPEAT_AFTER_S", 0.02)
    engine.publishes = 1
    with pytest.raises(EngineSilentError, match="1 of 1 decisions have not come"):
        await link.send(1, [demo_messages.agent_ready("a")])


async def test_a_rejection_is_an_error(engine: ScriptedEngine, link: EngineLink) -> None:
    engine.rejects = True
    with pytest.raises(EngineRefusedError, match="agent_unknown"):
        await link.send(1, [demo_messages.agent_ready("a")])


async def test_it_waits_for_every_decision_and_ignores_repeats(
    engine: ScriptedEngine, link: EngineLink
) -> None:
    engine.publishes = 2
    sending = asyncio.create_task(link.send(1, [demo_messages.agent_ready("a")]))
    while not engine.received:  # noqa: ASYNC110 - what it looks at has no event
        await asyncio.sleep(0.01)
    engine.decide(7)
    engine.decide(7)
    done, _ = await asyncio.wait({sending}, timeout=0.3)
    assert not done
    engine.decide(3)
    heard = await sending
    assert [(one.role, one.decision.seq) for one in heard] == [(Role.AGENT, 3), (Role.AGENT, 7)]
