"""What no test of bad input can reach: an error in the engine's own code, and its pages."""

import asyncio
from pathlib import Path

import pytest

from config.loader import load_settings
from router.engine import RULES
from router.events import AgentReady, ContactArrived
from service.engine_service import EngineService
from service.running import running
from tests.support.brokers import HOST, MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import records_of
from tests.support.serving import EngineProcess

pytestmark = pytest.mark.mosquitto


def _broken(*_: object) -> None:
    raise ZeroDivisionError("a fault of ours")


async def test_error_in_a_step_stops_the_engine(
    tmp_path: Path, mosquitto: MosquittoProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispatcher must not stop silently, nor go on with a state that is half changed."""
    process = EngineProcess(tmp_path, mosquitto.port)
    service = EngineService(load_settings(process.config, {}), (HOST, mosquitto.port))
    await service.start()
    try:
        async with BusClient(mosquitto.port) as bridge:
            await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
            monkeypatch.setitem(RULES, AgentReady, _broken)
            bridge.publish(bridge.message("agent_ready", agent_id="anna"))
            bridge.publish(bridge.message("contact_arrived", contact_id="call-2", queue_id="cards"))
            await asyncio.wait_for(service.failed.wait(), 30)
            assert service.not_ready_because() == "the engine has failed: the log says why"
    finally:
        await service.stop()
    events = [one.event for one in await records_of(process.journal)]
    arrived = [one.contact_id for one in events if isinstance(one, ContactArrived)]
    assert arrived == ["call-1"]


async def test_pages_for_machines(engine: EngineProcess) -> None:
    assert await engine.get("/healthz") == (200, "ok")
    assert await engine.get("/readyz") == (200, "ok")
    assert await engine.metric("tidegate_ready") == 1
    assert await engine.metric('tidegate_queue_open{queue="cards"}') == 1
    status, words = await engine.get("/")
    assert status == 404
    assert "/metrics" in words


async def test_pages_answer_before_the_engine_is_ready(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    await mosquitto.kill()
    process = EngineProcess(tmp_path, mosquitto.port)
    settings = load_settings(process.config, {})
    async with running(settings, with_follower=False) as service:
        status, words = await process.get("/readyz")
        assert (status, words) == (503, f"no link to the MQTT broker at {HOST}:{mosquitto.port}")
        service.is_started = False
        status, words = await process.get("/readyz")
        assert (status, words) == (503, "the engine is starting: it reads its journal")
        assert await process.metric("tidegate_ready") == 0
        service.is_started = True
