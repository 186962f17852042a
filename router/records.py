"""Records: an input and the decisions it caused, the unit of the journal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.decisions import AnyDecision
from router.events import AnyEvent


class Record(msgspec.Struct, frozen=True, gc=False):
    """One input with all it caused, in the one order of everything (`seq` counts from 1)."""

    seq: int
    event: AnyEvent
    decisions: tuple[AnyDecision, ...]


class RecordBody(msgspec.Struct, frozen=True, gc=False):
    """What stands in a journal row's body."""

    event: AnyEvent
    decisions: tuple[AnyDecision, ...]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RecordBody)


def encode_body(event: AnyEvent, decisions: Sequence[AnyDecision]) -> bytes:
    """Write an input and its decisions as JSON."""
    return _encoder.encode({"event": event, "decisions": decisions})


def decode_body(body: bytes) -> RecordBody:
    """Read what `encode_body` wrote; raises `msgspec.ValidationError` if it is something else."""
    return _decoder.decode(body)
