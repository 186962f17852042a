"""MQTT 3.1.1 packets of the hot path as bytes: PUBLISH and PUBACK at QoS 0 and 1.

A packet is one byte of type and flags, the remaining length in one to four bytes of seven bits
each, least significant first, and the body (OASIS MQTT 3.1.1, sections 2.2 and 3.3).
Pure functions and one small buffer, no input or output.
"""

from functools import lru_cache

PUBLISH = 0x30
PUBACK = 0x40

MAX_REMAINING_BYTES = 268_435_455
_MAX_TOPIC_BYTES = 65_535


class MalformedFrameError(ValueError):
    """The peer sent bytes that are not MQTT 3.1.1; the connection can't be used any longer."""


@lru_cache(maxsize=8192)
def remaining_length(size: int) -> bytes:
    """Encode the remaining length `size` (bytes); raise ValueError above the protocol's 256 MiB."""
    if not 0 <= size <= MAX_REMAINING_BYTES:
        raise ValueError(f"an MQTT packet of {size} bytes: the protocol allows at most 268435455")
    encoded = bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    encoded.append(size)
    return bytes(encoded)


@lru_cache(maxsize=16384)
def topic_field(topic: str) -> bytes:
    """Encode a topic to publish to (length and UTF-8); raise ValueError if it can't be one."""
    encoded = topic.encode()
    if not 0 < len(encoded) <= _MAX_TOPIC_BYTES:
        raise ValueError(f"a topic of {len(encoded)} bytes: must have 1 to {_MAX_TOPIC_BYTES}")
    if any(character in topic for character in "+#\0"):
        raise ValueError(f"topic {topic!r} contains '+', '#' or NUL: publish to a topic without")
    return len(encoded).to_bytes(2, "big") + encoded


def require_topic_filter(name: str) -> None:
    """Raise ValueError if `name` can't be subscribed to (MQTT 3.1.1, section 4.7)."""
    levels = name.split("/")
    if not 0 < len(name.encode()) <= _MAX_TOPIC_BYTES or "\0" in name:
        raise ValueError(f"topic filter of {len(name.encode())} bytes: 1 to 65535, without NUL")
    if "#" in "".join(levels[:-1]) or any(
        ("#" in level or "+" in level) and len(level) > 1 for level in levels
    ):
        raise ValueError(
            f"topic filter {name!r}: '+' must be a whole level, '#' a whole one and the last"
        )


def publish_frame(topic: str, payload: bytes, qos: int, retain: bool, packet_id: int) -> bytes:
    """Encode one PUBLISH; `qos` is 0 or 1, `packet_id` (1 to 65535) is used with QoS 1 only."""
    name = topic_field(topic)
    if qos:
        return b"".join(
            (
                b"\x33" if retain else b"\x32",
                remaining_length(len(name) + 2 + len(payload)),
                name,
                packet_id.to_bytes(2, "big"),
                payload,
            )
        )
    length = remaining_length(len(name) + len(payload))
    return b"".join((b"\x31" if retain else b"\x30", length, name, payload))


def puback_frame(packet_id: int) -> bytes:
    """Encode the acknowledgement of the QoS 1 message `packet_id`."""
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def parse_publish(first: int, body: bytes) -> tuple[str, bytes, int]:
    """Decode a PUBLISH into topic, payload and packet id (0 with QoS 0)."""
    try:
        topic_end = 2 + (body[0] << 8 | body[1])
        topic = str(body[2:topic_end], "utf-8")
        if not first & 0x06:
            return topic, body[topic_end:], 0
        packet_id = body[topic_end] << 8 | body[topic_end + 1]
    except (IndexError, UnicodeDecodeError) as error:
        raise MalformedFrameError(
            f"a PUBLISH of {len(body)} bytes can't be read: {error}"
        ) from error
    return topic, body[topic_end + 2 :], packet_id


class FrameReader:
    """Cuts a stream of bytes into packets, whatever the pieces it arrives in."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """Take the next bytes; return the packets now complete as (first byte, body).

        Raise MalformedFrameError if a length has more than four bytes.
        """
        data = self._rest + chunk if self._rest else chunk
        frames: list[tuple[int, bytes]] = []
        at, size = 0, len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length > 127:
                length, start = _long_length(data, at + 1)
            end = start + length
            if length < 0 or end > size:
                break
            frames.append((data[at], data[start:end]))
            at = end
        self._rest = data[at:]
        return frames


def _long_length(data: bytes, at: int) -> tuple[int, int]:
    """Decode a remaining length that begins at `at`: (length or -1 if incomplete, next index)."""
    length = 0
    for index, byte in enumerate(data[at : at + 4]):
        length |= (byte & 127) << 7 * index
        if byte < 128:
            return length, at + index + 1
    if len(data) - at >= 4:
        raise MalformedFrameError("a packet length of more than four bytes")
    return -1, at
