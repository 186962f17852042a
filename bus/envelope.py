"""The envelope of messages that clients send, and the bounds their fields share.

A message is one JSON object: the envelope (`v`, `type`, `event_id`, ...) and the fields of its
event side by side. Unknown fields are ignored, so that a client of a later minor version is
understood. Who sent a message is told by its topic, never by its payload.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from config.routing import Id, SkillLevel
from contacts.vocabulary import Channel
from router.events import AnyEvent

VERSION: Literal[1] = 1
MAX_ENTRIES = 100

UnixMs = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
Reason = Annotated[str, Field(min_length=1, max_length=64)]
Note = Annotated[str, Field(min_length=1, max_length=2_000)]
Revision = Annotated[int, Field(ge=0, le=2**53)]


def few_entries(value: Any) -> Any:
    """Look at the size before the contents: a huge object shall not cost a huge report."""
    if isinstance(value, dict) and len(value) > MAX_ENTRIES:
        raise ValueError(f"at most {MAX_ENTRIES} entries are taken")
    return value


_Few = BeforeValidator(few_entries)
Skills = Annotated[dict[Id, SkillLevel], Field(max_length=MAX_ENTRIES), _Few]
Capacity = Annotated[dict[Channel, Annotated[int, Field(ge=0, le=50)]], _Few]


class Model(BaseModel):
    """Base of all models here: JSON types are taken as they are, unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", use_attribute_docstrings=True)


class Message(Model):
    """The envelope every message has."""

    v: Literal[1] = VERSION
    """Version of this contract."""
    event_id: Id
    """Names the message for ever: repeat a message under the same id until it is answered."""
    correlation_id: Id | None = None
    """Any id of the sender's; comes back in the reply."""
    occurred_at_ms: UnixMs | None = None
    """When it happened by the sender's clock, Unix milliseconds. For reports only."""
    expires_at_ms: UnixMs | None = None
    """From then on, Unix milliseconds by the engine's clock, it is not worth carrying out."""


class EventMessage(Message):
    """A message that is an event for the core."""

    event: ClassVar[type[AnyEvent]]

    def event_fields(self) -> dict[str, Any]:
        """The values of the event's fields by name; time and source come from the engine."""
        values = self.__dict__.copy()
        del values["v"], values["type"], values["correlation_id"], values["expires_at_ms"]
        return values
