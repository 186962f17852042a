"""Acts from the page, over Mosquitto: a supervisor's, and an agent's transfer and last words."""

import asyncio
import sqlite3
from contextlib import closing

from bus.topics import Role
from outcomes.audit import acts, latest_acts
from service.commands.audit_words import act_in_words
from tests.support.client import ANSWERED_S, BusClient
from tests.support.serving import SPACE, EngineProcess

TWO_TRADES = """
[[queues]]
queue_id = "cards"
requires = { cards = 1 }
disposition_codes = ["solved", "passed_on"]

[[queues]]
queue_id = "loans"
requires = { loans = 1 }
wrap_up = { kind = "none" }

[[agents]]
agent_id = "anna"
skills = { cards = 3 }

[[agents]]
agent_id = "ben"
skills = { loans = 1 }
"""
NOTE = "Frau Özkan möchte am Montag zurückgerufen werden"


async def until_stored(engine: EngineProcess) -> list[tuple[str | None, str | None]]:
    """What is written down in the outcome store, once there is something."""
    async with asyncio.timeout(ANSWERED_S):
        while True:
            path = engine.journal.with_name("outcomes.db")
            with closing(sqlite3.connect(path)) as store:
                rows = store.execute("SELECT disposition_code, note FROM outcomes").fetchall()
            if rows:
                return rows
            await asyncio.sleep(0.1)


async def test_acts_from_the_page(engine: EngineProcess) -> None:
    await engine.stop()
    engine.configure(TWO_TRADES)
    await engine.start()
    port = engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
        BusClient(port, Role.AGENT, "ben-desk", agent_id="ben") as ben,
        BusClient(port, Role.SUPERVISOR, "zoe") as zoe,
    ):
        await anna.ok("agent_signed_in", agent_id="anna")
        await ben.ok("agent_signed_in", agent_id="ben", ready=True)
        await zoe.watch(SPACE.agent_state("anna"))

        # Zoe sets Anna ready; the call that waits is Anna's.
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        await zoe.ok("contact_prioritised", contact_id="call-1", priority=5)
        await zoe.ok("agent_ready", agent_id="anna")
        forced = await anna.until_decided("agent_state_changed", state="ready")
        assert forced.by == "supervisor/zoe"
        await zoe.until_state(SPACE.agent_state("anna"), state="ready", state_by="supervisor/zoe")
        reserved = await anna.until_decided("contact_reserved", contact_id="call-1")
        hers = {"contact_id": "call-1", "agent_id": "anna", "revision": reserved.revision}
        await anna.ok("accepted", **hers)
        late = await zoe.send("contact_moved", contact_id="call-1", queue_id="loans")
        assert (late.reason, late.have) == ("contact_not_waiting", "anna")
        assert late.message == "Contact call-1 no longer waits: agent anna has it."

        # Ben may not transfer it, Anna may: the bridge hears from whom, and where to.
        assert (
            await ben.send("contact_transferred", contact_id="call-1", to_queue_id="loans")
        ).status == "rejected"
        await anna.ok("contact_transferred", contact_id="call-1", to_queue_id="loans")
        moved = await bridge.until_decided("contact_requeued", contact_id="call-1")
        assert (moved.from_agent_id, moved.queue_id) == ("anna", "loans")
        his = await bridge.until_decided("contact_reserved", agent_id="ben")
        assert his.decision_id.split(".")[0] == moved.decision_id.split(".")[0]

        # Anna writes down what came of it.
        wrong = await anna.send("wrap_up_completed", **hers, disposition_code="sold", note=NOTE)
        assert (wrong.reason, wrong.have) == ("disposition_unknown", "solved, passed_on")
        too_long = await anna.send("wrap_up_completed", **hers, note=f"{NOTE} " * 100)
        assert too_long.reason == "field_wrong"
        assert "Özkan" not in str(too_long)
        await anna.ok("wrap_up_completed", **hers, disposition_code="passed_on", note=NOTE)
        outcome = await anna.until_decided("outcome_recorded", contact_id="call-1")
        assert outcome.disposition_code == "passed_on"
        assert await until_stored(engine) == [("passed_on", NOTE)]

        # Anna helps out at loans, and still does after a crash.
        await zoe.ok("agent_skills_changed", agent_id="anna", skills={"loans": 2})
        given = await anna.until_decided("agent_skills_set")
        assert (given.skills, given.own_skills) == ({"loans": 2}, {"cards": 3})
        await zoe.ok("alarm_acknowledged", alarm_id="rona:anna:1767600000000")
        await engine.kill()
        await engine.start()
        await bridge.ok("contact_arrived", contact_id="call-2", queue_id="loans")
        await anna.until_decided("contact_reserved", contact_id="call-2")

        zoes = [act_in_words(one) for one in acts(engine.journal, by="zoe")]
        assert zoes == [
            "contact call-1 given priority 5",
            "agent anna set ready",
            "contact call-1 moved to queue loans (refused: contact_not_waiting)",
            "agent anna has the skills loans 2",
            "alarm rona:anna:1767600000000 acknowledged",
        ]
        transfers = [one for one in latest_acts(engine.journal, 50) if "transferred" in one.type]
        assert [(one.by, one.refused) for one in transfers] == [
            ("agent/anna-desk", None),
            ("agent/ben-desk", "contact_not_with_agent"),
        ]
    assert "zkan" not in (engine.directory / "engine.log").read_text(encoding="utf-8")
