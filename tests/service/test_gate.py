"""The gate of a running engine: guard rails measured beside it, a supervisor over the bus."""

import asyncio

from bus.topics import Role
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
