"""A reader whose connection takes nothing is dropped, and others go on."""

from __future__ import annotations

import asyncio

import pytest

from dashboard import readers
from tests.dashboard.test_feed import retain
from tests.support.brokers import HOST
from tests.support.client import BusClient
from tests.support.dashboard import PATIENCE_S, RunningDashboard, events

pytestmark = pytest.mark.mosquitto
LARGE = "x" * 200_000


async def test_one_that_takes_nothing_is_dropped(
    dashboard: RunningDashboard, publisher: BusClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "TAKES_NOTHING_S", 0.5)
    monkeypatch.setattr(readers, "PING_S", 0.6)
    stalled, writer = await asyncio.open_connection(HOST, dashboard.port, limit=1_024)
    lines = ("GET /api/v1/feed HTTP/1.1", f"Host: {HOST}")
    token = dashboard.headers("boss")["Authorization"]
    writer.write(("\r\n".join([*lines, f"Authorization: {token}"]) + "\r\n\r\n").encode())
    await stalled.readline()
    async with (
        dashboard.client("boss") as client,
        client.stream("GET", "/api/v1/feed?kinds=queue") as response,
    ):
        stream = events(response)
        await anext(stream)
        seen = 0
        for number in range(60):  # 12 MB: more than the kernel keeps for one that does not read
            await retain(publisher, "queue/cards", {"n": number, "large": LARGE})
            while seen < number:
                _, _, told = await anext(stream)
                seen = max([seen, *(one["value"]["n"] for one in told.get("changes", ()))])
                break
        async with asyncio.timeout(PATIENCE_S):
            while await stalled.read(65_536):  # what was on its way, then the end
                pass
        await retain(publisher, "queue/cards", {"n": 1_000})
        async with asyncio.timeout(PATIENCE_S):
            async for _, _, told in stream:
                if any(one["value"]["n"] == 1_000 for one in told.get("changes", ())):
                    break
    writer.close()
