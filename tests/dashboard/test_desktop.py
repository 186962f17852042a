"""Desktops and commands against a real engine: what is sent, what is refused, what is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.dashboard import PATIENCE_S, RunningDashboard, running_dashboard
from tests.support.serving import EngineProcess

pytestmark = pytest.mark.mosquitto


@pytest.fixture
async def engine(tmp_path: Path, mosquitto: MosquittoProcess) -> AsyncIterator[EngineProcess]:
    async with EngineProcess(tmp_path, mosquitto.port) as process:
        yield process


@pytest.fixture
async def bridge(engine: EngineProcess) -> AsyncIterator[BusClient]:
    async with BusClient(engine.broker_port) as client:
        yield client


async def test_a_contact_from_ringing_to_wrap_up(
    dashboard: RunningDashboard, bridge: BusClient
) -> None:
    async with dashboard.desktop("anna") as anna, dashboard.client("anna") as client:
        hello = await anna.until("hello")
        assert (hello["agent_id"], hello["is_connected"]) == ("anna", True)
        signed_in = {"type": "agent_signed_in", "agent_id": "anna", "ready": True}
        reply = await anna.replied(event_id="e1", **signed_in)
        assert reply["status"] == "ok"
        again = await anna.replied(event_id="e1", **signed_in)
        assert again["seq"] == reply["seq"], "a repeat gets the first answer"
        await bridge.ok("contact_arrived", contact_id="c1", queue_id="cards", customer_id="k1")
        ringing = await anna.until("decision", type="contact_reserved")
        assert ringing["decision"]["contact_id"] == "c1"
        pop = (await client.get("/api/v1/contacts/c1")).json()
        assert (pop["queue_id"], pop["customer_id"], pop["history"]) == ("cards", "k1", [])
        assert (await client.get("/api/v1/contacts/c2")).status_code == 404
        for number, type_ in enumerate(("ringing", "accepted", "service_completed")):
            message = {"type": type_, "agent_id": "anna", "contact_id": "c1"}
            assert (await anna.replied(event_id=f"c1-{number}", **message))["status"] == "ok"
        await anna.until("object", agent_id="anna")
        async with dashboard.client("boss") as boss, dashboard.desktop("boss", "?watch=anna") as w:
            await w.until("object", agent_id="anna")
            await w.send(type="agent_ready", event_id="w1", agent_id="anna")
            assert (await boss.get("/api/v1/contacts/c1")).json()["customer_id"] == "k1"
            async with dashboard.client("anna") as other:
                assert (await other.get("/api/v1/contacts/c9")).status_code == 404


async def test_an_agent_speaks_only_for_itself(
    dashboard: RunningDashboard, engine: EngineProcess
) -> None:
    refused = [
        ({"type": "agent_signed_in", "agent_id": "bob"}, "role_forbids"),
        ({"type": "gate_overridden", "mode": "marketing"}, "role_forbids"),
        ({"type": "nonsense"}, "type_unknown"),
        ({"type": "agent_not_ready", "agent_id": "anna"}, "field_missing"),
        (
            {"type": "never_said", "customer_id": "k", "scope": "everything"}
            | {"is_taken_back": True},
            "role_forbids",
        ),
    ]
    async with dashboard.desktop("anna") as anna:
        for number, (message, reason) in enumerate(refused):
            reply = await anna.replied(event_id=f"x{number}", **message)
            assert (reply["status"], reply["reason"]) == ("rejected", reason), message
        await anna.socket.send("no json")
        frame = await anna.until("reply", reason="malformed")
        assert frame["reply"]["status"] == "rejected"


async def test_a_lost_desktop_is_told_after_the_grace_and_may_come_back(
    tmp_path: Path, mosquitto: MosquittoProcess, engine: EngineProcess
) -> None:
    async with running_dashboard(tmp_path, mosquitto.port, desktop_grace_ms=3_000) as dashboard:
        topic = None
        async with BusClient(mosquitto.port, "bridge", "reader") as reader:
            topic = reader.space.agent_state("anna")
            await reader.watch(topic)
            signed_in = {"type": "agent_signed_in", "agent_id": "anna", "ready": True}
            async with dashboard.desktop("anna") as anna:
                assert (await anna.replied(event_id="e1", **signed_in))["status"] == "ok"
                await reader.until_state(topic, lost=False, has_session=True)
            async with dashboard.desktop("anna") as anna:  # back within the grace
                await asyncio.sleep(3.5)
                assert not reader.states[topic]["lost"]
            await reader.until_state(topic, lost=True)
            async with dashboard.desktop("anna") as anna:
                reply = await anna.replied(event_id="e2", **signed_in)
                assert reply["status"] == "ok", "the same session goes on"
                await reader.until_state(topic, lost=False)


async def test_a_second_window_takes_over_the_first(
    dashboard: RunningDashboard, engine: EngineProcess
) -> None:
    async with dashboard.desktop("anna") as first:
        await first.until("hello")
        async with dashboard.desktop("anna") as second:
            await second.until("hello")
            await asyncio.wait_for(first.socket.wait_closed(), PATIENCE_S)
            assert first.socket.close_code == 4409
            message = {"type": "agent_signed_in", "agent_id": "anna"}
            assert (await second.replied(event_id="e1", **message))["status"] == "ok"


async def test_commands_are_answered_by_the_engine(
    dashboard: RunningDashboard, engine: EngineProcess
) -> None:
    gate = {"type": "gate_overridden", "queue_id": "cards", "mode": "marketing", "event_id": "g1"}
    async with dashboard.client("boss") as boss, dashboard.desktop("anna") as anna:
        await anna.until("object", queue_id="cards", mode="serving")
        done = await boss.post("/api/v1/commands", json=gate)
        assert (done.status_code, done.json()["status"]) == (200, "ok"), done.text
        again = await boss.post("/api/v1/commands", json=gate)
        assert again.json()["seq"] == done.json()["seq"], "safe to repeat"
        await anna.until("object", queue_id="cards", mode="marketing")
        wrong = {"type": "queue_closed", "queue_id": "nowhere"}
        rejected = await boss.post("/api/v1/commands", json=wrong)
        assert (rejected.status_code, rejected.json()["status"]) == (409, "rejected")
        for body in ({"type": "clock_ticked", "at_ms": 1}, {"type": "contact_ended"}, {}):
            assert (await boss.post("/api/v1/commands", json=body)).status_code == 422, body
        acts = (await boss.get("/api/v1/audit")).json()["acts"]
        assert [(one["by"], one["type"]) for one in acts][-1] == ("boss", "gate_overridden")
        assert acts[-1]["fields"]["mode"] == "marketing"


async def test_commands_while_the_engine_or_the_broker_is_away(
    dashboard: RunningDashboard, engine: EngineProcess, mosquitto: MosquittoProcess
) -> None:
    gate = {"type": "gate_overridden", "mode": "serving", "event_id": "g1"}
    async with dashboard.client("boss") as boss, dashboard.desktop("anna") as anna:
        await anna.until("object", status="ready")
        await engine.kill()
        assert (await boss.post("/api/v1/commands", json=gate)).status_code == 504
        await anna.until("object", status="lost")
        await engine.start()
        ready = await anna.until("object", status="ready")
        assert ready["value"]["epoch"] == 2
        assert (await boss.post("/api/v1/commands", json=gate)).status_code == 200
        await mosquitto.kill()
        frame = await anna.until("link")
        assert not frame["is_connected"]
        answer = await boss.post("/api/v1/commands", json=gate | {"event_id": "g2"})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
