"""The MQTT connection over both brokers: what goes in comes out, once, in order, or is refused."""

import asyncio
import socket

import pytest

from bus.connection import ReceivedMessage
from bus.connection_settings import Will
from bus.outstanding import OutgoingLimits
from bus.transport_errors import NotConnectedError, OutgoingFullError
from tests.support.mqtt import PATIENCE_S, Connections, LinkRecorder, Received


@pytest.mark.parametrize("qos", [0, 1])
async def test_messages_arrive_in_order(connections: Connections, qos: int) -> None:
    received = Received()
    reader = await connections.open("reader", received)
    await reader.subscribe("t/+/event", qos=qos)
    writer = await connections.open("writer")
    expected = [b"%d" % number for number in range(1000)]
    for payload in expected:
        writer.publish(f"t/{payload.decode()}/event", payload, qos=qos)
    writer.publish("t/1/other", b"not for the reader")
    assert await received.until(len(expected)) == expected
    assert [m.topic for m in received.messages[:2]] == ["t/0/event", "t/1/event"]
    await writer.drained()
    assert (writer.outstanding, writer.outstanding_bytes) == (0, 0)


async def test_unicode_and_empty_payload_and_own_messages(connections: Connections) -> None:
    received = Received()
    client = await connections.open("client", received)
    await client.subscribe("tür/#", "a/b")
    client.publish("tür/ü", "Grüße".encode())
    client.publish("a/b", b"")
    await received.until(2)
    assert {(m.topic, m.payload) for m in received.messages} == {
        ("tür/ü", "Grüße".encode()),
        ("a/b", b""),
    }


async def test_a_late_reader_gets_the_retained_message(connections: Connections) -> None:
    writer = await connections.open("writer")
    await writer.publish_and_wait("state/1", b"old", retain=True)
    await writer.publish_and_wait("state/1", b"new", retain=True)
    received = Received()
    reader = await connections.open("reader", received)
    await reader.subscribe("state/#")
    assert await received.until(1) == [b"new"]
    assert received.messages[0].retain
    writer.publish("state/1", b"live", retain=True)
    await received.until(2)
    assert not received.messages[1].retain


async def test_the_will_comes_after_a_loss_and_not_after_a_stop(connections: Connections) -> None:
    received = Received()
    reader = await connections.open("reader", received)
    await reader.subscribe("gone/#", "marker")
    orderly = await connections.open(
        "orderly", will=Will("gone/orderly", lambda: b"will", retain=False)
    )
    vanishing = await connections.open("vanishing", will=Will("gone/vanishing", lambda: b"will"))
    await orderly.stop()
    vanishing.socket.shutdown(socket.SHUT_RDWR)
    await received.until(1)
    await reader.publish_and_wait("marker", b"end")
    await received.until_payload(b"end")
    assert [m.topic for m in received.messages] == ["gone/vanishing", "marker"]


async def test_a_payload_of_a_mebibyte_harms_nothing(connections: Connections) -> None:
    received, events = Received(), LinkRecorder()
    client = await connections.open("client", received, events)
    await client.subscribe("big")
    mebibyte = b"x" * 1_048_576
    client.publish("big", mebibyte)
    client.publish("big", b"small")
    assert await received.until(2) == [mebibyte, b"small"]
    assert events.events == ["connected"]


async def test_outgoing_messages_are_bounded_in_number(connections: Connections) -> None:
    client = await connections.open("client", limits=OutgoingLimits(messages=10))
    for qos in (0, 1):
        for _ in range(10):
            client.publish("t", b"x", qos=qos)
        assert client.outstanding == 10
        with pytest.raises(OutgoingFullError, match=r"10 messages .* wait for drained"):
            client.publish("t", b"x", qos=qos)
        async with asyncio.timeout(PATIENCE_S):
            await client.drained()
        assert client.outstanding == 0


async def test_outgoing_messages_are_bounded_in_bytes(connections: Connections) -> None:
    client = await connections.open("client", limits=OutgoingLimits(size_bytes=1000))
    client.publish("t", bytes(1000))
    with pytest.raises(OutgoingFullError):
        client.publish("t", b"", qos=0)
    async with asyncio.timeout(PATIENCE_S):
        await client.drained(below=1)
    client.publish("t", b"")


async def test_tcp_nodelay_is_set(connections: Connections) -> None:
    client = await connections.open("client")
    assert client.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


async def test_stop_leaves_nothing_behind(connections: Connections) -> None:
    received, events = Received(), LinkRecorder()
    reader = await connections.open("reader", received)
    await reader.subscribe("t")
    before = asyncio.all_tasks()
    writer = await connections.open("writer", events=events)
    writer.publish("t", b"last words")
    await writer.drained()
    await writer.stop()
    assert await received.until(1) == [b"last words"]
    assert events.events == ["connected"]
    assert asyncio.all_tasks() == before
    with pytest.raises(NotConnectedError, match="no link"):
        writer.publish("t", b"after stop")


async def test_an_error_in_the_callback_loses_no_other_message(connections: Connections) -> None:
    received = Received()

    def fragile(message: ReceivedMessage) -> None:
        if message.payload == b"bad":
            raise RuntimeError("what a bug would do")
        received(message)

    client = await connections.open("client", fragile)
    await client.subscribe("t")
    for payload in (b"1", b"bad", b"2"):
        client.publish("t", payload)
    assert await received.until(2) == [b"1", b"2"]


@pytest.mark.parametrize("topic", ["a/+", "a/#", "", "a\0b", "x" * 65_536])
async def test_impossible_topics_are_refused(connections: Connections, topic: str) -> None:
    client = await connections.open("client")
    with pytest.raises(ValueError, match="topic"):
        client.publish(topic, b"")
    assert client.outstanding == 0


@pytest.mark.parametrize("name", ["a/#/b", "a#", "#a", "a/+b", "", "a\0", "x" * 65_536])
async def test_malformed_filters_are_refused(connections: Connections, name: str) -> None:
    client = await connections.open("client")
    with pytest.raises(ValueError, match="topic filter"):
        await client.subscribe(name)
