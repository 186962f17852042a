"""Events: everything that can happen to the engine, as immutable values.

Each event says who sent it (`source`, for example `bridge/pbx-1` or `agent/anna`), carries the id
by which repeats are recognised, and `at_ms`, the engine's own time (milliseconds since 1970).
`occurred_at_ms` is the sender's clock: for reports only, never for timers.
"""

from __future__ import annotations

from typing import Any

import msgspec

from contacts.customer import CustomerContext
from contacts.vocabulary import AtClosing, Channel, Mode
from queues.price_grid import PriceGrid
from router.event import AssignmentEvent as AssignmentEvent
from router.event import Event as Event
from router.marketing_events import AnyMarketingEvent
from router.quality_events import AnyQualityEvent

# --- contacts, told by the bridge to the PBX -----------------------------------------------


class ContactArrived(Event, frozen=True, gc=False, kw_only=True, tag="contact_arrived"):
    """A new contact asks for a queue. `wait_credit_ms` of waiting is credited at once.

    `value_milli` is what marketing to this customer is worth, thousandths; `may_market` tells
    whether it is permitted at all. `context` is what is known of the customer, if the message says.
    """

    contact_id: str
    queue_id: str
    priority: int | None = None
    wait_credit_ms: int = 0
    requires: dict[str, int] | None = None
    reason: str | None = None
    customer_id: str | None = None
    value_milli: int | None = None
    may_market: bool = True
    context: CustomerContext | None = None


class ContactEnded(Event, frozen=True, gc=False, kw_only=True, tag="contact_ended"):
    """The contact is over: abandoned if nobody had accepted it, else the agent wraps up.

    `marketing_ms`: so much of the talk, at its end, was marketing; for desktops that do not say
    when service is complete.
    """

    contact_id: str
    marketing_ms: int = 0


class ContactTransferred(Event, frozen=True, gc=False, kw_only=True, tag="contact_transferred"):
    """Blind transfer to a queue or to an agent; the time waited so far is kept."""

    contact_id: str
    agent_id: str | None = None
    revision: int | None = None
    to_queue_id: str | None = None
    to_agent_id: str | None = None


class LiveContact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One contact a bridge still has; `agent_id` if it is connected to an agent.

    The rest is for a contact that turns out to be unknown, as in `ContactArrived`.
    """

    contact_id: str
    queue_id: str
    agent_id: str | None = None
    wait_credit_ms: int = 0
    priority: int | None = None
    requires: dict[str, int] | None = None


class LiveContactsReported(
    Event, frozen=True, gc=False, kw_only=True, tag="live_contacts_reported"
):
    """All contacts a bridge has after a reconnect: ghosts are closed, unknown ones adopted."""

    contacts: tuple[LiveContact, ...]


# --- agents --------------------------------------------------------------------------------


class AgentSignedIn(Event, frozen=True, gc=False, kw_only=True, tag="agent_signed_in"):
    """An agent's client signs in, or comes back after a loss. `take_over` ends another client's
    session. Skills and capacity count only for agents the configuration does not list."""

    agent_id: str
    ready: bool = False
    take_over: bool = False
    skills: dict[str, int] | None = None
    capacity: dict[Channel, int] | None = None


class AgentSignedOut(Event, frozen=True, gc=False, kw_only=True, tag="agent_signed_out"):
    """The agent goes home; refused while contacts are in hand."""

    agent_id: str


class AgentReady(Event, frozen=True, gc=False, kw_only=True, tag="agent_ready"):
    """The agent takes contacts from now on; a supervisor's word also takes back a sign-out."""

    agent_id: str


class AgentNotReady(Event, frozen=True, gc=False, kw_only=True, tag="agent_not_ready"):
    """The agent takes no further contacts; takes effect after the contacts in hand."""

    agent_id: str
    reason: str


class AgentLost(Event, frozen=True, gc=False, kw_only=True, tag="agent_lost"):
    """The agent's client vanished (its last will)."""

    agent_id: str


class ReservationRinging(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="ringing"):
    """The agent's device rings: from here on, no answer is the agent's."""


class ReservationAccepted(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="accepted"):
    """The agent took the contact."""


class ReservationRejected(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="rejected"):
    """The agent declined the contact."""


class ContactHeld(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="held"):
    """The agent put the contact on hold."""


class ContactResumed(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="resumed"):
    """The agent took the contact off hold."""


class ServiceCompleted(
    AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="service_completed"
):
    """What the customer came for is done: the moment the gate decides.

    `disposition_code` and `note` are for the outcome, as in `WrapUpCompleted`; for queues whose
    wrap-up the agent cannot end.
    """

    disposition_code: str | None = None
    note: str | None = None


class WrapUpCompleted(
    AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="wrap_up_completed"
):
    """The agent finished the after-contact work.

    `disposition_code` says in the centre's own codes what came of the contact, `note` in words;
    None: what was said at service complete stands.
    """

    disposition_code: str | None = None
    note: str | None = None


class WrapUpExtended(AssignmentEvent, frozen=True, gc=False, kw_only=True, tag="wrap_up_extended"):
    """The agent needs `by_ms` more for the after-contact work."""

    by_ms: int


# --- supervisors ---------------------------------------------------------------------------


