"""The words of the field, each with one meaning. `docs/glossary.md` explains them at length."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """The medium of a contact; an agent's capacity is counted per channel."""

    VOICE = "voice"
    CHAT = "chat"
    TASK = "task"


class Mode(StrEnum):
    """What agents do with a contact: serve only, or serve and then market."""

    SERVING = "serving"
    MARKETING = "marketing"


class AgentState(StrEnum):
    """Whether an agent takes contacts. What the agent is *doing* is derived from assignments."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    NOT_READY = "not_ready"
    NOT_READY_AFTER_CONTACT = "not_ready_after_contact"


class AssignmentState(StrEnum):
    """The stages of one contact in the hands of one agent."""

    RESERVED = "reserved"
    RINGING = "ringing"
    TALK = "talk"
    HOLD = "hold"
    SERVICE_COMPLETE = "service_complete"
    MARKETING = "marketing"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class Disposition(StrEnum):
    """How a contact (or one leg of it) ended."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"
    DIVERTED = "diverted"
    TRANSFERRED = "transferred"
    GHOST = "ghost"
    AGENT_LOST = "agent_lost"


class Refusal(StrEnum):
    """Why a queue did not take or keep a contact; each may have a destination of its own."""

    CLOSED = "closed"
    FULL = "full"
    NO_STAFF = "no_staff"
    WAITED_TOO_LONG = "waited_too_long"


class AtClosing(StrEnum):
    """What happens to those who still wait when their queue closes."""

    SERVE = "serve"
    DIVERT = "divert"


class ReactionKind(StrEnum):
    """How a customer took one product that was presented."""

    ACCEPTED = "accepted"
    INTERESTED = "interested"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    NEVER_AGAIN = "never_again"
    NOT_PRESENTED = "not_presented"


class FollowUp(StrEnum):
    """What is to be done after a reaction."""

    VERIFICATION_CALL = "verification_call"
    FOLLOW_UP = "follow_up"


class NeverScope(StrEnum):
    """What a customer wants to hear no more of."""

    PRODUCT = "product"
    CATEGORY = "category"
    EVERYTHING = "everything"


class SuppressionReason(StrEnum):
    """Why a customer may not be presented any product, or any of a category."""

    EMERGENCY = "emergency"
    CUSTOMER_UNKNOWN = "customer_unknown"
    CONTEXT_MISSING = "context_missing"
    FACT_UNKNOWN = "fact_unknown"
    DO_NOT_CONTACT = "do_not_contact"
    OPTED_OUT = "opted_out"
    VULNERABLE = "vulnerable"
    OPEN_COMPLAINT = "open_complaint"
    STAGE_EXCLUDED = "stage_excluded"
    CONSENT_MISSING = "consent_missing"
    CONSENT_UNPROVEN = "consent_unproven"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class FatigueRule(StrEnum):
    """The limit that bars a presentation: too many already, or the customer asked for it."""

    NEVER = "never"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    CONTACT = "contact"
    CUSTOMER = "customer"
    HOUSEHOLD = "household"
    PRODUCT = "product"
    CATEGORY = "category"
    CAMPAIGN = "campaign"


class Unqualified(StrEnum):
    """Why an agent may not present products of a category."""

    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_EXPIRED = "certificate_expired"
    LEARNER = "learner"


class ScheduledActivity(StrEnum):
    """What an agent is to do in a stretch of the schedule."""

    WORK = "work"
    BREAK = "break"
    OTHER = "other"


class NotReadyReason(StrEnum):
    """Reasons the engine itself sets; agents may give any reason of their own."""

    SIGNED_IN = "signed_in"
    RONA = "rona"
    REJECTED = "rejected"
    LOST = "lost"
    SUPERVISOR = "supervisor"


class Rejection(StrEnum):
    """Why an event was not carried out. Stable codes; the words are made where they are read."""

    CONTACT_EXISTS = "contact_exists"
    CONTACT_UNKNOWN = "contact_unknown"
    CONTACT_NOT_WAITING = "contact_not_waiting"
    CONTACT_NOT_WITH_AGENT = "contact_not_with_agent"
    CONTACT_NOT_HANDLED = "contact_not_handled"
    AGENT_UNKNOWN = "agent_unknown"
    AGENT_NOT_SIGNED_IN = "agent_not_signed_in"
    AGENT_SIGNED_IN_ELSEWHERE = "agent_signed_in_elsewhere"
    AGENT_HAS_CONTACTS = "agent_has_contacts"
    AGENT_NOT_AVAILABLE = "agent_not_available"
    QUEUE_UNKNOWN = "queue_unknown"
    QUEUE_REFUSES = "queue_refuses"
    REVISION_STALE = "revision_stale"
    STATE_FORBIDS = "state_forbids"
    WRAP_UP_FORCED = "wrap_up_forced"
    DISPOSITION_UNKNOWN = "disposition_unknown"
    EXTENSION_TOO_LONG = "extension_too_long"
    CONFIGURATION_INVALID = "configuration_invalid"
    PRICES_INVALID = "prices_invalid"
    CATALOGUE_INVALID = "catalogue_invalid"
    PRODUCT_NOT_PRESENTED = "product_not_presented"
    ROUND_OF_ANOTHER_AGENT = "round_of_another_agent"
