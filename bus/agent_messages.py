"""Messages about agents: their sessions, their readiness, and the contacts in their hands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bus.envelope import Capacity, EventMessage, Note, Reason, Revision, Skills
from config.base import HOUR_MS
from config.routing import DispositionCode, Id
from router import events


class AgentMessage(EventMessage):
    """A message about an agent."""

    agent_id: Id


class AgentSignedInMessage(AgentMessage):
    """An agent's client signs in, or comes back after a loss."""

    event = events.AgentSignedIn
    type: Literal["agent_signed_in"]
    ready: bool = False
    """Take contacts at once."""
    take_over: bool = False
    """End the session the agent has at another client."""
    skills: Skills | None = None
    """Skills with levels 1 to 10; only for agents the configuration does not list."""
    capacity: Capacity | None = None
    """Contacts at a time per channel; only for agents the configuration does not list."""


class AgentSignedOutMessage(AgentMessage):
    """The agent goes home; refused while contacts are in hand."""

    event = events.AgentSignedOut
    type: Literal["agent_signed_out"]


class AgentReadyMessage(AgentMessage):
    """The agent takes contacts from now on."""

    event = events.AgentReady
    type: Literal["agent_ready"]


class AgentNotReadyMessage(AgentMessage):
    """The agent takes no further contacts."""

    event = events.AgentNotReady
    type: Literal["agent_not_ready"]
    reason: Reason


class AgentLostMessage(AgentMessage):
    """The agent's client vanished: to be left with the broker as the client's last will."""

    event = events.AgentLost
    type: Literal["agent_lost"]


class AssignmentMessage(AgentMessage):
    """An agent's (or the bridge's) word on one contact in the agent's hands."""

    contact_id: Id
    revision: Revision | None = None
    """The number the reservation came with; a stale one is refused, none is not checked."""


class RingingMessage(AssignmentMessage):
    """The agent's device rings: from here on, no answer is the agent's."""

    event = events.ReservationRinging
    type: Literal["ringing"]


class AcceptedMessage(AssignmentMessage):
    """The agent took the contact."""

    event = events.ReservationAccepted
    type: Literal["accepted"]


class RejectedMessage(AssignmentMessage):
    """The agent declined the contact."""

    event = events.ReservationRejected
    type: Literal["rejected"]


class HeldMessage(AssignmentMessage):
    """The agent put the contact on hold."""

    event = events.ContactHeld
    type: Literal["held"]


class ResumedMessage(AssignmentMessage):
    """The agent took the contact off hold."""

    event = events.ContactResumed
    type: Literal["resumed"]


class ServiceCompletedMessage(AssignmentMessage):
    """What the customer came for is done: the moment the gate decides."""

    event = events.ServiceCompleted
    type: Literal["service_completed"]
    disposition_code: DispositionCode | None = None
    """As at the end of wrap-up; for queues whose wrap-up the agent cannot end."""
    note: Note | None = None


class WrapUpCompletedMessage(AssignmentMessage):
    """The agent finished the after-contact work."""

    event = events.WrapUpCompleted
    type: Literal["wrap_up_completed"]
    disposition_code: DispositionCode | None = None
    """What came of the contact: one of the queue's codes, any if it has none."""
    note: Note | None = None
    """The same in the agent's words; kept in the journal and the outcome store."""


class WrapUpExtendedMessage(AssignmentMessage):
    """The agent needs more time for the after-contact work."""

    event = events.WrapUpExtended
    type: Literal["wrap_up_extended"]
    by_ms: Annotated[int, Field(ge=1, le=4 * HOUR_MS)]
    """How much more, milliseconds."""


class AgentSignOutForcedMessage(AgentMessage):
    """A supervisor signs an agent out: at once, or after the contacts in hand."""

    event = events.AgentSignOutForced
    type: Literal["agent_sign_out_forced"]


class AgentSkillsChangedMessage(AgentMessage):
    """A supervisor gives an agent other skills, and so other queues, until the agent signs out."""

    event = events.AgentSkillsChanged
    type: Literal["agent_skills_changed"]
    skills: Skills
    """Levels 1 to 10, in place of all the agent has; empty: the agent's own again."""
