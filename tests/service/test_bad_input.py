"""What should not come, comes: each is answered with a reason, kept, counted, and nothing stops."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bus.topics import Role
from contacts.vocabulary import Disposition
from outcomes.journal_reader import open_read_only
from router import decisions as d
from tests.support.client import BusClient
from tests.support.crashing import records_of
from tests.support.serving import SPACE, EngineProcess

pytestmark = pytest.mark.mosquitto

ARRIVAL = {"type": "contact_arrived", "contact_id": "call-x", "queue_id": "cards"}

FAULTY: dict[str, tuple[bytes | dict[str, Any], str]] = {
    "malformed": (b'{"type": "contact_arrived", "event_id": "bad-1", "correlation_id": "k",', ""),
    "no-json": (b"\xff\xfe\x00", "malformed"),
    "a-list": (b"[1, 2]", "malformed"),
    "unknown-type": ({"type": "contact_arived"}, "type_unknown"),
    "no-type": ({"contact_id": "call-x"}, "field_missing"),
    "missing-field": ({"type": "contact_arrived", "contact_id": "call-x"}, "field_missing"),
    "wrong-type": ({**ARRIVAL, "priority": "5"}, "field_wrong"),
    "out-of-bounds": ({**ARRIVAL, "priority": 100}, "field_wrong"),
    "slash": ({**ARRIVAL, "contact_id": "call/1"}, "field_wrong"),
    "wildcard": ({**ARRIVAL, "queue_id": "+"}, "field_wrong"),
    "hash": ({"type": "agent_ready", "agent_id": "anna/#"}, "field_wrong"),
    "other-version": ({**ARRIVAL, "v": 2}, "version_unknown"),
    "wrong-role": ({"type": "queue_closed", "queue_id": "cards"}, "role_forbids"),
    "huge": ({**ARRIVAL, "reason": "x" * 1_048_576}, "too_large"),
}


def _rejected(journal: Path) -> list[tuple[str, str | None, bytes]]:
    connection = open_read_only(journal)
    rows = connection.execute(
        "SELECT reason, correlation_id, payload FROM rejected_messages ORDER BY id"
    ).fetchall()
    connection.close()
    return rows


async def test_faulty_messages_are_answered_kept_and_counted(engine: EngineProcess) -> None:
    async with BusClient(engine.broker_port) as bridge:
        for number, (name, (fault, reason)) in enumerate(FAULTY.items(), 1):
            message = fault
            if isinstance(fault, dict):
                message = {"event_id": f"bad-{name}", "correlation_id": f"k-{name}", **fault}
            bridge.publish(message)
            await bridge.until(lambda n=number: len(bridge.all_replies) >= n)  # type: ignore[misc]
            reply = bridge.all_replies[-1]
            assert (reply.status, reply.reason) == ("rejected", reason or "malformed"), name
            assert reply.message, name
            if isinstance(message, dict):
                assert reply.event_id == f"bad-{name}"
                assert reply.correlation_id == f"k-{name}"
        assert bridge.all_replies[0].event_id == "bad-1"  # found in what is no JSON
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")

    kept = _rejected(engine.journal)
    assert [reason for reason, _, _ in kept] == [one or "malformed" for _, one in FAULTY.values()]
    assert kept[0][2] == FAULTY["malformed"][0]
    assert kept[3][1] == "k-unknown-type"
    for reason in {one for _, one in FAULTY.values()} - {""}:
        count = sum(1 for _, one in FAULTY.values() if (one or "malformed") == reason)
        name = f'tidegate_messages_total{{rejection="{reason}",type="none"}}'
        assert await engine.metric(name) == count, reason
    assert (await engine.get("/readyz"))[0] == 200


async def test_topics_that_are_none_of_ours(engine: EngineProcess) -> None:
    """Nobody can be answered; it is kept all the same."""
    async with BusClient(engine.broker_port) as bridge:
        payload = json.dumps({**ARRIVAL, "event_id": "lost-1"}).encode()
        bridge.connection.publish(f"{SPACE.base}/in/janitor/pbx-1", payload)
        bridge.connection.publish(f"{SPACE.base}/in/bridge/pbx 1", payload)
        await bridge.ok("contact_arrived", contact_id="call-1", queue_id="cards")
        assert len(bridge.all_replies) == 1
    assert [reason for reason, _, _ in _rejected(engine.journal)] == ["topic_wrong"] * 2


async def test_repeats_and_orders_that_cannot_be(engine: EngineProcess) -> None:
    """Duplicates, words out of order, and words about what is not there."""
    async with (
        BusClient(engine.broker_port) as bridge,
        BusClient(engine.broker_port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        hers = {"contact_id": "call-1", "agent_id": "anna"}
        early = await anna.send("accepted", **hers)
        assert (early.status, early.reason) == ("rejected", "agent_unknown")
        unknown = await bridge.send("contact_ended", contact_id="call-1", correlation_id="k-1")
        assert (unknown.reason, unknown.correlation_id) == ("contact_unknown", "k-1")

        await anna.ok("agent_signed_in", agent_id="anna", ready=True)
        first = await bridge.ok("contact_arrived", event_id="a-1", **_call(1))
        again = await bridge.ok("contact_arrived", event_id="a-1", **_call(1))
        assert again == first
        twice = await bridge.send("contact_arrived", event_id="a-2", **_call(1))
        assert (twice.status, twice.reason) == ("rejected", "contact_exists")
        once_more = await bridge.send("contact_arrived", event_id="a-2", **_call(1))
        assert once_more == twice

        reserved = await anna.until_decided("contact_reserved", contact_id="call-1")
        held = await anna.send("held", **hers)
        assert (held.status, held.reason) == ("rejected", "state_forbids")
        stale = await anna.send("accepted", revision=reserved.revision + 7, **hers)
        assert (stale.reason, stale.have) == ("revision_stale", str(reserved.revision))
        await anna.ok("accepted", **hers)
        await bridge.ok("contact_ended", contact_id="call-1")
        ended_twice = await bridge.send("contact_ended", contact_id="call-1")
        assert ended_twice.reason == "contact_unknown"
        assert len(anna.decided("contact_reserved")) == 1
        assert await engine.metric("tidegate_repeats_total") >= 2


def _call(number: int) -> dict[str, str]:
    return {"contact_id": f"call-{number}", "queue_id": "cards"}


async def test_two_agents_with_one_id(engine: EngineProcess) -> None:
    port = engine.broker_port
    async with (
        BusClient(port, Role.AGENT, "desk-1", agent_id="anna") as first,
        BusClient(port, Role.AGENT, "desk-2", agent_id="anna") as second,
    ):
        await first.ok("agent_signed_in", agent_id="anna", ready=True)
        refused = await second.send("agent_signed_in", agent_id="anna", ready=True)
        assert (refused.reason, refused.have) == ("agent_signed_in_elsewhere", "agent/desk-1")
        foreign = await second.send("agent_not_ready", agent_id="anna", reason="lunch")
        assert foreign.reason == "agent_signed_in_elsewhere"
        await second.ok("agent_signed_in", agent_id="anna", take_over=True)
        late = await first.send("agent_not_ready", agent_id="anna", reason="lunch")
        assert late.reason == "agent_signed_in_elsewhere"
        await second.ok("agent_not_ready", agent_id="anna", reason="lunch")


async def test_bridge_speaks_for_agents(engine: EngineProcess) -> None:
    port = engine.broker_port
    async with (
        BusClient(port) as bridge,
        BusClient(port, Role.AGENT, "anna-desk", agent_id="anna") as anna,
    ):
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", **_call(1))
        await anna.until_decided("contact_reserved", contact_id="call-1")
        await bridge.ok("accepted", contact_id="call-1", agent_id="anna")
        await anna.ok("agent_signed_in", agent_id="anna")
        await anna.ok("held", contact_id="call-1", agent_id="anna")
        await bridge.ok("resumed", contact_id="call-1", agent_id="anna")


async def test_other_peoples_clocks(engine: EngineProcess) -> None:
    """Senders' clocks are hours off and go backwards; the engine's times do neither."""
    day_ms = 86_400_000
    now_ms = time.time_ns() // 1_000_000
    async with BusClient(engine.broker_port) as bridge:
        moments = (now_ms + day_ms, now_ms - day_ms, 0, now_ms)
        replies = [
            await bridge.ok("contact_arrived", occurred_at_ms=moment, **_call(number))
            for number, moment in enumerate(moments)
        ]
        expired = await bridge.send(
            "contact_arrived", expires_at_ms=now_ms - 1_000, correlation_id="k", **_call(9)
        )
        assert (expired.status, expired.reason, expired.correlation_id) == (
            "rejected",
            "expired",
            "k",
        )
        await bridge.ok("contact_ended", contact_id="call-0", occurred_at_ms=0)
        ticked = await _as_supervisor(engine, "clock_ticked", at_ms=now_ms + day_ms)
        assert ticked.reason == "role_forbids"
    times = [reply.at_ms for reply in replies]
    assert times == sorted(times)  # type: ignore[type-var]
    assert abs(times[0] - now_ms) < day_ms / 24  # type: ignore[operator]
    assert await engine.metric("tidegate_clock_skewed_total") == 4
    assert [reason for reason, _, _ in _rejected(engine.journal)] == []


async def _as_supervisor(engine: EngineProcess, type_: str, **fields: Any) -> Any:
    async with BusClient(engine.broker_port, Role.SUPERVISOR, "zoe") as supervisor:
        return await supervisor.send(type_, **fields)


async def test_accept_after_the_time_out(engine: EngineProcess) -> None:
    """No answer in time: the contact is somebody else's, and the agent's late word is refused."""
    engine.configure('[[queues]]\nqueue_id = "cards"\nring_timeout_ms = 1000')
    await engine.stop()
    await engine.start()
    port = engine.broker_port
    async with BusClient(port) as bridge:
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", **_call(1))
        first = await bridge.until_decided("contact_reserved", agent_id="anna")
        await bridge.ok("ringing", contact_id="call-1", agent_id="anna", revision=first.revision)
        await bridge.ok("agent_signed_in", agent_id="ben", ready=True)
        timed_out = await bridge.until_decided("reservation_timed_out", contact_id="call-1")
        assert (timed_out.agent_id, timed_out.charged) == ("anna", True)
        await bridge.until_decided("contact_reserved", agent_id="ben")
        late = await bridge.send(
            "accepted", contact_id="call-1", agent_id="anna", revision=first.revision
        )
        assert (late.status, late.reason) == ("rejected", "revision_stale")
        await bridge.ok("accepted", contact_id="call-1", agent_id="ben")


async def test_personal_data_stays_out_of_the_log(engine: EngineProcess) -> None:
    secret = {"customer_id": "customer-4711", "reason": "divorce-loan"}
    async with BusClient(engine.broker_port) as bridge:
        await bridge.ok("agent_signed_in", agent_id="anna", ready=True)
        await bridge.ok("contact_arrived", **_call(1), **secret)
        await bridge.send("contact_arrived", **_call(2), **secret, priority="high")
        bridge.publish(b'{"type": "contact_arrived", "customer_id": "customer-4711", ')
        await bridge.ok("accepted", contact_id="call-1", agent_id="anna")
        await bridge.ok("contact_ended", contact_id="call-1")
        await bridge.ok("wrap_up_completed", contact_id="call-1", agent_id="anna")
    assert await engine.stop() == 0
    assert len(engine.logged("message_rejected")) == 2
    assert "4711" not in engine.log()
    assert "divorce" not in engine.log()
    made = [one for record in await records_of(engine.journal) for one in record.decisions]
    outcomes = [one for one in made if isinstance(one, d.OutcomeRecorded)]
    assert [(one.customer_id, one.disposition) for one in outcomes] == [
        ("customer-4711", Disposition.COMPLETED)
    ]


async def test_an_event_id_of_another_client_is_refused_with_who_used_it(
    engine: EngineProcess,
) -> None:
    async with (
        BusClient(engine.broker_port, name="pbx-1") as first,
        BusClient(engine.broker_port, name="pbx-2") as second,
    ):
        message = {"event_id": "1", "contact_id": "c1", "queue_id": "cards"}
        await first.ok("contact_arrived", **message)
        refused = await second.send("contact_arrived", **(message | {"contact_id": "c2"}))
        assert (refused.status, refused.reason) == ("rejected", "event_id_reused")
        assert refused.have == "bridge/pbx-1"
