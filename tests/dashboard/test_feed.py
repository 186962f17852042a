"""The feed over HTTP: snapshot, changes, resuming, removal, a broker that goes and comes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.dashboard import PATIENCE_S, RunningDashboard, events
from tests.support.serving import SPACE

pytestmark = pytest.mark.mosquitto


async def retain(publisher: BusClient, rest: str, value: dict[str, Any] | None) -> None:
    payload = b"" if value is None else json.dumps(value).encode()
    topic = f"{SPACE.base}/state/{rest}"
    await publisher.connection.publish_and_wait(topic, payload, retain=True)


async def snapshot(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/snapshot", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def until_objects(client: httpx.AsyncClient, wanted: dict[str, Any]) -> dict[str, Any]:
    """Wait until the snapshot has exactly these objects, besides the dashboard's own."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await snapshot(client)
            objects = {
                f"{one['kind']}/{one['id']}".rstrip("/"): one["value"]
                for one in found["objects"]
                if one["kind"] != "dashboard"
            }
            if found["is_live"] and objects == wanted:
                return found
            await asyncio.sleep(0.05)


async def test_what_was_retained_before_and_after_is_there(
    mosquitto: MosquittoProcess, dashboard: RunningDashboard, publisher: BusClient
) -> None:
    queue, engine = {"epoch": 1, "waiting": 3}, {"epoch": 1, "at_ms": 77, "status": "ready"}
    async with dashboard.client("guest") as client:
        await retain(publisher, "queue/cards", queue)
        await retain(publisher, "engine", engine)
        found = await until_objects(client, {"queue/cards": queue, "engine": engine})
        assert (found["epoch"], found["at_ms"]) == (1, 77)
        only = await snapshot(client, kinds="engine")
        assert [one["kind"] for one in only["objects"]] == ["engine"]
        await retain(publisher, "queue/cards", None)
        await until_objects(client, {"engine": engine})


async def test_changes_come_after_the_snapshot_and_a_reader_resumes(
    dashboard: RunningDashboard, publisher: BusClient
) -> None:
    async with dashboard.client("boss") as client:
        await retain(publisher, "queue/cards", {"n": 1})
        await retain(publisher, "queue/loans", {"n": 1})
        await until_objects(client, {"queue/cards": {"n": 1}, "queue/loans": {"n": 1}})
        async with client.stream("GET", "/api/v1/feed?kinds=queue") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            stream = events(response)
            event, place, told = await anext(stream)
            assert (event, len(told["objects"]), str(told["feed"])) == ("snapshot", 2, place)
            await retain(publisher, "queue/cards", {"n": 2})
            event, place, told = await anext(stream)
            assert (event, told["after"]) == ("changes", told["feed"] - 1)
            assert told["changes"] == [{"kind": "queue", "id": "cards", "value": {"n": 2}}]
        for number in range(3, 6):
            await retain(publisher, "queue/cards", {"n": number})
        await retain(publisher, "queue/loans", None)
        await until_objects(client, {"queue/cards": {"n": 5}})
        async with client.stream(
            "GET", "/api/v1/feed?kinds=queue", headers={"Last-Event-ID": place}
        ) as response:
            gathered: dict[str, Any] = {}
            async for event, _, told in events(response):
                assert event in ("changes", "ping"), "what it has is not sent again"
                gathered |= {one["id"]: one["value"] for one in told.get("changes", ())}
                if len(gathered) == 2:
                    break
            assert gathered == {"cards": {"n": 5}, "loans": None}


@pytest.mark.parametrize("place", ["5", "9999999999999999999", "nonsense", ""])
async def test_an_unknown_place_gets_a_snapshot(dashboard: RunningDashboard, place: str) -> None:
    headers = {"Last-Event-ID": place}
    async with (
        dashboard.client("boss") as client,
        client.stream("GET", "/api/v1/feed", headers=headers) as response,
    ):
        event, _, _ = await anext(events(response))
        assert event == "snapshot"


async def test_what_vanished_while_the_broker_was_away_is_removed(
    mosquitto: MosquittoProcess, dashboard: RunningDashboard, publisher: BusClient
) -> None:
    """The shipped Mosquitto keeps retained messages in memory only when it is killed."""
    async with dashboard.client("boss") as client:
        await retain(publisher, "queue/cards", {"n": 1})
        await until_objects(client, {"queue/cards": {"n": 1}})
        await mosquitto.kill()
        async with asyncio.timeout(PATIENCE_S):
            while (await snapshot(client))["is_live"]:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.05)
        assert len((await snapshot(client, kinds="queue"))["objects"]) == 1, "shown meanwhile"
        await mosquitto.start()
        await publisher.connection.wait_connected()
        await retain(publisher, "queue/loans", {"n": 7})
        await until_objects(client, {"queue/loans": {"n": 7}})


async def test_the_catalogue_in_the_language_of_the_reader(
    dashboard: RunningDashboard, publisher: BusClient
) -> None:
    product = {
        "product_id": "gold",
        "category": "cards",
        "names": {"en": "Gold card", "zh": "金卡"},
        "value_milli": 5,
        "talking_points": {"en": ["No fee"]},
    }
    reasons = {"balance": {"en": "Balance", "zh": "余额"}}
    value = {"epoch": 1, "sequence": 1, "at_ms": 1, "version": "v7"}
    async with dashboard.client("anna") as client, dashboard.client("boss") as boss:
        assert (await client.get("/api/v1/catalogue")).json()["products"] == []
        whole = value | {"products": [product], "reasons": reasons}
        await retain(publisher, "catalogue", whole)
        await until_objects(boss, {"catalogue": whole})
        chinese = (await client.get("/api/v1/catalogue?lang=zh")).json()
        assert chinese["version"] == "v7"
        assert chinese["products"][0]["name"] == "金卡"
        assert chinese["products"][0]["talking_points"] == ["No fee"], "better than nothing"
        assert chinese["reasons"] == {"balance": "余额"}
        english = await client.get("/api/v1/catalogue", headers={"Accept-Language": "en-GB,en"})
        assert english.json()["products"][0]["name"] == "Gold card"


async def test_unreadable_state_is_passed_over(
    dashboard: RunningDashboard, publisher: BusClient
) -> None:
    async with dashboard.client("boss") as client:
        topic = f"{SPACE.base}/state/queue/broken"
        for payload in (b"{", b"[1]", b"\xff", b'{"epoch":"x"}'):
            await publisher.connection.publish_and_wait(topic, payload, retain=True)
        await retain(publisher, "queue/cards", {"n": 1})
        await until_objects(client, {"queue/cards": {"n": 1}})
