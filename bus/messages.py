"""Messages about contacts and queues: what may stand in them, checked once, at the edge.

Each model is the envelope and the fields of one event of `router/events.py`, with bounds.
`bus/incoming.py` puts them together with those about agents and says who may send which.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, FailFast, Field, model_validator

from bus.envelope import (
    EventMessage,
    Message,
    Model,
    Reason,
    Revision,
    Skills,
    UnixMs,
)
from bus.marketing_messages import CustomerMessage, with_context
from config.base import DAY_MS
from config.routing import Id, Priority
from contacts.vocabulary import AtClosing, Mode
from router import events

MAX_LIVE_CONTACTS = 100_000

AlarmId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@=~-]{1,256}$")]


# --- contacts, told by the bridge to the PBX -----------------------------------------------


class ContactArrivedMessage(EventMessage):
    """A new contact asks for a queue."""

    event = events.ContactArrived
    type: Literal["contact_arrived"]
    contact_id: Id
    queue_id: Id
    priority: Priority | None = None
    """0 to 99, higher goes first; left out: the queue's own."""
    wait_credit_ms: Annotated[int, Field(ge=0, le=7 * DAY_MS)] = 0
    """Waiting already done elsewhere, milliseconds."""
    requires: Skills | None = None
    """Skills the agent must have besides the queue's, each with the lowest level that will do."""
    reason: Reason | None = None
    """Why the customer gets in touch, a short code for agents and reports."""
    customer_id: Id | None = None
    value_milli: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    """What marketing to this customer is worth, thousandths; left out: the queue's own."""
    may_market: bool = True
    """Whether this customer may be marketed to at all."""
    context: CustomerMessage | None = None
    """What is known of the customer; left out: the engine looks in its customer store."""

    def event_fields(self) -> dict[str, Any]:
        """See `EventMessage`."""
        return with_context(super().event_fields())


class ContactEndedMessage(EventMessage):
    """The contact is over: the customer hung up, or the PBX ended it.

    `marketing_ms`: so much of the talk, at its end, was marketing; only where desktops do not say
    when service is complete.
    """

    event = events.ContactEnded
    type: Literal["contact_ended"]
    contact_id: Id
    marketing_ms: Annotated[int, Field(ge=0, le=7 * DAY_MS)] = 0


class ContactTransferredMessage(EventMessage):
    """Blind transfer to a queue or to an agent; the time waited so far is kept.

    An agent's client transfers only what is in that agent's own hands.
    """

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["to_queue_id"]}, {"required": ["to_agent_id"]}]}
    )
    event = events.ContactTransferred
    type: Literal["contact_transferred"]
    contact_id: Id
    agent_id: Id | None = None
    """The agent who transfers, if one does."""
    revision: Revision | None = None
    to_queue_id: Id | None = None
    to_agent_id: Id | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.to_queue_id is None) == (self.to_agent_id is None):
            raise ValueError("give one of to_queue_id and to_agent_id")
        return self


class LiveContactMessage(Model):
    """One contact a bridge still has."""

    contact_id: Id
    queue_id: Id
    agent_id: Id | None = None
    """The agent it is connected to, if any."""
    wait_credit_ms: Annotated[int, Field(ge=0, le=7 * DAY_MS)] = 0
    """How long it has waited, milliseconds; counts if the engine does not know the contact."""
    priority: Priority | None = None
    requires: Skills | None = None


class LiveContactsReportedMessage(EventMessage):
    """All contacts the bridge has, sent after every reconnect."""

    event = events.LiveContactsReported
    type: Literal["live_contacts_reported"]
    contacts: Annotated[list[LiveContactMessage], FailFast(), Field(max_length=MAX_LIVE_CONTACTS)]

    @model_validator(mode="after")
    def _no_contact_twice(self) -> Self:
        if len({contact.contact_id for contact in self.contacts}) < len(self.contacts):
            raise ValueError("a contact_id is given twice in contacts")
        return self

    def event_fields(self) -> dict[str, Any]:
        """The values of the event's own fields, with the contacts as the core knows them."""
        contacts = tuple(events.LiveContact(**contact.__dict__) for contact in self.contacts)
        return {**super().event_fields(), "contacts": contacts}


class HeartbeatMessage(Message):
    """The bridge is there. Once it has sent one, its silence closes the gates; see `last`."""

    type: Literal["heartbeat"]
    last: bool = False
    """No more will come: the bridge goes away on purpose."""


class PositionRequestedMessage(Message):
    """Asks where a waiting contact stands; answered in the reply, changes nothing."""

    type: Literal["position_requested"]
    contact_id: Id


# --- supervisors ---------------------------------------------------------------------------


class ContactMovedMessage(EventMessage):
    """A supervisor moves a waiting contact to another queue; its wait is kept."""

    event = events.ContactMoved
    type: Literal["contact_moved"]
    contact_id: Id
    queue_id: Id


class ContactPrioritisedMessage(EventMessage):
    """A supervisor changes a waiting contact's priority."""

    event = events.ContactPrioritised
    type: Literal["contact_prioritised"]
    contact_id: Id
    priority: Priority


class QueueOpenedMessage(EventMessage):
    """A supervisor lets the queue take contacts."""

    event = events.QueueOpened
    type: Literal["queue_opened"]
    queue_id: Id


class QueueClosedMessage(EventMessage):
    """A supervisor lets the queue take no more contacts."""

    event = events.QueueClosed
    type: Literal["queue_closed"]
    queue_id: Id
    at_closing: Annotated[AtClosing, Field(strict=False)] | None = None
    """Whether those who wait are served or diverted; left out: as the queue's settings say."""


class GateOverriddenMessage(EventMessage):
    """A supervisor forces a mode, for one queue or for all, or gives it back to the engine."""

    event = events.GateOverridden
    type: Literal["gate_overridden"]
    queue_id: Id | None = None
    """The queue; left out: all queues."""
    mode: Mode | None = None
    """serving or marketing; left out: automatic again."""
    for_ms: Annotated[int, Field(ge=1, le=7 * DAY_MS)] | None = None
    """How long it holds; left out: until it is given back."""


class EmergencyDeclaredMessage(EventMessage):
    """An emergency: nobody markets anywhere until it is cleared."""

    event = events.EmergencyDeclared
    type: Literal["emergency_declared"]
    reason: Reason


class EmergencyClearedMessage(EventMessage):
    """The emergency is over."""

    event = events.EmergencyCleared
    type: Literal["emergency_cleared"]


class AlarmAcknowledgedMessage(EventMessage):
    """A supervisor has seen an alarm."""

    event = events.AlarmAcknowledged
    type: Literal["alarm_acknowledged"]
    alarm_id: AlarmId
    """The alarm's own id, as in the state."""


class ClockTickedMessage(Message):
    """Moves the engine's clock; only for an engine started with a ticked clock."""

    type: Literal["clock_ticked"]
    at_ms: UnixMs
    """The time it is now, Unix milliseconds."""
