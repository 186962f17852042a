"""The broker is killed, frozen, or loses messages; agents' lines break."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bus.topics import Role
from router import decisions as d
from router import events as e
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import records_of
from tests.support.serving import SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

HERS = SPACE.agent_state("anna")
AGENTS = [f"agent-{one}" for one in range(8)]


def _queue(ring_timeout_ms: int, more: str = "") -> str:
    return f'[[queues]]\nqueue_id = "cards"\nring_timeout_ms = {ring_timeout_ms}\n{more}'


async def _ring_everybody(bridge: BusClient) -> None:
    """Have every agent's telephone ring, confirmed."""
    await asyncio.gather(
        *(bridge.ok("agent_signed_in", agent_id=one, ready=True) for one in AGENTS),
        *(bridge.ok("contact_arrived", contact_id=f"on-{one}", queue_id="cards") for one in AGENTS),
    )
    await bridge.until(lambda: len(bridge.decided("contact_reserved")) == len(AGENTS))
    reserved = bridge.decided("contact_reserved")
    await asyncio.gather(
        *(
            bridge.ok("ringing", contact_id=one.contact_id, agent_id=one.agent_id)
            for one in reserved
        )
    )


async def _answer_everybody(bridge: BusClient) -> None:
    reserved = bridge.decided("contact_reserved")
    assert len(reserved) == len(AGENTS)
    await asyncio.gather(
        *(
            bridge.ok("accepted", contact_id=one.contact_id, agent_id=one.agent_id)
            for one in reserved
        )
    )
    assert bridge.decided("reservation_timed_out") == []


