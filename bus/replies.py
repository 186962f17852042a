"""Replies: the engine's answers to the messages of clients.

They are msgspec structs, so that the engine writes them and Python clients read them at the same
speed. A field that has its default value is left out of the JSON.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Revision = Annotated[int, Meta(description="Send it back with every word on this reservation.")]
Destination = Annotated[str, Meta(description="Where the PBX shall send the contact.")]


class Reply(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The engine's answer to one message: the only acknowledgement there is.

    ok: it is in the journal and has been carried out. rejected: it has not been carried out and
    never will be, for `reason`. busy: nothing was done, send it again after `retry_after_ms`.
    """

    status: Literal["ok", "rejected", "busy"]
    event_id: Annotated[
        str | None, Meta(description="The message answered; missing if it had no readable id.")
    ] = None
    correlation_id: str | None = None
    seq: Annotated[
        int | None, Meta(description="Place in the journal; missing if it is not journaled.")
    ] = None
    at_ms: Annotated[
        int | None, Meta(description="When it took effect, Unix milliseconds, engine's clock.")
    ] = None
    reason: Annotated[str | None, Meta(description="Code of the rejection or refusal.")] = None
    detail: Annotated[str | None, Meta(description="The id, field or value in question.")] = None
    have: Annotated[str | None, Meta(description="What the engine has instead.")] = None
    message: Annotated[str | None, Meta(description="The reason as an English sentence.")] = None
    retry_after_ms: int | None = None
    position: Annotated[int | None, Meta(description="Place in the line; 1 is next.")] = None
    estimated_wait_ms: Annotated[
        int | None, Meta(description="Forecast of the wait; missing if nobody is signed in.")
    ] = None
    destination: Destination | None = None
    revision: Revision | None = None
    decisions: Annotated[
        int, Meta(description="How many decisions the message caused, sent to anyone.")
    ] = 0
    next_deadline_ms: Annotated[
        int | None,
        Meta(description="Ticked clock only: when the engine has something to do by itself."),
    ] = None
    published: Annotated[
        int | None,
        Meta(description="Ticked clock only: decision messages sent to anyone since the start."),
    ] = None


class ReplyBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Replies to one client, in the order in which its messages were taken."""

    v: Literal[1] = 1
    replies: list[Reply]
