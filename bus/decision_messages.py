"""Decisions as they leave the engine: what bridges and agents are told to do, and how it stands.

Fewer fields than the core's decisions have: what only the engine needs (ranks, for example) is no
part of the contract. A field that has its default value is left out of the JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from bus.replies import Destination, Revision
from contacts.vocabulary import AgentState, AssignmentState, Disposition, Mode, Refusal
from marketing.rounds import Progress
from marketing.selection import SelectedProduct
from router import decisions, marketing_decisions
from router.decisions import AnyDecision

UnixMs = Annotated[int, Meta(description="Unix milliseconds by the engine's clock.")]


class DecisionMessage(
    msgspec.Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    tag_field="type",
):
    """What every decision carries. `decision_id` is `seq`, a dot and a number: ignore repeats."""

    decision_id: str
    seq: Annotated[int, Meta(description="Place in the journal of the event that caused it.")]
    at_ms: UnixMs


class ContactReservedMessage(DecisionMessage, frozen=True, gc=False, tag="contact_reserved"):
    """Ring this agent with this contact; without an answer it goes back at `expires_at_ms`."""

    contact_id: str
    agent_id: str
    queue_id: str
    revision: Revision
    expires_at_ms: UnixMs
    reason: str | None = None
    customer_id: str | None = None


class ContactRequeuedMessage(DecisionMessage, frozen=True, gc=False, tag="contact_requeued"):
    """The contact waits in `queue_id` from now on: take it there, away from `from_agent_id`.

    Transferred, or moved by a supervisor (then no agent had it). If `to_agent_id` is given, that
    agent's `contact_reserved` follows.
    """

    contact_id: str
    queue_id: str
    revision: Revision
    from_agent_id: str | None = None
    to_agent_id: str | None = None


class ReservationTimedOutMessage(
    DecisionMessage, frozen=True, gc=False, tag="reservation_timed_out"
):
    """No answer: stop ringing. `charged`: it rang, so the agent is not ready now (RONA)."""

    contact_id: str
    agent_id: str
    charged: bool
    revision: Revision


class ReservationWithdrawnMessage(
    DecisionMessage, frozen=True, gc=False, tag="reservation_withdrawn"
):
    """The reservation is over without blame, because of `cause`: stop ringing."""

    contact_id: str
    agent_id: str
    cause: str
    revision: Revision


class ContactRefusedMessage(DecisionMessage, frozen=True, gc=False, tag="contact_refused"):
    """The queue does not take the contact: send it to `destination`, or end it."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: Destination | None = None


class ContactDivertedMessage(DecisionMessage, frozen=True, gc=False, tag="contact_diverted"):
    """The contact waits no longer: send it to `destination`, or end it."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: Destination | None = None


class AssignmentChangedMessage(DecisionMessage, frozen=True, gc=False, tag="assignment_changed"):
    """The agent's contact entered `state`, which ends by itself at `until_ms`, if that is there.

    `disposition` comes with wrap-up; `extended_ms` is how much longer the agent has made it.
    """

    contact_id: str
    agent_id: str
    state: AssignmentState
    until_ms: UnixMs | None = None
    disposition: Disposition | None = None
    extended_ms: int = 0


class AssignmentRestatedMessage(DecisionMessage, frozen=True, gc=False, tag="assignment_restated"):
    """How a contact in an agent's hands stands, told again after a reconnection.

    `reserved` or `ringing`: ring the agent until `until_ms`, unless you do. Nothing has changed.
    """

    contact_id: str
    agent_id: str
    queue_id: str
    state: AssignmentState
    revision: Revision
    until_ms: UnixMs | None


class OutcomeRecordedMessage(DecisionMessage, frozen=True, gc=False, tag="outcome_recorded"):
    """The agent's part in this contact is over and logged; the agent is free of it.

    `final` unless the contact went on elsewhere.
    """

    contact_id: str
    leg: int
    queue_id: str
    agent_id: str | None
    disposition: Disposition
    final: bool
    mode: Mode
    queued_at_ms: UnixMs
    accepted_at_ms: UnixMs | None
    ended_at_ms: UnixMs
    wait_ms: int
    talk_ms: int = 0
    hold_ms: int = 0
    marketing_ms: int = 0
    wrap_up_ms: int = 0
    rona_count: int = 0
    reason: str | None = None
    customer_id: str | None = None
    disposition_code: str | None = None


class MarketingDecidedMessage(DecisionMessage, frozen=True, gc=False, tag="marketing_decided"):
    """Whether the agent may go on to market to this customer, and why (not).

    `queue_id` is the tightest queue the agent serves: it had `waiting` contacts, `idle` agents and
    `marketing` agents. `price_milli` is the price of the agents' time then, `value_milli` the
    customer's worth. `is_forecast`: said at acceptance; the agent's retained state keeps it up to
    date. `from_products`: the worth is what is expected of the products to be presented.
    """

    contact_id: str
    agent_id: str
    granted: bool
    reason: str
    queue_id: str = ""
    waiting: int = 0
    idle: int = 0
    price_milli: int | None = None
    value_milli: int | None = None
    marketing: int = 0
    is_forecast: bool = False
    from_products: bool = False


class MarketingClosingMessage(DecisionMessage, frozen=True, gc=False, tag="marketing_closing"):
    """The gate has closed while this agent markets, for `reason`: time to come to an end."""

    contact_id: str
    agent_id: str
    reason: str


class ProductsSelectedMessage(DecisionMessage, frozen=True, gc=False, tag="products_selected"):
    """What this agent may present to the customer in this round, best first.

    `asked` is how many there should be at least: with fewer, no more may be presented; `barred`
    says how many products each code barred. Say `products_presented` before presenting, and
    `reaction_recorded` for each.
    """

    contact_id: str
    agent_id: str
    round_id: str
    products: tuple[SelectedProduct, ...]
    asked: int
    barred: dict[str, int]


class ProductsRestatedMessage(DecisionMessage, frozen=True, gc=False, tag="products_restated"):
    """A round of a contact in hand, told again after a reconnection; nothing has changed.

    The fields are those of `products_selected`, and `progress` says of each product whether it is
    `open`, `presented` or `released`, and the reaction recorded last. Take it instead of what you
    know of this `round_id`.
    """

    contact_id: str
    agent_id: str
    round_id: str
    products: tuple[SelectedProduct, ...]
    asked: int
    barred: dict[str, int]
    progress: dict[str, Progress]


class ProductsWithdrawnMessage(DecisionMessage, frozen=True, gc=False, tag="products_withdrawn"):
    """Of a round these may not be presented after all: the code of why, by product."""

    contact_id: str
    agent_id: str
    round_id: str
    why: dict[str, str]


class SaleRecordedMessage(DecisionMessage, frozen=True, gc=False, tag="sale_recorded"):
    """A product was accepted, or (`is_cancelled`) that was corrected."""

    contact_id: str
    round_id: str
    customer_id: str
    agent_id: str
    product_id: str
    value_milli: int
    is_cancelled: bool = False


class AgentStateChangedMessage(DecisionMessage, frozen=True, gc=False, tag="agent_state_changed"):
    """The agent's own state; `reason` says why not ready, `by` which supervisor set it, if one."""

    agent_id: str
    state: AgentState
    reason: str | None = None
    by: str | None = None


