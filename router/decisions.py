"""Decisions: everything the engine changes or says, as immutable values.

Live state is nothing but the decisions applied in order (`router/state.py`); a decision therefore
carries every value it sets, so that applying it never needs the rule that made it. The time of a
decision is the time of the record it stands in.
"""

from __future__ import annotations

from typing import Any

from contacts.vocabulary import (
    AgentState,
    AssignmentState,
    AtClosing,
    Channel,
    Disposition,
    Mode,
    Refusal,
    Rejection,
)
from queues.price_grid import PriceGrid
from router.decision import Decision as Decision
from router.marketing_decisions import AnyMarketingDecision
from router.quality_decisions import AnyQualityDecision


class EventRejected(Decision, frozen=True, gc=False, tag="event_rejected"):
    """The event was not carried out. `detail` is the id or value in question, `have` what is."""

    reason: Rejection
    detail: str = ""
    have: str = ""


class ContactQueued(Decision, frozen=True, gc=False, tag="contact_queued"):
    """The contact is new and waits. `arrived_at_ms` less credit is where its wait counts from.

    `rank` orders the line: smaller goes first (milliseconds, see `queues/ranking.py`).
    `give_up_at_ms` is when the queue diverts it, if it does. `estimated_wait_ms` is the forecast
    told to the caller, None when nobody is signed in.
    """

    contact_id: str
    queue_id: str
    channel: Channel
    priority: int
    rank: int
    requires: dict[str, int] | None
    wait_credit_ms: int
    bridge: str
    give_up_at_ms: int | None
    position: int
    estimated_wait_ms: int | None
    reason: str | None = None
    customer_id: str | None = None
    value_milli: int | None = None
    may_market: bool = True


class ContactRequeued(Decision, frozen=True, gc=False, tag="contact_requeued"):
    """A contact known already waits (again): moved, prioritised, or transferred by an agent.

    `new_entry` tells whether it counts as an arrival in this queue. `from_agent_id` had it in hand
    until now, `to_agent_id` is offered it next; `bridge` has to move it.
    """

    contact_id: str
    queue_id: str
    channel: Channel
    priority: int
    rank: int
    give_up_at_ms: int | None
    revision: int
    new_entry: bool
    from_agent_id: str | None = None
    to_agent_id: str | None = None
    bridge: str = ""


class ContactRefused(Decision, frozen=True, gc=False, tag="contact_refused"):
    """The queue does not take the contact; the PBX may send it to `destination`."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: str | None
    bridge: str


class ContactDiverted(Decision, frozen=True, gc=False, tag="contact_diverted"):
    """A waiting contact leaves the engine for `destination`."""

    contact_id: str
    queue_id: str
    reason: Refusal
    destination: str | None
    bridge: str


class ContactReserved(Decision, frozen=True, gc=False, tag="contact_reserved"):
    """The contact is held for the agent until `expires_at_ms`.

    `is_connected`: they are talking already, as the bridge says; nobody is to be rung.
    """

    contact_id: str
    agent_id: str
    queue_id: str
    revision: int
    expires_at_ms: int
    bridge: str
    reason: str | None = None
    customer_id: str | None = None
    is_connected: bool = False


class ReservationTimedOut(Decision, frozen=True, gc=False, tag="reservation_timed_out"):
    """No answer: the contact is back at the head of its queue with its wait kept.

    `charged`: ringing had been confirmed, so this is a RONA and the agent is not ready now.
    """

    contact_id: str
    agent_id: str
    charged: bool
    rank: int
    revision: int
    bridge: str = ""


class ReservationWithdrawn(Decision, frozen=True, gc=False, tag="reservation_withdrawn"):
    """The reservation ended without blame for waiting: rejected, agent lost or signed out.

    The contact is back at the head of its queue with its wait kept.
    """

    contact_id: str
    agent_id: str
    cause: str
    rank: int
    revision: int
    bridge: str = ""


class AssignmentChanged(Decision, frozen=True, gc=False, tag="assignment_changed"):
    """The assignment entered `state`; `until_ms` is when that state ends by itself, if it does.

    `disposition` says, on entering wrap-up, how the contact's leg ended; `extended_ms` by how much
    the agent has made the wrap-up longer so far.
    """

    contact_id: str
    agent_id: str
    state: AssignmentState
    until_ms: int | None = None
    disposition: Disposition | None = None
    extended_ms: int = 0
    bridge: str = ""


class DispositionNoted(Decision, frozen=True, gc=False, tag="disposition_noted"):
    """What the agent says came of the contact, for the outcome; None: as before."""

    contact_id: str
    agent_id: str
    disposition_code: str | None
    note: str | None


class AssignmentRestated(Decision, frozen=True, gc=False, tag="assignment_restated"):
    """How a contact in an agent's hands stands, told again to who was away: nothing changed."""

    contact_id: str
    agent_id: str
    queue_id: str
    state: AssignmentState
    revision: int
    until_ms: int | None
    bridge: str = ""


