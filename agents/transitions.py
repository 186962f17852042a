"""The two state tables: what an agent may be, and what a contact in an agent's hands may be.

An *agent* is a person who is signed out, ready, not ready for a reason, or about to be not ready
when the contacts in hand are done. An *assignment* is one contact with one agent: it is reserved,
perhaps rings, is talked to and held, comes to the point where service is complete, perhaps goes on
to marketing, and is wrapped up. The state shown for an agent is derived from both.

Code, tests and the diagrams in docs/state-tables.md all read these tables.
"""

from __future__ import annotations

from enum import StrEnum

from contacts.vocabulary import AgentState, AssignmentState


class AgentTrigger(StrEnum):
    """What moves an agent from one state to another."""

    SIGN_IN = "sign in"
    GET_READY = "ready"
    GET_NOT_READY = "not ready"
    GET_NOT_READY_BUSY = "not ready, contacts in hand"
    CONTACTS_DONE = "last contact done"
    NO_ANSWER = "no answer or rejected"
    SIGN_OUT = "sign out"


class AssignmentTrigger(StrEnum):
    """What moves an assignment from one state to another."""

    RING = "ringing"
    ACCEPT = "accepted"
    GIVE_BACK = "rejected, timed out or withdrawn"
    HOLD = "held"
    RESUME = "resumed"
    COMPLETE_SERVICE = "service complete"
    MARKET = "marketing granted"
    END = "customer gone or transferred"
    EXTEND = "wrap-up extended"
    CLOSE = "closed"


_A, _T = AgentState, AgentTrigger

AGENT_TRANSITIONS: dict[tuple[AgentState, AgentTrigger], AgentState] = {
    (_A.SIGNED_OUT, _T.SIGN_IN): _A.NOT_READY,
    (_A.NOT_READY, _T.GET_READY): _A.READY,
    (_A.NOT_READY, _T.GET_NOT_READY): _A.NOT_READY,
    (_A.NOT_READY, _T.GET_NOT_READY_BUSY): _A.NOT_READY_AFTER_CONTACT,
    (_A.NOT_READY, _T.NO_ANSWER): _A.NOT_READY,
    (_A.NOT_READY, _T.SIGN_OUT): _A.SIGNED_OUT,
    (_A.READY, _T.GET_READY): _A.READY,
    (_A.READY, _T.GET_NOT_READY): _A.NOT_READY,
    (_A.READY, _T.GET_NOT_READY_BUSY): _A.NOT_READY_AFTER_CONTACT,
    (_A.READY, _T.NO_ANSWER): _A.NOT_READY,
    (_A.READY, _T.SIGN_OUT): _A.SIGNED_OUT,
    (_A.NOT_READY_AFTER_CONTACT, _T.GET_READY): _A.READY,
    (_A.NOT_READY_AFTER_CONTACT, _T.GET_NOT_READY): _A.NOT_READY,
    (_A.NOT_READY_AFTER_CONTACT, _T.GET_NOT_READY_BUSY): _A.NOT_READY_AFTER_CONTACT,
    (_A.NOT_READY_AFTER_CONTACT, _T.CONTACTS_DONE): _A.NOT_READY,
    (_A.NOT_READY_AFTER_CONTACT, _T.NO_ANSWER): _A.NOT_READY,
    (_A.NOT_READY_AFTER_CONTACT, _T.SIGN_OUT): _A.SIGNED_OUT,
}

_S, _U = AssignmentState, AssignmentTrigger

ASSIGNMENT_TRANSITIONS: dict[tuple[AssignmentState, AssignmentTrigger], AssignmentState] = {
    (_S.RESERVED, _U.RING): _S.RINGING,
    (_S.RESERVED, _U.ACCEPT): _S.TALK,
    (_S.RESERVED, _U.GIVE_BACK): _S.CLOSED,
    (_S.RESERVED, _U.CLOSE): _S.CLOSED,
    (_S.RINGING, _U.RING): _S.RINGING,
    (_S.RINGING, _U.ACCEPT): _S.TALK,
    (_S.RINGING, _U.GIVE_BACK): _S.CLOSED,
    (_S.RINGING, _U.CLOSE): _S.CLOSED,
    (_S.TALK, _U.HOLD): _S.HOLD,
    (_S.TALK, _U.COMPLETE_SERVICE): _S.SERVICE_COMPLETE,
    (_S.TALK, _U.END): _S.WRAP_UP,
    (_S.TALK, _U.CLOSE): _S.CLOSED,
    (_S.HOLD, _U.RESUME): _S.TALK,
    (_S.HOLD, _U.COMPLETE_SERVICE): _S.SERVICE_COMPLETE,
    (_S.HOLD, _U.END): _S.WRAP_UP,
    (_S.HOLD, _U.CLOSE): _S.CLOSED,
    (_S.SERVICE_COMPLETE, _U.RESUME): _S.TALK,
    (_S.SERVICE_COMPLETE, _U.MARKET): _S.MARKETING,
    (_S.SERVICE_COMPLETE, _U.END): _S.WRAP_UP,
    (_S.SERVICE_COMPLETE, _U.CLOSE): _S.CLOSED,
    (_S.MARKETING, _U.RESUME): _S.TALK,
    (_S.MARKETING, _U.END): _S.WRAP_UP,
    (_S.MARKETING, _U.CLOSE): _S.CLOSED,
    (_S.WRAP_UP, _U.EXTEND): _S.WRAP_UP,
    (_S.WRAP_UP, _U.CLOSE): _S.CLOSED,
}

UNANSWERED = frozenset({_S.RESERVED, _S.RINGING})
WITH_CUSTOMER = frozenset({_S.TALK, _S.HOLD, _S.SERVICE_COMPLETE, _S.MARKETING})
