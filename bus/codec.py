"""Bytes to messages and back. Pure, and `decode` never raises whatever comes in."""

from __future__ import annotations

import msgspec
from pydantic import ValidationError

from bus.decision_messages import AnyDecisionMessage, DecisionBatch
from bus.diagnosis import Envelope, diagnose, salvage
from bus.faults import Fault
from bus.incoming import ALLOWED_TYPES, ANY_MESSAGE, AnyMessage
from bus.replies import Reply, ReplyBatch
from bus.snapshots import Snapshot
from bus.topics import Sender, TopicError, TopicSpace

MAX_LIVE_LIST_BYTES = 4 * 1024 * 1024
"""What the shipped settings of Mosquitto let through: about 40,000 contacts."""


class Incoming(msgspec.Struct, frozen=True):
    """A message that is well-formed and that its sender may send."""

    sender: Sender
    message: AnyMessage


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A message turned away at the edge. Without `sender` (a wrong topic) nobody is answered."""

    reason: Fault
    detail: str
    sender: Sender | None = None
    event_id: str | None = None
    correlation_id: str | None = None


def decode(space: TopicSpace, topic: str, payload: bytes, max_bytes: int) -> Incoming | Refused:
    """Read one message; what is wrong with it is returned, never raised."""
    try:
        sender = space.parse_in(topic)
    except TopicError as error:
        return _refused(salvage(payload), Fault.TOPIC_WRONG, str(error), None)
    if len(payload) > max_bytes and not _is_live_list(payload):
        detail = f"{len(payload)} bytes; at most {max_bytes} are taken"
        return _refused(salvage(payload), Fault.TOO_LARGE, detail, sender)
    try:
        message = ANY_MESSAGE.validate_json(payload)
    except ValidationError as error:
        envelope = salvage(payload)
        return _refused(envelope, *diagnose(error, envelope), sender)
    if message.type not in ALLOWED_TYPES[sender.role]:
        detail = f"{message.type} may not be sent by a client of role {sender.role}"
        return _refused(salvage(payload), Fault.ROLE_FORBIDS, detail, sender)
    return Incoming(sender, message)


def _is_live_list(payload: bytes) -> bool:
    """Tell whether it may be the list of a large bridge, which is longer than other messages."""
    return len(payload) <= MAX_LIVE_LIST_BYTES and b'"live_contacts_reported"' in payload


def _refused(envelope: Envelope, reason: Fault, detail: str, sender: Sender | None) -> Refused:
    return Refused(
        reason=reason,
        detail=detail,
        sender=sender,
        event_id=envelope.event_id,
        correlation_id=envelope.correlation_id,
    )


# --- out -----------------------------------------------------------------------------------

_encode = msgspec.json.Encoder().encode
_replies = msgspec.json.Decoder(ReplyBatch)
_decisions = msgspec.json.Decoder(DecisionBatch)


def encode_replies(replies: list[Reply]) -> bytes:
    """Write a batch of replies to one client."""
    return _encode(ReplyBatch(replies=replies))


def encode_decisions(epoch: int, decisions: list[AnyDecisionMessage]) -> bytes:
    """Write a batch of decisions, made by `decision_message`, to one bridge or agent."""
    return _encode(DecisionBatch(epoch=epoch, decisions=decisions))


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Write a snapshot of a queue, an agent or the engine."""
    return _encode(snapshot)


def decode_replies(payload: bytes) -> list[Reply]:
    """Read a batch of replies, for clients; raises `msgspec.ValidationError` if it is none."""
    return _replies.decode(payload).replies


def decode_decisions(payload: bytes) -> DecisionBatch:
    """Read a batch of decisions, for clients; raises `msgspec.ValidationError` if it is none."""
    return _decisions.decode(payload)
