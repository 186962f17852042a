"""Surveys and schedules over a real broker, into a running engine, and out as a scorecard."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from bus.topics import Role
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.serving import PROGRAM, EngineProcess

QUEUES = """
[[queues]]
queue_id = "cards"
wrap_up = { kind = "none" }

[[agents]]
agent_id = "anna"
team = "north"
"""
HOUR_MS = 3_600_000
LATE_MS = 500


async def scorecard(journal: Path) -> dict[str, Any]:
    """What the command prints about today while the engine runs."""
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        *("scorecard", "--from", "yesterday", "--by", "team", "--json"),
        *("--journal", str(journal)),
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(printed)
    return found


async def test_answers_and_schedules_reach_the_scorecard_across_a_crash(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    process = EngineProcess(tmp_path, mosquitto.port, QUEUES)
    async with (
        process as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
        BusClient(mosquitto.port, Role.SUPERVISOR, "sam") as supervisor,
    ):
        now_ms = round(time.time() * 1000)
        hours = {"from_ms": now_ms, "until_ms": now_ms + HOUR_MS}
        work = {**hours, "activity": "work"}
        await supervisor.ok("schedule_published", agent_id="anna", **hours, spans=[work])
        await asyncio.sleep(LATE_MS / 1000)
        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", contact_id="c1", queue_id="cards")
        await bridge.until_decided("contact_reserved", contact_id="c1")
        await anna.ok("accepted", contact_id="c1", agent_id="anna")
        await bridge.ok("contact_ended", contact_id="c1")
        await engine.kill()
        await engine.start()
        await bridge.ok("survey_answered", contact_id="c1", score=9, least=0, most=10)
        unknown = await bridge.send("survey_answered", contact_id="c2", score=5)
        assert (unknown.status, unknown.reason) == ("rejected", "contact_not_handled")
        off = await bridge.send("survey_answered", contact_id="c1", score=6)
        assert (off.status, off.reason) == ("rejected", "field_wrong")
        assert "must be from least, 1, to most, 5" in (off.detail or "")
        own = await anna.send("survey_answered", contact_id="c1", score=5)
        assert (own.status, own.reason) == ("rejected", "role_forbids")
        found = await scorecard(engine.journal)
    [north] = found["cards"]
    assert (north["name"], north["handled"], north["surveys"]) == ("north", 1, 1)
    assert north["satisfaction_ratio"] == 0.9
    assert "adherence_ratio" not in found["not_measured"]
    assert north["scheduled_ms"] >= LATE_MS
    assert 0.0 < north["adherence_ratio"] < 1.0, "half a second late"
