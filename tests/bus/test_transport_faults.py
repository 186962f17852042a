"""The MQTT connection when links and brokers fail: it mends itself and says so."""

import asyncio
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bus.connection import ReceivedMessage
from bus.transport_errors import NotConnectedError, SubscriptionRefusedError
from tests.bus.conftest import AnyBroker
from tests.support.brokers import MosquittoProcess, free_port
from tests.support.mqtt import (
    PATIENCE_S,
    BrokerAddress,
    Connections,
    LinkRecorder,
    Received,
    eventually,
)


async def test_a_broker_restarted_in_the_middle(
    broker_process: AnyBroker, connections: Connections
) -> None:
    received, events = Received(acknowledge=False), LinkRecorder()
    client = await connections.open("client", received, events, backoff_max_s=0.2)
    await client.subscribe("first/#")
    client.publish("first/1", b"before")
    await received.until(1)
    await broker_process.stop()
    lost = (await events.until(2))[1]
    assert lost.startswith("lost: ")
    with pytest.raises(NotConnectedError, match="publish again after on_connected"):
        client.publish("first/2", b"during")
    await client.subscribe("second/#")  # remembered, subscribed when the link is back
    await broker_process.start()
    await events.until(3)
    client.ack(received.messages[0])  # of the old link: no effect
    client.publish("first/3", b"after")
    client.publish("second/1", b"after too")
    assert await received.until(3) == [b"before", b"after", b"after too"]
    assert events.events == ["connected", lost, "connected"]


