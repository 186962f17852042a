"""Entries: what waits to become durable, and what may leave the process once it is."""

from __future__ import annotations

import msgspec

from bus.decision_messages import AnyDecisionMessage
from bus.link import ReceivedMessage
from bus.replies import Reply
from outcomes.journal import JournalRow, RejectedMessage


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A decision and the topic of the bridge or agent it is for."""

    topic: str
    decision: AnyDecisionMessage


class Entry(msgspec.Struct, gc=False):
    """One step of the engine. Nothing of it leaves before the journal has `row`.

    `row` is None for a message that changed nothing: a repeat, a question, one turned away.
    """

    row: JournalRow | None = None
    outgoing: list[Outgoing] = []
    reply: Reply | None = None
    reply_topic: str = ""
    message: ReceivedMessage | None = None
    rejected: RejectedMessage | None = None

    @property
    def is_only_busy(self) -> bool:
        """It says no more than that there is no room now: true whatever becomes of the rest."""
        return self.row is None and self.reply is not None and self.reply.status == "busy"
