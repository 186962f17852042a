"""All messages that clients send as one tagged union, who may send which, and the way inside."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from bus import agent_messages, marketing_messages, messages, quality_messages
from bus.envelope import EventMessage
from bus.topics import Role
from router.events import AnyEvent

AnyMessage = (
    messages.ContactArrivedMessage
    | messages.ContactEndedMessage
    | messages.ContactTransferredMessage
    | messages.LiveContactsReportedMessage
    | messages.PositionRequestedMessage
    | messages.HeartbeatMessage
    | agent_messages.AgentSignedInMessage
    | agent_messages.AgentSignedOutMessage
    | agent_messages.AgentReadyMessage
    | agent_messages.AgentNotReadyMessage
    | agent_messages.AgentLostMessage
    | agent_messages.RingingMessage
    | agent_messages.AcceptedMessage
    | agent_messages.RejectedMessage
    | agent_messages.HeldMessage
    | agent_messages.ResumedMessage
    | agent_messages.ServiceCompletedMessage
    | agent_messages.WrapUpCompletedMessage
    | agent_messages.WrapUpExtendedMessage
    | agent_messages.AgentSignOutForcedMessage
    | agent_messages.AgentSkillsChangedMessage
    | marketing_messages.CustomerContextAttachedMessage
    | marketing_messages.ProductsPresentedMessage
    | marketing_messages.ReactionRecordedMessage
    | marketing_messages.NeverSaidMessage
    | quality_messages.SurveyAnsweredMessage
    | quality_messages.SchedulePublishedMessage
    | messages.ContactMovedMessage
    | messages.ContactPrioritisedMessage
    | messages.QueueOpenedMessage
    | messages.QueueClosedMessage
    | messages.GateOverriddenMessage
    | messages.EmergencyDeclaredMessage
    | messages.EmergencyClearedMessage
    | messages.AlarmAcknowledgedMessage
    | messages.ClockTickedMessage
)

MESSAGE_MODELS: dict[str, type[AnyMessage]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(AnyMessage)
}
"""The model of each message type."""

ANY_MESSAGE: TypeAdapter[AnyMessage] = TypeAdapter(
    Annotated[AnyMessage, Field(discriminator="type")]
)
"""Reads any message: `ANY_MESSAGE.validate_json(payload)`."""

_AGENT_TYPES = frozenset(
    {
        "agent_signed_in",
        "agent_signed_out",
        "agent_ready",
        "agent_not_ready",
        "agent_lost",
        "contact_transferred",
        "ringing",
        "accepted",
        "rejected",
        "held",
        "resumed",
        "service_completed",
        "wrap_up_completed",
        "wrap_up_extended",
        "products_presented",
        "reaction_recorded",
        "never_said",
    }
)
_CONTACT_TYPES = frozenset(
    {
        "contact_arrived",
        "contact_ended",
        "live_contacts_reported",
        "position_requested",
        "heartbeat",
        "customer_context_attached",
        "survey_answered",
        "schedule_published",
    }
)
_SUPERVISOR_TYPES = frozenset(
    {
        "agent_ready",
        "agent_not_ready",
        "agent_sign_out_forced",
        "agent_skills_changed",
        "contact_moved",
        "contact_prioritised",
        "queue_opened",
        "queue_closed",
        "gate_overridden",
        "emergency_declared",
        "emergency_cleared",
        "schedule_published",
        "alarm_acknowledged",
        "clock_ticked",
    }
)

ALLOWED_TYPES: dict[Role, frozenset[str]] = {
    Role.BRIDGE: _CONTACT_TYPES | _AGENT_TYPES,
    Role.AGENT: _AGENT_TYPES,
    Role.SUPERVISOR: _SUPERVISOR_TYPES,
}
"""Who may send what. Bridges may speak for agents, since many PBXs know what agents do."""


def to_event(message: EventMessage, at_ms: int, source: str) -> AnyEvent:
    """Make the core's event: `at_ms` is the engine's time, `source` the sender (`bridge/pbx-1`).

    `position_requested`, `heartbeat` and `clock_ticked` are for the service and are no events.
    """
    return message.event(at_ms=at_ms, source=source, **message.event_fields())
