"""The whole way of contacts through a running engine, over both brokers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bus.connection_settings import Will
from bus.topics import Role
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.serving import SPACE, EngineProcess

BOTH = ["embedded", pytest.param("mosquitto", marks=pytest.mark.mosquitto)]


@pytest.fixture(params=BOTH)
async def any_engine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[EngineProcess]:
    """An engine with its embedded broker, and one beside Mosquitto."""
    if request.param == "embedded":
        async with EngineProcess(tmp_path) as engine:
            yield engine
    else:
        async with (
            MosquittoProcess(tmp_path) as broker,
            EngineProcess(tmp_path, broker.port) as engine,
        ):
            yield engine


async def test_contact_from_arrival_to_the_next(any_engine: EngineProcess) -> None:
    port = any_engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        signed_in = await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        assert signed_in.decisions == 3
        arrived = await bridge.ok(
            "contact_arrived", contact_id="call-1", queue_id="cards", correlation_id="k-17"
        )
        assert (arrived.position, arrived.estimated_wait_ms) == (1, 0)
        assert arrived.correlation_id == "k-17"
        waiting = await bridge.ok("contact_arrived", contact_id="call-2", queue_id="cards")
        assert waiting.position == 1
        position = await bridge.ok("position_requested", contact_id="call-2")
        assert position.position == 1

        reserved = await anna.until_decided("contact_reserved", contact_id="call-1")
        assert reserved == await bridge.until_decided("contact_reserved", contact_id="call-1")
        hers = {"contact_id": "call-1", "agent_id": "anna", "revision": reserved.revision}
        await bridge.ok("ringing", **hers)
        await anna.ok("accepted", **hers)
        await anna.ok("held", **hers)
        await anna.ok("resumed", **hers)
        await anna.ok("service_completed", **hers)
        await anna.until_decided("marketing_decided", contact_id="call-1", granted=False)
        await bridge.ok("contact_ended", contact_id="call-1")
        await anna.ok("wrap_up_completed", **hers)

        outcome = await anna.until_decided("outcome_recorded", contact_id="call-1")
        assert (outcome.disposition, outcome.final) == ("completed", True)
        following = await anna.until_decided("contact_reserved", contact_id="call-2")
        states = [one.state for one in anna.decided("assignment_changed", contact_id="call-1")]
        assert states == ["ringing", "talk", "hold", "talk", "service_complete", "wrap_up"]
        ids = [one.decision_id for one in anna.decisions]
        assert ids == sorted(ids, key=lambda one: [int(part) for part in one.split(".")])
        assert following.seq == outcome.seq
        assert anna.repeats == bridge.repeats == 0
        assert set(anna.epochs) == {1}


async def test_late_joiner_reads_retained_state(any_engine: EngineProcess) -> None:
    port = any_engine.broker_port
    async with BusClient(port) as bridge, BusClient(port, Role.AGENT, "anna-desk") as anna:
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        last = await bridge.ok("contact_arrived", contact_id="call-2", queue_id="cards")
        queue, agent = SPACE.queue_state("cards"), SPACE.agent_state("anna")
        await bridge.watch(f"{SPACE.base}/state/#")
        await bridge.until_state(queue, sequence=last.seq, waiting=1, reserved=1)
        async with BusClient(port, Role.SUPERVISOR, "reader") as reader:
            await reader.watch(f"{SPACE.base}/state/#")
            shown = await reader.until_state(queue)
            assert (shown["epoch"], shown["staffed"], shown["is_open"]) == (1, 1, True)
            her = await reader.until_state(agent)
            assert (her["state"], her["has_session"], her["lost"]) == ("ready", True, False)
            assert [one["contact_id"] for one in her["contacts"]] == ["call-1"]
            state = await reader.until_state(SPACE.engine_state, status="ready")
            assert state["epoch"] == 1
            await reader.until(lambda: reader.states[SPACE.engine_state]["sequence"] >= last.seq)
            assert her["sequence"] <= last.seq

            ended = await bridge.ok("contact_ended", contact_id="call-2")
            await reader.until_state(queue, sequence=ended.seq, waiting=0)
            sequences = [state["sequence"] for topic, state in reader.all_states if topic == queue]
            assert sequences == sorted(sequences)


async def test_broker_tells_of_a_vanished_agent(any_engine: EngineProcess) -> None:
    port = any_engine.broker_port
    will = Will(
        SPACE.events_in(Role.AGENT, "anna-desk"),
        lambda: b'{"type": "agent_lost", "event_id": "anna-will-1", "agent_id": "anna"}',
        retain=False,
    )
    anna = BusClient(port, Role.AGENT, "anna-desk", agent_id="anna", will=will)
    async with BusClient(port) as bridge:
        await bridge.watch(SPACE.agent_state("anna"))
        async with anna:
            await anna.ok("agent_signed_in", agent_id="anna", ready=True)
            await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
            await bridge.until_decided("contact_reserved", contact_id="call-1")
            anna.connection.socket.shutdown(2)  # the line breaks, without a word
        withdrawn = await bridge.until_decided("reservation_withdrawn", contact_id="call-1")
        assert withdrawn.cause == "agent_lost"
        await bridge.until_state(SPACE.agent_state("anna"), lost=True)


@pytest.mark.mosquitto
async def test_broker_tells_of_a_vanished_engine(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port, Role.SUPERVISOR, "reader") as reader:
        await reader.watch(SPACE.engine_state)
        await reader.until_state(SPACE.engine_state, status="ready", epoch=1)
        await engine.kill()
        await reader.until_state(SPACE.engine_state, status="lost", epoch=1)
        await engine.start()
        await reader.until_state(SPACE.engine_state, status="ready", epoch=2)


async def test_stop_says_so_and_loses_nothing(any_engine: EngineProcess) -> None:
    port = any_engine.broker_port
    async with BusClient(port) as bridge:
        await bridge.watch(SPACE.engine_state)
        messages = [
            bridge.message("contact_arrived", contact_id=f"call-{one}", queue_id="cards")
            for one in range(300)
        ]
        for message in messages:
            bridge.publish(message)
        await bridge.until(lambda: len(bridge.replies) > 50)
        assert await any_engine.stop() == 0
        answered = dict(bridge.replies)
        await any_engine.start()
        replies = await asyncio.gather(*(bridge.sent_until_answered(one) for one in messages))
        assert {one.status for one in replies} == {"ok"}
        again = {one.event_id: one.seq for one in replies}
        assert {key: again[key] for key in answered} == {
            key: one.seq for key, one in answered.items()
        }
        assert await any_engine.metric("tidegate_contacts") == 300
