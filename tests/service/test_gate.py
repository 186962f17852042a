"""The gate of a running engine: guard rails measured beside it, a supervisor over the bus."""

import asyncio
from pathlib import Path

from bus.topics import Role
from tests.support.brokers import MosquittoProcess
from tests.support.client import ANSWERED_S, BusClient
from tests.support.serving import EngineProcess

GUARDED = """
[[queues]]
queue_id = "cards"
wrap_up = { kind = "none" }
gate = { policy = "always", guards = { occupancy_max_ratio = 0.4 } }
"""


async def talk(bridge: BusClient, contact_id: str) -> dict[str, object]:
    """Bring a contact to an agent; return what names it."""
    await bridge.ok("contact_arrived", contact_id=contact_id, queue_id="cards")
    reserved = await bridge.until_decided("contact_reserved", contact_id=contact_id)
    hers = {"contact_id": contact_id, "agent_id": reserved.agent_id}
    await bridge.ok("accepted", **hers)
    return hers


async def until_guarded(engine: EngineProcess, closed: int) -> None:
    """The follower measures, and the engine has to hear of it."""
    async with asyncio.timeout(ANSWERED_S):
        while await engine.metric('tidegate_gate_guarded{queue="cards"}') != closed:  # noqa: ASYNC110 - a page is asked
            await asyncio.sleep(0.05)


async def complete(
    bridge: BusClient, agent: BusClient, hers: dict[str, object]
) -> tuple[bool, str]:
    """The gate's answer to service complete."""
    await bridge.ok("service_completed", **hers)
    answer = await agent.until_decided("marketing_decided", contact_id=hers["contact_id"])
    await bridge.ok("contact_ended", contact_id=hers["contact_id"])
    return answer.granted, answer.reason


async def test_a_guard_rail_closes_and_opens_the_gate(engine: EngineProcess) -> None:
    await engine.stop()
    engine.configure(GUARDED)
    await engine.start()
    port = engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
        BusClient(port, Role.AGENT, "ben-desk", agent_id="ben") as ben,
    ):
        for name in ("anna", "ben"):
            await bridge.ok("agent_signed_in", agent_id=name, ready=True)
        desks = {"anna": anna, "ben": ben}
        hers = await talk(bridge, "c1")
        await until_guarded(engine, 1)
        answer = await complete(bridge, desks[str(hers["agent_id"])], hers)
        assert answer == (False, "guard_occupancy")
        await until_guarded(engine, 0)


async def test_a_supervisors_word_survives_kill_and_restart(engine: EngineProcess) -> None:
    port = engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
        BusClient(port, Role.SUPERVISOR, "boss") as boss,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await boss.ok("gate_overridden", queue_id="cards", mode="marketing", for_ms=3_600_000)
        await engine.kill()
        await engine.start()
        answer = await complete(bridge, anna, await talk(bridge, "c1"))
        assert answer == (True, "supervisor_marketing")
        unknown = await boss.send("gate_overridden", queue_id="nowhere", mode="serving")
        assert (unknown.status, unknown.reason) == ("rejected", "queue_unknown")


QUEUE = "tidegate/v1/acme/main/voice/state/queue/cards"
AGENT = "tidegate/v1/acme/main/voice/state/agent/{}"
PRICED = """
[[queues]]
queue_id = "cards"
wrap_up = { kind = "none" }
gate = { policy = "optimal", recompute_ms = 10_000 }
"""


async def test_prices_are_solved_beside_the_engine_and_survive_a_restart(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    process = EngineProcess(tmp_path, mosquitto.port)
    process.configure(PRICED, service='clock = "ticked"')
    async with (
        process as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.SUPERVISOR, "boss") as boss,
        BusClient(mosquitto.port, Role.SUPERVISOR, "wall") as wall,
    ):
        await wall.watch(QUEUE, AGENT.format("+"))
        for number in range(3):
            await bridge.ok("agent_signed_in", agent_id=f"agent-{number}", ready=True)
        async with asyncio.timeout(2 * ANSWERED_S):  # two more processes have to start for it
            at_ms = 0
            while _price(wall) == 0:
                at_ms += 5_000
                await boss.ok("clock_ticked", at_ms=at_ms)
                await boss.ok("emergency_cleared")  # a record: the follower reads the time there
                await asyncio.sleep(0.3)
        hers = await talk(bridge, "c1")
        assert _price(wall) > 0
        await engine.kill()
        await engine.start()
        state = await wall.until_state(QUEUE, epoch=2)
        assert state["price_milli"] > 0
        agent = await wall.until_state(AGENT.format(hers["agent_id"]), epoch=2)
        assert agent["contacts"][0]["mode"] == "marketing"


def _price(wall: BusClient) -> int:
    return wall.states.get(QUEUE, {}).get("price_milli") or 0


async def test_a_bridge_that_falls_silent_closes_the_gate_until_it_is_heard(
    engine: EngineProcess,
) -> None:
    port = engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.BRIDGE, "other-pbx") as other,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        hers = await talk(bridge, "c1")
        await other.ok("heartbeat")
        await engine.until_logged("bridge_silent")
        assert (await complete(bridge, anna, hers))[1] == "load_unknown"
        await other.ok("heartbeat", last=True)
        await engine.until_logged("bridge_not_silent")
        hers = await talk(bridge, "c2")
        assert (await complete(bridge, anna, hers))[1] != "load_unknown"
