"""Messages the engine sends: replies and decisions, each in batches.

They are msgspec structs, so that the engine writes them and Python clients read them at the same
speed. A field that has its default value is left out of the JSON.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contacts.vocabulary import AgentState, AssignmentState, Disposition, Refusal

UnixMs = Annotated[int, Meta(description="Unix milliseconds by the engine's clock.")]
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


class ReplyBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Replies to one client, in the order in which its messages were taken."""

    v: Literal[1] = 1
    replies: list[Reply]


class DecisionMessage(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
):
    """What every decision carries. `decision_id` is `seq`, a dot and a number: ignore repeats."""

    decision_id: str
    seq: Annotated[int, Meta(description="Place in the journal of the event that caused it.")]
    at_ms: UnixMs


class ContactReservedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="contact_reserved"
):
    """Ring this agent with this contact; without an answer it goes back at `expires_at_ms`."""

    contact_id: str
    agent_id: str
    queue_id: str
    revision: Revision
    expires_at_ms: UnixMs
    reason: str | None = None
    customer_id: str | None = None


class ReservationTimedOutMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="reservation_timed_out"
):
    """No answer: stop ringing. `charged`: it rang, so the agent is not ready now (RONA)."""

    contact_id: str
    agent_id: str
    charged: bool
    revision: Revision


class ReservationWithdrawnMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="reservation_withdrawn"
):
    """The reservation is over without blame, because of `cause`: stop ringing."""

    contact_id: str
    agent_id: str
    cause: str
    revision: Revision


class ContactRefusedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="contact_refused"
):
    """The queue does not take the contact: send it to `destination`, or end it."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: Destination | None = None


class ContactDivertedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="contact_diverted"
):
    """The contact waits no longer: send it to `destination`, or end it."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: Destination | None = None


class AssignmentChangedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="assignment_changed"
):
    """The agent's contact entered `state`, which ends by itself at `until_ms`, if that is there."""

    contact_id: str
    agent_id: str
    state: AssignmentState
    until_ms: UnixMs | None = None
    disposition: Disposition | None = None


class MarketingDecidedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="marketing_decided"
):
    """Whether the agent may go on to market to this customer, and why (not)."""

    contact_id: str
    agent_id: str
    granted: bool
    reason: str


class AgentStateChangedMessage(
    DecisionMessage, frozen=True, gc=False, kw_only=True, tag="agent_state_changed"
):
    """The agent's own state; `reason` says why not ready."""

    agent_id: str
    state: AgentState
    reason: str | None = None


AnyDecisionMessage = (
    ContactReservedMessage
    | ReservationTimedOutMessage
    | ReservationWithdrawnMessage
    | ContactRefusedMessage
    | ContactDivertedMessage
    | AssignmentChangedMessage
    | MarketingDecidedMessage
    | AgentStateChangedMessage
)


class DecisionBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions for one bridge or agent, in the order in which they were made.

    `epoch` is the number of the engine that leads: ignore batches of a lower epoch than seen.
    """

    v: Literal[1] = 1
    epoch: int
    decisions: list[AnyDecisionMessage]
