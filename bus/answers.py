"""Make the replies: from what the core did, or from why a message was turned away."""

from __future__ import annotations

from bus.codec import Refused
from bus.envelope import Message
from bus.faults import Fault
from bus.replies import Reply
from bus.words import sentence
from contacts.vocabulary import Rejection
from router.receipts import Receipt


def answer_receipt(
    receipt: Receipt,
    correlation_id: str | None,
    next_deadline_ms: int | None = None,
    published: int | None = None,
) -> Reply:
    """Answer a message that is in the journal, carried out or rejected by the core.

    A queue that does not take the contact is an outcome like others: ok, with the reason.
    """
    code = receipt.rejection or receipt.refusal
    return Reply(
        status="rejected" if receipt.rejection else "ok",
        event_id=receipt.event_id,
        correlation_id=correlation_id,
        seq=receipt.seq,
        at_ms=receipt.at_ms,
        reason=code,
        detail=receipt.detail or None,
        have=receipt.have or None,
        message=sentence(code, receipt.detail, receipt.have) if code else None,
        position=receipt.position,
        estimated_wait_ms=receipt.estimated_wait_ms,
        destination=receipt.destination,
        revision=receipt.revision,
        decisions=receipt.decisions,
        next_deadline_ms=next_deadline_ms,
        published=published,
    )


def answer_refused(refused: Refused) -> Reply:
    """Answer a message that was turned away at the edge."""
    return Reply(
        status="rejected",
        event_id=refused.event_id,
        correlation_id=refused.correlation_id,
        reason=refused.reason,
        detail=refused.detail,
        message=sentence(refused.reason, refused.detail),
    )


def answer_rejected(
    message: Message, reason: Rejection | Fault, detail: str, have: str | None = None
) -> Reply:
    """Answer a message that was read and will not be carried out."""
    return Reply(
        status="rejected",
        event_id=message.event_id,
        correlation_id=message.correlation_id,
        reason=reason,
        detail=detail,
        have=have,
        message=sentence(reason, detail, have or ""),
    )


def answer_busy(event_id: str, correlation_id: str | None, retry_after_ms: int) -> Reply:
    """Answer a message that the engine had no room for: nothing was done, send it again."""
    return Reply(
        status="busy",
        event_id=event_id,
        correlation_id=correlation_id,
        reason=Fault.BUSY,
        message=sentence(Fault.BUSY),
        retry_after_ms=retry_after_ms,
    )