async def test_connecting_before_there_is_a_broker(
    broker_process: AnyBroker,
    broker: BrokerAddress,
    connections: Connections,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await broker_process.stop()
    with capture_logs() as lines:
        client = connections.make("client", Received(), backoff_max_s=0.2)
        await eventually(lambda: len(lines) >= 3)
    assert not client.connected
    assert lines[2]["event"] == "mqtt_connect_failed"
    assert (lines[2]["host"], lines[2]["port"], lines[2]["attempt"]) == (*broker, 3)
    assert "refused" in lines[2]["reason"].lower()
    await broker_process.start()
    async with asyncio.timeout(PATIENCE_S):
        await client.wait_connected()
    assert [record for record in caplog.records if record.name != "asyncio"] == []


async def test_stop_while_there_is_no_broker(connections: Connections) -> None:
    nowhere = Connections(BrokerAddress("127.0.0.1", free_port()))
    before = asyncio.all_tasks()
    client = nowhere.make("client", Received())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        await client.stop()
    assert asyncio.all_tasks() == before
    with pytest.raises(NotConnectedError, match="stopped"):
        await client.wait_connected()


async def test_a_server_that_is_no_broker_is_given_up_at_once() -> None:
    """A port that accepts and closes, as a port forwarder does while its target is away."""

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(close, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with capture_logs() as lines:
        client = Connections(BrokerAddress("127.0.0.1", port)).make(
            "client", Received(), answer_timeout_s=PATIENCE_S, backoff_max_s=0.1
        )
        await eventually(lambda: len(lines) >= 2)
        await client.stop()
    server.close()
    assert {line["event"] for line in lines} == {"mqtt_connect_failed"}


async def test_waiting_ends_when_the_link_is_lost(connections: Connections) -> None:
    client = await connections.open("client")
    client.socket.shutdown(socket.SHUT_RDWR)
    waits = (client.publish_and_wait("t", b""), client.drained())
    async with asyncio.timeout(PATIENCE_S):
        results = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(result) for result in results] == [NotConnectedError, NotConnectedError]


@pytest.mark.mosquitto
async def test_what_was_not_acknowledged_comes_again(mosquitto_connections: Connections) -> None:
    """And a late acknowledgement over an old link does not take it away."""
    first = Received(acknowledge=False)
    engine = await mosquitto_connections.open("engine", first, clean_session=False)
    await engine.subscribe("event")
    writer = await mosquitto_connections.open("writer")
    for payload in (b"1", b"2", b"3"):
        await writer.publish_and_wait("event", payload)
    await first.until(3)
    engine.ack(first.messages[0])
    await engine.stop()
    second = Received(acknowledge=False)
    engine = await mosquitto_connections.open("engine", second, clean_session=False)
    assert await second.until(2) == [b"2", b"3"]
    engine.ack(first.messages[1])
    await engine.stop()
    third = Received()
    await mosquitto_connections.open("engine", third, clean_session=False)
    assert await third.until(2) == [b"2", b"3"]


@pytest.mark.mosquitto
async def test_the_link_itself_is_lost_and_kept_messages_come_again(
    mosquitto_connections: Connections,
) -> None:
    received, events = Received(acknowledge=False), LinkRecorder()
    engine = await mosquitto_connections.open("engine", received, events, clean_session=False)
    await engine.subscribe("event")
    await engine.publish_and_wait("event", b"1")
    await received.until(1)
    engine.socket.shutdown(socket.SHUT_RDWR)
    await events.until(3)
    await received.until(2)
    old, again = received.messages
    engine.ack(old)
    engine.ack(again)
    await engine.publish_and_wait("event", b"2")
    assert await received.until(3) == [b"1", b"1", b"2"]


@pytest.mark.mosquitto
async def test_a_frozen_broker_is_noticed_by_the_keep_alive(
    mosquitto_process: MosquittoProcess, mosquitto_connections: Connections
) -> None:
    events = LinkRecorder()
    client = await mosquitto_connections.open(
        "client", events=events, keepalive_s=1, answer_timeout_s=1.0, backoff_max_s=0.2
    )
    mosquitto_process.pause()
    waiting = asyncio.ensure_future(client.publish_and_wait("t", b"nobody answers"))
    try:
        await events.until(2)
        with pytest.raises(NotConnectedError):
            await waiting
    finally:
        mosquitto_process.resume()
    await events.until(3)
    await client.publish_and_wait("t", b"back")


@pytest.mark.mosquitto
async def test_a_payload_above_the_broker_s_limit_costs_the_link_but_not_the_client(
    mosquitto_connections: Connections,
) -> None:
    received, events = Received(), LinkRecorder()
    client = await mosquitto_connections.open("client", received, events)
    await client.subscribe("t")
    client.publish("t", bytes(5 * 1_048_576))
    await events.until(3)
    client.publish("t", b"goes on")
    assert await received.until(1) == [b"goes on"]


@pytest.mark.mosquitto
async def test_a_reader_that_is_slow_loses_nothing_with_the_shipped_settings(
    mosquitto_connections: Connections,
) -> None:
    """With Mosquitto's defaults 1,020 of these messages arrive."""
    held: list[ReceivedMessage] = []
    received = Received()
    target = held.append
    reader = await mosquitto_connections.open("reader", lambda message: target(message))
    await reader.subscribe("t")
    writer = await mosquitto_connections.open("writer")
    for number in range(10_000):
        writer.publish("t", b"%d" % number)
        if writer.outstanding > 2_000:
            await writer.drained(below=1_000)
    await writer.drained()
    first, target = list(held), received
    for message in first:
        reader.ack(message)
    await received.until(10_000 - len(first))
    assert [m.payload for m in first] + received.payloads == [b"%d" % n for n in range(10_000)]


@pytest.mark.mosquitto
async def test_a_refusal_is_told_with_the_broker_s_reason(tmp_path: Path) -> None:
    async with MosquittoProcess(tmp_path, extra_settings="\nallow_anonymous false\n") as broker:
        with capture_logs() as lines:
            client = Connections(BrokerAddress(broker.host, broker.port)).make("c", Received())
            await eventually(lambda: lines)
            await client.stop()
    assert lines[0]["reason"] == "refused by the broker: Not authorized"


async def test_a_refused_subscription_is_told_and_forgotten() -> None:
    """Mosquitto grants everything and filters later, so a server that refuses plays the broker."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"\x20\x02\x00\x00")  # CONNACK
        while request := await reader.read(1000):
            if request[0] == 0x82:  # SUBSCRIBE: the first filter granted, the second refused
                writer.write(b"\x90\x04" + request[2:4] + b"\x01\x80")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1])
    connections, events = Connections(address), LinkRecorder()
    client = await connections.open("client", events=events)
    with pytest.raises(SubscriptionRefusedError, match="subscription to other:"):
        await client.subscribe("allowed", "other")
    client.socket.shutdown(socket.SHUT_RDWR)
    assert (await events.until(3))[2] == "connected"
    await connections.close()
    server.close()
