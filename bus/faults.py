"""Why a message is turned away at the edge, before the core sees it. Codes; words are elsewhere."""

from __future__ import annotations

from enum import StrEnum

_SHOWN_CHARACTERS = 80
_LARGEST_SHOWN_NUMBER = 10**20


class Fault(StrEnum):
    """Why a message was not taken. Stable codes, like `Rejection`, which is the core's."""

    TOPIC_WRONG = "topic_wrong"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    VERSION_UNKNOWN = "version_unknown"
    TYPE_UNKNOWN = "type_unknown"
    FIELD_MISSING = "field_missing"
    FIELD_WRONG = "field_wrong"
    ROLE_FORBIDS = "role_forbids"
    EXPIRED = "expired"
    EVENT_ID_REUSED = "event_id_reused"
    BUSY = "busy"


def shown(value: object) -> str:
    """Write a value that came in for people to read, in at most 81 characters."""
    if isinstance(value, str):
        text = repr(value[:_SHOWN_CHARACTERS])
    elif isinstance(value, list | tuple):
        text = f"a list of {len(value)}"
    elif isinstance(value, dict):
        text = f"an object of {len(value)} fields"
    elif isinstance(value, int) and abs(value) > _LARGEST_SHOWN_NUMBER:
        text = "a huge number"
    else:
        text = "null" if value is None else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
