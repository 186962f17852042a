"""What is wrong with a message, short enough for a reply and a log line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
from pydantic import ValidationError

from bus.envelope import VERSION
from bus.faults import Fault, shown
from bus.incoming import MESSAGE_MODELS
from contacts.ids import ID_PATTERN, ID_RULE, is_id

_SEARCHED_BYTES = 4_096
_NOT_AN_OBJECT = {"dict_type", "model_type", "model_attributes_type"}
_ID_FIELD = re.compile(
    rb'"(event_id|correlation_id)"\s*:\s*"(' + ID_PATTERN[1:-1].encode() + rb')"'
)


class Envelope(msgspec.Struct):
    """As much of the envelope as can be read from a message that is wrong."""

    v: Any = VERSION
    event_id: Any = None
    correlation_id: Any = None


def salvage(payload: bytes) -> Envelope:
    """Read the version and the ids, so that even a wrong message can be answered.

    Looks only at the start of what is not JSON or very long. What is no id is left out.
    """
    start = payload[:_SEARCHED_BYTES]
    found = {name.decode(): value.decode() for name, value in _ID_FIELD.findall(start)}
    envelope = Envelope(**found)
    if len(payload) <= _SEARCHED_BYTES:
        try:
            envelope = msgspec.json.decode(payload, type=Envelope)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return envelope
    envelope.event_id = _id_or_none(envelope.event_id)
    envelope.correlation_id = _id_or_none(envelope.correlation_id)
    return envelope


def diagnose(error: ValidationError, envelope: Envelope) -> tuple[Fault, str]:
    """Name the first thing that is wrong: the code, and a line with field, value and remedy."""
    if _is_other_version(envelope.v):
        return Fault.VERSION_UNKNOWN, f"v is {shown(envelope.v)}; this engine speaks {VERSION}"
    first = error.errors(include_url=False)[0]
    kind = first["type"]
    if kind == "json_invalid":
        return Fault.MALFORMED, first["msg"][:200]
    if kind in _NOT_AN_OBJECT and not first["loc"]:
        return Fault.MALFORMED, "the payload is JSON but not an object"
    if kind == "union_tag_not_found":
        return Fault.FIELD_MISSING, "type is missing"
    if kind == "union_tag_invalid":
        return Fault.TYPE_UNKNOWN, _unknown_type(first["ctx"]["tag"])
    return _wrong_field(first)


def _unknown_type(tag: str) -> str:
    near = get_close_matches(tag[:80], MESSAGE_MODELS, n=3)
    return f"type is {shown(tag)}" + (f"; near: {', '.join(near)}" if near else "")


def _wrong_field(first: Mapping[str, Any]) -> tuple[Fault, str]:
    field = ".".join(str(part)[:40] for part in first["loc"][1:])
    if first["type"] == "missing":
        return Fault.FIELD_MISSING, f"{field} is missing"
    rule = first["msg"][:200].removeprefix("Value error, ")
    if first["loc"][-1:] == ("note",):  # what an agent wrote is in no reply and no log
        return Fault.FIELD_WRONG, f"{field} is wrong; {rule}"
    if first.get("ctx", {}).get("pattern") == ID_PATTERN:
        rule = f"allowed: {ID_RULE}"
    return Fault.FIELD_WRONG, f"{field} is {shown(first['input'])}; {rule}" if field else rule


def _is_other_version(v: object) -> bool:
    return isinstance(v, int) and not isinstance(v, bool) and v != VERSION


def _id_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and is_id(value) else None
