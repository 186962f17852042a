"""The configuration while the engine runs: reload, opening hours, removed queues."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bus.topics import Role
from config.hours import WEEKDAYS
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.serving import SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

CARDS = '[[queues]]\nqueue_id = "cards"\n'
CHAT = '[[queues]]\nqueue_id = "chat"\n'
TO_VOICEMAIL = '[queues.destinations]\nclosed = "voicemail"\n'


def _other_days() -> str:
    """Return hours that do not cover now, nor for a day to come."""
    day = WEEKDAYS[(datetime.now(UTC) + timedelta(days=3)).weekday()]
    return f'[[queues.hours]]\ndays = ["{day}"]\nopens = "08:00"\ncloses = "18:00"\n'


async def _reload(engine: EngineProcess, event: str, count: int = 1) -> None:
    engine.signal(signal.SIGHUP)
    await engine.until_logged(event, count)


async def test_reload_changes_routing_and_nothing_else(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port) as bridge:
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        unknown = await bridge.send("contact_arrived", contact_id="call-2", queue_id="chat")
        assert unknown.reason == "queue_unknown"
        engine.configure(f"{CARDS}priority = 7\n{CHAT}", limits="unlisted_agents = false")
        await _reload(engine, "configuration_applied", 2)
        changes = engine.logged("configuration_applied")[-1]["changes"]
        assert "queues[chat] added" in changes
        assert "queues[cards].priority: 0 -> 7" in changes
        await bridge.ok("contact_arrived", contact_id="call-2", queue_id="chat")
        stranger = await bridge.send("agent_signed_in", agent_id="ben")
        assert stranger.reason == "agent_unknown"
        waiting = await bridge.ok("position_requested", contact_id="call-1")
        assert waiting.position == 1


async def test_faulty_reload_changes_nothing(engine: EngineProcess) -> None:
    """Every problem is named; the engine goes on with what it had."""
    async with BusClient(engine.broker_port) as bridge:
        engine.configure(f'{CARDS}priority = 700\nring_timeout_ms = "long"\ncolour = 1\n{CHAT}')
        await _reload(engine, "configuration_refused")
        problems = engine.logged("configuration_refused")[0]["problems"]
        assert len(problems) == 3
        for key in ("priority = 700", "ring_timeout_ms", "colour"):
            assert any(key in one and "tidegate.toml:" in one for one in problems), problems
        unknown = await bridge.send("contact_arrived", contact_id="call-1", queue_id="chat")
        assert unknown.reason == "queue_unknown"

        engine.config.rename(engine.config.with_suffix(".away"))
        await _reload(engine, "configuration_refused", 2)
        engine.configure(f"{CARDS}{CHAT}")
        await _reload(engine, "configuration_applied", 2)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="chat")


async def test_reload_names_what_needs_a_restart(engine: EngineProcess) -> None:
    engine.configure(CARDS + CHAT, journal="max_batch = 7")
    await _reload(engine, "configuration_applied", 2)
    assert [one["change"] for one in engine.logged("restart_needed")] == [
        "journal.max_batch: 512 -> 7"
    ]


async def test_queue_removed_while_contacts_wait(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    """Those who wait are told where to go; those who are served go on."""
    queues = f'{CARDS}at_closing = "divert"\n{TO_VOICEMAIL}{CHAT}'
    async with (
        EngineProcess(tmp_path, mosquitto.port, queues) as engine,
        BusClient(mosquitto.port) as bridge,
    ):
        await bridge.watch(f"{SPACE.base}/state/#")
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        for number in range(4):
            await bridge.ok("contact_arrived", contact_id=f"call-{number}", queue_id="cards")
        await bridge.ok("accepted", contact_id="call-0", agent_id="anna")
        await bridge.until_state(SPACE.queue_state("cards"), waiting=3)
        engine.configure(CHAT)
        await _reload(engine, "configuration_applied", 2)
        await bridge.until(lambda: len(bridge.decided("contact_diverted")) == 3)
        diverted = bridge.decided("contact_diverted")
        assert {one.contact_id for one in diverted} == {"call-1", "call-2", "call-3"}
        assert {(one.reason, one.destination) for one in diverted} == {("closed", "voicemail")}
        refused = await bridge.send("contact_arrived", contact_id="call-9", queue_id="cards")
        assert refused.reason in ("queue_unknown", "closed")
        await bridge.ok("contact_ended", contact_id="call-0")
        await bridge.ok("wrap_up_completed", contact_id="call-0", agent_id="anna")
        await bridge.until(lambda: SPACE.queue_state("cards") not in bridge.states)
        assert (await bridge.ok("contact_arrived", contact_id="call-8", queue_id="chat")).revision


async def test_opening_hours_and_a_supervisors_word(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    """The hours close the queue; a supervisor's word stands through restart and reload."""
    closed = f"{CARDS}{TO_VOICEMAIL}{_other_days()}"
    async with (
        EngineProcess(tmp_path, mosquitto.port, closed) as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.SUPERVISOR, "zoe") as zoe,
    ):

        async def arrive(number: int) -> str | None:
            reply = await bridge.ok(
                "contact_arrived", contact_id=f"call-{number}", queue_id="cards"
            )
            assert reply.destination in (None, "voicemail")
            return reply.reason

        assert await arrive(1) == "closed"
        await zoe.ok("queue_opened", queue_id="cards")
        assert await arrive(2) is None
        await engine.kill()
        await engine.start()
        assert await arrive(3) is None
        engine.configure(closed + CHAT)
        await _reload(engine, "configuration_applied", 2)
        assert await arrive(4) is None

        await zoe.ok("queue_closed", queue_id="cards")
        engine.configure(CARDS)
        await _reload(engine, "configuration_applied", 3)
        assert await arrive(5) is None, "a queue without hours is open"
        engine.configure(closed)
        await _reload(engine, "configuration_applied", 4)
        assert await arrive(6) == "closed"


async def test_ticked_clock_follows_the_hours(tmp_path: Path, mosquitto: MosquittoProcess) -> None:
    hours = '[[queues.hours]]\ndays = ["mon"]\nopens = "08:00"\ncloses = "18:00"\n'
    sunday_ms = int(datetime(2026, 1, 4, 12, tzinfo=UTC).timestamp() * 1_000)
    hour_ms = 3_600_000
    async with (
        EngineProcess(tmp_path, mosquitto.port, CARDS + hours, service='clock = "ticked"') as _,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.SUPERVISOR, "zoe") as zoe,
    ):
        ticked = await zoe.ok("clock_ticked", at_ms=sunday_ms)
        assert ticked.next_deadline_ms == sunday_ms + 20 * hour_ms
        reasons = []
        for number, hour in enumerate((19, 20, 29, 30)):
            arrived = await bridge.ok(
                "contact_arrived",
                contact_id=f"call-{number}",
                queue_id="cards",
                occurred_at_ms=sunday_ms + hour * hour_ms,
            )
            assert arrived.at_ms == sunday_ms + hour * hour_ms
            reasons.append(arrived.reason)
        assert reasons == ["closed", None, None, "closed"]
