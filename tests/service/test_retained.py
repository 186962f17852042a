"""The retained objects of a running engine beside Mosquitto, also after its follower is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bus.topics import Role
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.serving import SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

CENTRE = """
[alarms]
raise_after_ms = 0
clear_after_ms = 0

[[queues]]
queue_id = "cards"
name = "Cards"
requires = { banking = 1 }
wrap_up = { kind = "none" }
service_level = { target_ratio = 0.9, threshold_ms = 60000 }
gate = { policy = "always" }

[[queues]]
queue_id = "loans"
requires = { banking = 1 }

[[agents]]
agent_id = "anna"
name = "Anna Keller"
team = "morning"
skills = { banking = 3 }
certificates = { cards = "none", loans = "2020-01-01" }
learner = true
"""
QUEUE, WAITING, DAY = (
    SPACE.queue_state("cards"),
    SPACE.waiting_state("cards"),
    SPACE.day_state("cards"),
)
ANNA = SPACE.agent_state("anna")


async def served(bridge: BusClient, contact_id: str) -> None:
    """Anna serves one contact."""
    await bridge.ok("contact_arrived", contact_id=contact_id, queue_id="cards")
    await bridge.until_decided("contact_reserved", contact_id=contact_id)
    hers = {"contact_id": contact_id, "agent_id": "anna"}
    await bridge.ok("accepted", **hers)
    await bridge.ok("contact_ended", contact_id=contact_id)


def alarms(reader: BusClient) -> dict[str, dict[str, Any]]:
    """The alarms that stand, by code."""
    return {one["code"]: one for topic, one in reader.states.items() if "/alarm/" in topic}


def follower_of(engine: EngineProcess) -> int:
    """The process id of the engine's follower: the child that has the outcome store open."""
    for child in (
        Path(f"/proc/{engine.process.pid}/task/{engine.process.pid}/children").read_text().split()
    ):
        if any("outcomes.db" in str(one.resolve()) for one in Path(f"/proc/{child}/fd").iterdir()):
            return int(child)
    raise AssertionError("the engine has no follower")


@pytest.mark.parametrize("snapshots", [600_000, 1_000])
async def test_late_readers_find_everything_and_so_they_do_after_the_follower_was_killed(
    tmp_path: Path, mosquitto: MosquittoProcess, snapshots: int
) -> None:
    """It goes on from the figures on the disk, and without any from the day's records."""
    journal = f"snapshot_every_ms = {snapshots}"
    async with (
        EngineProcess(tmp_path, mosquitto.port, CENTRE, journal=journal) as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.SUPERVISOR, "zoe") as zoe,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        for number in range(3):
            await served(bridge, f"c{number}")
        await bridge.ok(
            "contact_arrived", contact_id="lost", queue_id="cards", requires={"french": 2}
        )
        await bridge.ok("contact_ended", contact_id="lost")
        await bridge.ok("contact_arrived", contact_id="c7", queue_id="cards", reason="lost_card")
        await bridge.until_decided("contact_reserved", contact_id="c7")
        await bridge.ok("accepted", contact_id="c7", agent_id="anna")
        waits = {"contact_id": "w1", "queue_id": "cards", "customer_id": "customer-1"}
        last = await bridge.ok("contact_arrived", **waits, requires={"banking": 2})
        await zoe.ok("emergency_declared", reason="fire")

        first = await everything(mosquitto, "first", last.seq)
        check(first)
        figures = tmp_path / "figures"
        if snapshots == 1_000:
            await zoe.until(lambda: any(figures.glob("*.snapshot")))
        else:
            assert not figures.exists()
        os.kill(follower_of(engine), signal.SIGKILL)
        await zoe.ok("emergency_cleared")
        await bridge.ok("contact_arrived", contact_id="w2", queue_id="cards")
        async with BusClient(mosquitto.port, Role.SUPERVISOR, "reader") as reader:
            await reader.watch(f"{SPACE.base}/state/#")
            queue = await reader.until_state(QUEUE, waiting=2)
            assert queue["today"]["arrived"] == 7
            assert queue["today"]["accepted"] == 4
            await reader.until_state(WAITING, total=2)
            await reader.until(lambda: "emergency" not in alarms(reader))
            await bridge.ok("contact_ended", contact_id="c7")
            await reader.until(lambda: reader.states[ANNA]["today"]["handled"] == 4)
            assert reader.states[ANNA]["today"]["accepted_contacts"] >= 4
            await reader.until(lambda: sum(s[0] for s in reader.states[DAY]["slots"]) == 7)