@pytest.fixture
async def ringing_engine(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> AsyncIterator[EngineProcess]:
    """An engine whose agents have five seconds to answer."""
    async with EngineProcess(tmp_path, mosquitto.port, _queue(5_000)) as engine:
        yield engine


async def test_broker_away_longer_than_telephones_ring(
    ringing_engine: EngineProcess, mosquitto: MosquittoProcess
) -> None:
    """As 60 seconds of outage with telephones that ring for 20: nobody is blamed."""
    async with BusClient(mosquitto.port) as bridge:
        await _ring_everybody(bridge)
        await mosquitto.kill()
        await ringing_engine.until_unready("no link to the MQTT broker")
        await asyncio.sleep(5.2)
        await mosquitto.start()
        await ringing_engine.until_ready()
        await _answer_everybody(bridge)


async def test_broker_frozen_longer_than_telephones_ring(
    ringing_engine: EngineProcess, mosquitto: MosquittoProcess
) -> None:
    """The link stands and nothing answers: heartbeats tell, long before the keep-alive does."""
    async with BusClient(mosquitto.port) as bridge:
        await _ring_everybody(bridge)
        mosquitto.pause()
        await ringing_engine.until_unready("does not answer")
        await asyncio.sleep(3.2)
        mosquitto.resume()
        await ringing_engine.until_ready()
        await _answer_everybody(bridge)


async def test_engine_waits_for_its_first_link(tmp_path: Path, mosquitto: MosquittoProcess) -> None:
    """Restarted while the broker is away: telephones that rang before ring on after."""
    engine = EngineProcess(tmp_path, mosquitto.port, _queue(5_000))
    async with engine, BusClient(mosquitto.port) as bridge:
        await _ring_everybody(bridge)
        await mosquitto.kill()
        await engine.kill()
        await engine.launch()
        await engine.until_unready("no link")
        await asyncio.sleep(5.2)
        await mosquitto.start()
        await _answer_everybody(bridge)


async def test_decisions_are_sent_again_after_an_outage(
    engine: EngineProcess, mosquitto: MosquittoProcess
) -> None:
    """What was decided while nobody could be told is told later, and once."""
    async with (
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        last_words = [
            bridge.message("contact_arrived", contact_id=f"call-{one}", queue_id="cards")
            for one in range(50)
        ]
        for message in last_words:
            bridge.publish(message)
        await bridge.until(lambda: len(bridge.replies) > 5)
        await mosquitto.kill()
        await mosquitto.start()
        await asyncio.gather(*(bridge.sent_until_answered(one) for one in last_words))
        await engine.until_ready()
        await anna.until_decided("contact_reserved", contact_id="call-0")
        assert len(anna.decided("contact_reserved")) == 1
    await engine.stop()
    records = await records_of(engine.journal)
    arrivals = [one for one in records if isinstance(one.event, e.ContactArrived)]
    assert len(arrivals) == 50
    links = [
        type(one.event) for one in records if isinstance(one.event, e.LinkLost | e.LinkRestored)
    ]
    assert links == [e.LinkLost, e.LinkRestored] * 2  # the start, and the outage


async def test_agent_back_too_late_for_the_decision(engine: EngineProcess) -> None:
    """What was said while nobody had subscribed is gone; the retained state tells it."""
    port = engine.broker_port
    async with BusClient(port) as bridge:
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        async with BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna:
            await anna.watch(HERS)
            await anna.until(lambda: bool(anna.states.get(HERS, {}).get("contacts")))
            (contact,) = anna.states[HERS]["contacts"]
            assert (contact["contact_id"], contact["state"]) == ("call-1", "reserved")
            await anna.ok("agent_signed_in", agent_id="anna")
            await anna.ok(
                "accepted", contact_id="call-1", agent_id="anna", revision=contact["revision"]
            )


async def test_acknowledged_by_the_broker_and_lost(engine: EngineProcess) -> None:
    """A PUBACK is no promise: only the engine's reply is, and repeating gets it."""
    async with BusClient(engine.broker_port) as bridge:
        await engine.kill()
        message = bridge.message("contact_arrived", contact_id="call-1", queue_id="cards")
        topic = SPACE.events_in(Role.BRIDGE, bridge.name)
        await bridge.connection.publish_and_wait(topic, b'{"type": "contact_arrived"}')
        await engine.start()
        await bridge.ok("contact_arrived", contact_id="call-2", queue_id="cards")
        assert len(bridge.all_replies) == 1, "nobody answers what the broker kept for itself"
        assert (await bridge.sent_until_answered(message)).status == "ok"


async def test_broker_that_drops_what_it_acknowledged(tmp_path: Path) -> None:
    """A slow engine behind a broker with a short line: most messages are lost on the way."""
    limits = "max_inflight_messages 10\nmax_queued_messages 10\n"
    broker = MosquittoProcess(tmp_path, extra_settings=limits)
    engine = EngineProcess(tmp_path, broker.port)
    async with broker, engine, BusClient(broker.port) as bridge:
        engine.signal(signal.SIGSTOP)
        messages = [
            bridge.message("contact_arrived", contact_id=f"call-{one}", queue_id="cards")
            for one in range(80)
        ]
        for message in messages:
            bridge.publish(message)
        await bridge.connection.drained()
        engine.signal(signal.SIGCONT)
        await asyncio.sleep(0.5)
        assert len(bridge.replies) < 80, "the broker is to lose messages in this test"
        replies = await asyncio.gather(*(bridge.sent_until_answered(one) for one in messages))
        assert {one.status for one in replies} == {"ok"}
        assert await engine.metric("tidegate_contacts") == 80


async def test_agent_gone_in_the_middle_of_a_call(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    """Back within the grace: as if nothing had been. Not back: closed, and the agent signed out."""
    grace = "agent_grace_ms = 1000"
    async with (
        EngineProcess(tmp_path, mosquitto.port, limits=grace) as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        hers = {"contact_id": "call-1", "agent_id": "anna"}
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        await anna.ok("accepted", **hers)
        await bridge.ok("agent_lost", agent_id="anna")
        await anna.ok("agent_signed_in", agent_id="anna")
        await asyncio.sleep(1.2)
        await anna.ok("held", **hers)

        await bridge.ok("agent_lost", agent_id="anna")
        outcome = await anna.until_decided("outcome_recorded", contact_id="call-1")
        assert (outcome.disposition, outcome.final) == ("agent_lost", True)
        await anna.until_decided("agent_state_changed", state="signed_out", reason="lost")
        late = await bridge.send("contact_ended", contact_id="call-1")
        assert late.reason == "contact_unknown"
        await engine.stop()
    made = [one for record in await records_of(engine.journal) for one in record.decisions]
    assert sum(isinstance(one, d.OutcomeRecorded) for one in made) == 1


async def test_bridge_back_with_other_contacts(engine: EngineProcess) -> None:
    """Ghosts are closed, unknown contacts adopted."""
    async with BusClient(engine.broker_port) as bridge:
        await bridge.ok("agent_signed_in", agent_id="anna")
        for number in (1, 2):
            await bridge.ok("contact_arrived", contact_id=f"call-{number}", queue_id="cards")
        live = [
            {"contact_id": "call-2", "queue_id": "cards"},
            {"contact_id": "call-3", "queue_id": "cards"},
            {"contact_id": "call-4", "queue_id": "cards", "agent_id": "anna"},
        ]
        await bridge.ok("live_contacts_reported", contacts=live)
        gone = await bridge.send("position_requested", contact_id="call-1")
        assert gone.reason == "contact_unknown"
        waiting = await bridge.ok("position_requested", contact_id="call-3")
        assert waiting.position == 2
        await bridge.ok("held", contact_id="call-4", agent_id="anna")