class MarketingDecided(Decision, frozen=True, gc=False, tag="marketing_decided"):
    """The gate's answer at service complete: `granted` or not, for `reason` (`router/gate.py`).

    `queue_id` is the queue that decided, the tightest of those the agent serves; it had `waiting`
    contacts, `idle` agents and `marketing` agents. `price_milli` is the price of the agents' time
    (None if the policy has none), `value_milli` what this customer is worth to market to,
    thousandths. `is_forecast`: said at acceptance, for desktops that do not say when service is
    complete; the agent's state shows how it stands from then on. `from_products`: the value is the
    sum of what is expected of the products that would be presented.
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


class MarketingReported(Decision, frozen=True, gc=False, tag="marketing_reported"):
    """So much of the talk up to now was marketing, as the bridge says who ends the contact."""

    contact_id: str
    agent_id: str
    marketing_ms: int


class MarketingClosing(Decision, frozen=True, gc=False, tag="marketing_closing"):
    """The gate has closed for an agent who is marketing: time to wrap up, for `reason`."""

    contact_id: str
    agent_id: str
    reason: str


class GateForced(Decision, frozen=True, gc=False, tag="gate_forced"):
    """Until `until_ms` the mode of a queue, or all (None), is what `by` says; None: automatic."""

    queue_id: str | None
    mode: Mode | None
    until_ms: int | None
    by: str


class EmergencySet(Decision, frozen=True, gc=False, tag="emergency_set"):
    """An emergency is on, with its reason and who declared it, or off (None)."""

    reason: str | None
    by: str = ""


class AlarmNoted(Decision, frozen=True, gc=False, tag="alarm_noted"):
    """An alarm is acknowledged, now, by a supervisor."""

    alarm_id: str
    by: str


class PricesSet(Decision, frozen=True, gc=False, tag="prices_set"):
    """The prices in force for a queue (see `PricesComputed`)."""

    queue_id: str
    prices: PriceGrid
    patience_mean_ms: int = 0
    marketing_mean_ms: int = 0


class GuardSet(Decision, frozen=True, gc=False, tag="guard_set"):
    """The guard rail that closes the queue's gate, or None."""

    queue_id: str
    closed_by: str | None


class GateLatched(Decision, frozen=True, gc=False, tag="gate_latched"):
    """The hysteresis policy's gate of a queue opened or closed."""

    queue_id: str
    is_open: bool


class OutcomeRecorded(Decision, frozen=True, gc=False, tag="outcome_recorded"):
    """One leg of a contact is over: a stay in a queue and, if accepted, the agent's handling.

    Written once a leg; `final` for the contact's last. Times are milliseconds; `ended_at_ms` is
    when the customer left this leg, wrap-up comes after it. `wait_ms` is the true wait in this
    queue, without credit. The assignment (if any) is closed by it. `disposition_code` and `note`
    are what the agent wrote down.
    """

    contact_id: str
    leg: int
    queue_id: str
    agent_id: str | None
    disposition: Disposition
    final: bool
    mode: Mode
    queued_at_ms: int
    accepted_at_ms: int | None
    ended_at_ms: int
    wait_ms: int
    talk_ms: int = 0
    hold_ms: int = 0
    marketing_ms: int = 0
    wrap_up_ms: int = 0
    rona_count: int = 0
    reason: str | None = None
    customer_id: str | None = None
    bridge: str = ""
    disposition_code: str | None = None
    note: str | None = None