class AgentSkillsSetMessage(DecisionMessage, frozen=True, gc=False, tag="agent_skills_set"):
    """A supervisor (`by`) has changed the agent's skills; `own_skills`: those to go back to."""

    agent_id: str
    skills: dict[str, int]
    own_skills: dict[str, int] | None
    by: str


AnyDecisionMessage = (
    ContactReservedMessage
    | ContactRequeuedMessage
    | ReservationTimedOutMessage
    | ReservationWithdrawnMessage
    | ContactRefusedMessage
    | ContactDivertedMessage
    | AssignmentChangedMessage
    | AssignmentRestatedMessage
    | OutcomeRecordedMessage
    | MarketingDecidedMessage
    | MarketingClosingMessage
    | ProductsSelectedMessage
    | ProductsRestatedMessage
    | ProductsWithdrawnMessage
    | SaleRecordedMessage
    | AgentStateChangedMessage
    | AgentSkillsSetMessage
)


class DecisionBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions for one bridge or agent, in the order in which they were made.

    `epoch` is the number of the engine that leads: ignore batches of a lower epoch than seen.
    """

    v: Literal[1] = 1
    epoch: int
    decisions: list[AnyDecisionMessage]


MESSAGE_OF: dict[type[AnyDecision], type[AnyDecisionMessage]] = {
    decisions.ContactReserved: ContactReservedMessage,
    decisions.ContactRequeued: ContactRequeuedMessage,
    decisions.ReservationTimedOut: ReservationTimedOutMessage,
    decisions.ReservationWithdrawn: ReservationWithdrawnMessage,
    decisions.ContactRefused: ContactRefusedMessage,
    decisions.ContactDiverted: ContactDivertedMessage,
    decisions.AssignmentChanged: AssignmentChangedMessage,
    decisions.AssignmentRestated: AssignmentRestatedMessage,
    decisions.OutcomeRecorded: OutcomeRecordedMessage,
    decisions.MarketingDecided: MarketingDecidedMessage,
    decisions.MarketingClosing: MarketingClosingMessage,
    marketing_decisions.ProductsSelected: ProductsSelectedMessage,
    marketing_decisions.ProductsRestated: ProductsRestatedMessage,
    marketing_decisions.ProductsWithdrawn: ProductsWithdrawnMessage,
    marketing_decisions.SaleRecorded: SaleRecordedMessage,
    decisions.AgentStateChanged: AgentStateChangedMessage,
    decisions.AgentSkillsSet: AgentSkillsSetMessage,
}
"""The decisions that leave the engine, and the message each becomes."""

_COMMON_FIELDS = len(DecisionMessage.__struct_fields__)

_VALUES_OF: dict[type[AnyDecision], Callable[[AnyDecision], tuple[Any, ...]]] = {
    decision: attrgetter(*model.__struct_fields__[_COMMON_FIELDS:])
    for decision, model in MESSAGE_OF.items()
}
"""Reads from a decision the values of its message's own fields, in their order."""


def decision_message(decision: AnyDecision, seq: int, index: int, at_ms: int) -> AnyDecisionMessage:
    """Make the message of the `index`th decision of journal record `seq`, made at `at_ms`.

    Raises `KeyError` for a decision that does not leave the engine (see `bus/recipients.py`).
    """
    kind = type(decision)
    # By position, which costs a seventh of the same with names.
    return MESSAGE_OF[kind](f"{seq}.{index}", seq, at_ms, *_VALUES_OF[kind](decision))