async def everything(mosquitto: MosquittoProcess, name: str, seq: int) -> dict[str, dict[str, Any]]:
    """What a reader who joins now finds, once it is as new as record `seq`."""
    async with BusClient(mosquitto.port, Role.SUPERVISOR, name) as reader:
        await reader.watch(f"{SPACE.base}/state/#")
        await reader.until(lambda: reader.states.get(QUEUE, {}).get("sequence", 0) >= seq)
        await reader.until(lambda: "emergency" in alarms(reader))
        await reader.until(lambda: reader.states.get(WAITING, {}).get("total") == 1)
        await reader.until(lambda: reader.states[SPACE.engine_state]["emergency"] is not None)
        await reader.until(lambda: reader.states[ANNA]["contacts"] != [])
        await reader.until(
            lambda: sum(slot[0] for slot in reader.states.get(DAY, {"slots": []})["slots"]) == 6
        )
        return dict(reader.states)


def check(found: dict[str, dict[str, Any]]) -> None:
    queue, anna = found[QUEUE], found[ANNA]
    assert (queue["name"], queue["service_level_target_ratio"]) == ("Cards", 0.9)
    assert queue["threshold_ms"] == 60_000
    today = queue["today"]
    assert (today["arrived"], today["accepted"], today["abandoned"]) == (6, 4, 1)
    assert queue["gate"]["policy"] == "always"
    assert queue["gate"]["changes"][0]["reason"] == "emergency"
    waiting = found[WAITING]["contacts"]
    assert [(one["contact_id"], one["customer_id"]) for one in waiting] == [("w1", "customer-1")]
    assert waiting[0]["requires"] == ["banking"]
    assert (anna["name"], anna["team"], anna["is_learner"]) == ("Anna Keller", "morning", True)
    assert (anna["skills"], anna["certificates"]) == ({"banking": 3}, ["cards"])
    assert sorted(anna["queues"]) == ["cards", "loans"]
    assert anna["contacts"][0]["reason"] == "lost_card"
    assert (anna["today"]["handled"], anna["today"]["accepted_contacts"]) == (3, 4)
    emergency = found[SPACE.engine_state]["emergency"]
    assert (emergency["reason"], emergency["by"]) == ("fire", "supervisor/zoe")
    alarm = next(one for one in found.values() if one.get("code") == "emergency")
    assert alarm["alarm_id"] == f"emergency:engine:{emergency['since_ms']}"
    assert found[SPACE.marketing_state]["presented"] == 0


async def test_an_alarm_is_acknowledged_and_a_queue_that_goes_is_cleared(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    async with (
        EngineProcess(tmp_path, mosquitto.port, CENTRE) as engine,
        BusClient(mosquitto.port) as bridge,
        BusClient(mosquitto.port, Role.SUPERVISOR, "zoe") as zoe,
    ):
        await zoe.watch(f"{SPACE.base}/state/#")
        await bridge.ok("contact_arrived", contact_id="c1", queue_id="loans")
        await zoe.until(lambda: "nobody_signed_in" in alarms(zoe))
        alarm = alarms(zoe)["nobody_signed_in"]
        assert (alarm["queue_id"], alarm["severity"]) == ("loans", "critical")
        assert alarm["alarm_id"] == f"nobody_signed_in:loans:{alarm['since_ms']}"
        await zoe.ok("alarm_acknowledged", alarm_id=alarm["alarm_id"])
        await zoe.until(lambda: alarms(zoe)["nobody_signed_in"]["acknowledged"] is not None)
        assert alarms(zoe)["nobody_signed_in"]["acknowledged"]["by"] == "supervisor/zoe"
        os.kill(follower_of(engine), signal.SIGKILL)
        await bridge.ok("contact_arrived", contact_id="c2", queue_id="loans")
        await zoe.until_state(SPACE.queue_state("loans"), waiting=2)
        await zoe.until(lambda: alarms(zoe)["nobody_signed_in"]["values"] == {"waiting": 2})
        assert alarms(zoe)["nobody_signed_in"]["alarm_id"] == alarm["alarm_id"]
        for contact_id in ("c1", "c2"):
            await bridge.ok("contact_ended", contact_id=contact_id)
        await zoe.until(lambda: "nobody_signed_in" not in alarms(zoe))
        start = CENTRE.index('[[queues]]\nqueue_id = "loans"')
        end = CENTRE.index("[[agents]]")
        engine.configure(CENTRE[:start] + CENTRE[end:])
        engine.signal(signal.SIGHUP)
        await zoe.until(lambda: not any(topic.endswith("/loans") for topic in zoe.states))