class AgentSignOutForced(Event, frozen=True, gc=False, kw_only=True, tag="agent_sign_out_forced"):
    """A supervisor signs an agent out: at once, or after the contacts in hand."""

    agent_id: str


class AgentSkillsChanged(Event, frozen=True, gc=False, kw_only=True, tag="agent_skills_changed"):
    """A supervisor gives an agent other skills until the agent signs out.

    `skills`: levels 1 to 10, in place of all the agent has; empty: the agent's own again.
    """

    agent_id: str
    skills: dict[str, int]


class ContactMoved(Event, frozen=True, gc=False, kw_only=True, tag="contact_moved"):
    """A supervisor moves a waiting contact to another queue; its wait is kept."""

    contact_id: str
    queue_id: str


class ContactPrioritised(Event, frozen=True, gc=False, kw_only=True, tag="contact_prioritised"):
    """A supervisor changes a waiting contact's priority."""

    contact_id: str
    priority: int


class QueueOpened(Event, frozen=True, gc=False, kw_only=True, tag="queue_opened"):
    """The queue takes contacts (opening hours, or a supervisor)."""

    queue_id: str


class QueueClosed(Event, frozen=True, gc=False, kw_only=True, tag="queue_closed"):
    """The queue takes no more contacts.

    `at_closing` says what happens to those who wait, until the queue opens; None: its settings do.
    """

    queue_id: str
    at_closing: AtClosing | None = None


class GateOverridden(Event, frozen=True, gc=False, kw_only=True, tag="gate_overridden"):
    """A supervisor forces a mode for one queue, or all (None), or gives it back (mode None).

    `for_ms` is how long it holds; None: until it is given back.
    """

    queue_id: str | None = None
    mode: Mode | None = None
    for_ms: int | None = None


class EmergencyDeclared(Event, frozen=True, gc=False, kw_only=True, tag="emergency_declared"):
    """An emergency: nobody markets anywhere until it is cleared."""

    reason: str


class EmergencyCleared(Event, frozen=True, gc=False, kw_only=True, tag="emergency_cleared"):
    """The emergency is over."""


class AlarmAcknowledged(Event, frozen=True, gc=False, kw_only=True, tag="alarm_acknowledged"):
    """A supervisor has seen an alarm; `alarm_id` is the id that its alarm was raised with."""

    alarm_id: str


class PricesComputed(Event, frozen=True, gc=False, kw_only=True, tag="prices_computed"):
    """New prices of the agents' time in a queue, worked out beside the engine.

    `basis` says from which estimates: agents, arrivals per hour, mean times in milliseconds.
    """

    queue_id: str
    prices: PriceGrid
    patience_mean_ms: int = 0
    marketing_mean_ms: int = 0
    basis: dict[str, float]


class GuardChanged(Event, frozen=True, gc=False, kw_only=True, tag="guard_changed"):
    """A guard rail of a queue was hit (`closed_by`, with what was measured), or none is now."""

    queue_id: str
    closed_by: str | None = None
    measured: float | None = None
    limit: float | None = None


# --- the engine itself ---------------------------------------------------------------------


class EngineStarted(Event, frozen=True, gc=False, kw_only=True, tag="engine_started"):
    """A new leader took over; the time nobody led does not count against anybody."""

    epoch: int


class LinkLost(Event, frozen=True, gc=False, kw_only=True, tag="link_lost"):
    """The engine lost the broker: agents' timers stand still until it is back."""


class LinkRestored(Event, frozen=True, gc=False, kw_only=True, tag="link_restored"):
    """The broker is back."""


class BridgeFellSilent(Event, frozen=True, gc=False, kw_only=True, tag="bridge_fell_silent"):
    """A bridge that sends heartbeats has sent nothing for too long: the load is not known."""

    bridge: str


class BridgeHeard(Event, frozen=True, gc=False, kw_only=True, tag="bridge_heard"):
    """A silent bridge is heard again, or has said that it goes."""

    bridge: str


class ConfigurationChanged(Event, frozen=True, gc=False, kw_only=True, tag="configuration_changed"):
    """New routing settings: `settings` as `RoutingSettings` dumps them, whole."""

    settings: dict[str, Any]


class ClockTicked(Event, frozen=True, gc=False, kw_only=True, tag="clock_ticked"):
    """Time reached a deadline; made by `Engine.advance`."""


AnyEvent = (
    ContactArrived
    | ContactEnded
    | ContactTransferred
    | LiveContactsReported
    | AgentSignedIn
    | AgentSignedOut
    | AgentReady
    | AgentNotReady
    | AgentLost
    | ReservationRinging
    | ReservationAccepted
    | ReservationRejected
    | ContactHeld
    | ContactResumed
    | ServiceCompleted
    | WrapUpCompleted
    | WrapUpExtended
    | AgentSignOutForced
    | AgentSkillsChanged
    | ContactMoved
    | ContactPrioritised
    | QueueOpened
    | QueueClosed
    | GateOverridden
    | EmergencyDeclared
    | EmergencyCleared
    | AlarmAcknowledged
    | PricesComputed
    | GuardChanged
    | EngineStarted
    | LinkLost
    | LinkRestored
    | BridgeFellSilent
    | BridgeHeard
    | ConfigurationChanged
    | ClockTicked
    | AnyMarketingEvent
    | AnyQualityEvent
)
