"""Packets of the hot path as bytes, checked against paho's own reading of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.enums import MQTTProtocolVersion

from bus.frames import (
    MAX_REMAINING_BYTES,
    FrameReader,
    MalformedFrameError,
    parse_publish,
    puback_frame,
    publish_frame,
    remaining_length,
)

topics = st.text(st.characters(exclude_characters="+#\0", exclude_categories=["Cs"]), min_size=1)
packet_ids = st.integers(1, 65_535)


@given(topics, st.binary(max_size=40_000), st.integers(0, 1), st.booleans(), packet_ids)
def test_paho_and_we_read_what_we_write(
    topic: str, payload: bytes, qos: int, retain: bool, packet_id: int
) -> None:
    frame = publish_frame(topic, payload, qos, retain, packet_id)
    ((first, body),) = FrameReader().feed(frame)
    theirs = _packet.decode_publish(first, body, MQTTProtocolVersion.MQTTv311)
    expected_id = packet_id if qos else 0
    assert (theirs.topic.decode(), theirs.payload, theirs.qos) == (topic, payload, qos)
    assert (theirs.retain, theirs.dup, theirs.mid) == (retain, False, expected_id)
    assert parse_publish(first, body) == (topic, payload, expected_id)


@given(packet_ids)
def test_paho_reads_our_acknowledgement(packet_id: int) -> None:
    ((first, body),) = FrameReader().feed(puback_frame(packet_id))
    assert _packet.decode_puback(first, body, MQTTProtocolVersion.MQTTv311).mid == packet_id


@given(st.lists(st.binary(max_size=400), max_size=20), st.integers(1, 50))
def test_packets_survive_any_cutting(payloads: list[bytes], piece: int) -> None:
    stream = b"".join(publish_frame("t", payload, 1, False, 7) for payload in payloads)
    reader, frames = FrameReader(), []
    for at in range(0, len(stream), piece):
        frames += reader.feed(stream[at : at + piece])
    assert [parse_publish(*frame)[1] for frame in frames] == payloads


@pytest.mark.parametrize(
    ("size", "encoded"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2_097_151, "ffff7f"),
        (2_097_152, "80808001"),
        (MAX_REMAINING_BYTES, "ffffff7f"),
    ],
)
def test_lengths_of_the_standard_s_table(size: int, encoded: str) -> None:
    assert remaining_length(size).hex() == encoded


@pytest.mark.parametrize("size", [-1, MAX_REMAINING_BYTES + 1])
def test_impossible_lengths_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="at most 268435455"):
        remaining_length(size)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        frames = FrameReader().feed(data)
    except MalformedFrameError:
        return
    assert sum(len(body) + 2 for _, body in frames) <= len(data)
    for first, body in frames:
        try:
            topic, payload, _ = parse_publish(first, body)
        except MalformedFrameError:
            continue
        assert len(topic.encode()) + len(payload) <= len(body)


def test_a_length_of_five_bytes_is_refused() -> None:
    with pytest.raises(MalformedFrameError, match="four bytes"):
        FrameReader().feed(b"\x30\xff\xff\xff\xff\x01")
