"""More than the engine can make durable: new contacts are answered busy, and nothing gets lost."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from router import events as e
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import records_of
from tests.support.serving import EngineProcess

ARRIVALS = 600


@pytest.mark.mosquitto
async def test_arrivals_are_journaled_or_answered_busy(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    small = "max_backlog_records = 10\nbusy_retry_after_ms = 250"
    async with (
        EngineProcess(tmp_path, mosquitto.port, bus=small) as engine,
        BusClient(mosquitto.port) as bridge,
    ):
        for number in range(ARRIVALS):
            bridge.publish(
                bridge.message("contact_arrived", contact_id=f"call-{number}", queue_id="cards")
            )
        await bridge.until(lambda: len(bridge.replies) == ARRIVALS)
        status = Counter(one.status for one in bridge.replies.values())
        busy = [one for one in bridge.replies.values() if one.status == "busy"]
        assert busy
        assert {one.retry_after_ms for one in busy} == {250}
        assert status["ok"] + status["busy"] == ARRIVALS
        assert await engine.metric("tidegate_busy_total") == status["busy"]
        assert len(await _journaled(engine)) == status["ok"]

        for first in range(0, len(busy), 8):  # no more at a time than there is room for
            few = busy[first : first + 8]
            await asyncio.gather(*(_send_again(bridge, one.event_id or "") for one in few))
        assert await engine.metric("tidegate_contacts") == ARRIVALS
        assert await engine.stop() == 0
        assert len(await _journaled(engine)) == ARRIVALS


async def _send_again(bridge: BusClient, event_id: str) -> None:
    """Send a contact again until there is room, under the id it had."""
    number = int(event_id.rsplit("-", 1)[1]) - 1
    await bridge.ok(
        "contact_arrived", event_id=event_id, contact_id=f"call-{number}", queue_id="cards"
    )


async def _journaled(engine: EngineProcess) -> set[str]:
    records = await records_of(engine.journal)
    return {one.event.event_id for one in records if isinstance(one.event, e.ContactArrived)}