class AgentSessionStarted(Decision, frozen=True, gc=False, tag="agent_session_started"):
    """The agent is signed in at the client `session`, with these skills and capacities."""

    agent_id: str
    session: str
    skills: dict[str, int]
    capacity: dict[Channel, int]
    team: str | None = None


class AgentReturned(Decision, frozen=True, gc=False, tag="agent_returned"):
    """A lost agent's client is back (perhaps another client): nothing else changed."""

    agent_id: str
    session: str


class AgentStateChanged(Decision, frozen=True, gc=False, tag="agent_state_changed"):
    """The agent's own state; `reason` says why not ready.

    `by` is the supervisor who set it, None if it was the agent or the engine; then `bridge` is the
    agent's session, which is told if it is a bridge.
    """

    agent_id: str
    state: AgentState
    reason: str | None = None
    by: str | None = None
    bridge: str = ""


class AgentSkillsSet(Decision, frozen=True, gc=False, tag="agent_skills_set"):
    """The agent's skills from now on; `own_skills` are those to go back to, None if these are."""

    agent_id: str
    skills: dict[str, int]
    own_skills: dict[str, int] | None
    by: str


class AgentVanished(Decision, frozen=True, gc=False, tag="agent_vanished"):
    """The agent's client is gone; at `until_ms` what is left of its contacts is closed."""

    agent_id: str
    until_ms: int


class QueueSwitched(Decision, frozen=True, gc=False, tag="queue_switched"):
    """The queue is open or closed from now on; `drain`: those who wait are diverted.

    `at_closing`: what happens to those who wait until it opens; None: as its settings say.
    """

    queue_id: str
    is_open: bool
    drain: bool = False
    at_closing: AtClosing | None = None


class TimersPaused(Decision, frozen=True, gc=False, tag="timers_paused"):
    """Agents' timers (reservation, wrap-up, grace) stand still."""


class TimersResumed(Decision, frozen=True, gc=False, tag="timers_resumed"):
    """Agents' timers run again, all later by `shift_ms`."""

    shift_ms: int


class BridgeNoted(Decision, frozen=True, gc=False, tag="bridge_noted"):
    """A bridge is silent, so that the load is not known; or it no longer is."""

    bridge: str
    is_silent: bool


class EpochBegan(Decision, frozen=True, gc=False, tag="epoch_began"):
    """This leader's number: receivers ignore decisions of lower epochs."""

    epoch: int


class ConfigurationApplied(Decision, frozen=True, gc=False, tag="configuration_applied"):
    """These routing settings (as `RoutingSettings` dumps them) are in force."""

    settings: dict[str, Any]


AnyDecision = (
    EventRejected
    | ContactQueued
    | ContactRequeued
    | ContactRefused
    | ContactDiverted
    | ContactReserved
    | ReservationTimedOut
    | ReservationWithdrawn
    | AssignmentChanged
    | AssignmentRestated
    | DispositionNoted
    | MarketingDecided
    | MarketingReported
    | MarketingClosing
    | GateForced
    | EmergencySet
    | AlarmNoted
    | PricesSet
    | GuardSet
    | GateLatched
    | OutcomeRecorded
    | AgentSessionStarted
    | AgentReturned
    | AgentStateChanged
    | AgentSkillsSet
    | AgentVanished
    | QueueSwitched
    | TimersPaused
    | TimersResumed
    | BridgeNoted
    | EpochBegan
    | ConfigurationApplied
    | AnyMarketingDecision
    | AnyQualityDecision
)
