"""An agent and the contacts in the agent's hands."""

from __future__ import annotations

import msgspec

from agents.transitions import UNANSWERED, WITH_CUSTOMER
from contacts.vocabulary import AgentState, AssignmentState, Channel, Disposition, NotReadyReason

CLOCK_OF = {
    AssignmentState.TALK: "talk_ms",
    AssignmentState.SERVICE_COMPLETE: "talk_ms",
    AssignmentState.HOLD: "hold_ms",
    AssignmentState.MARKETING: "marketing_ms",
    AssignmentState.WRAP_UP: "wrap_up_ms",
}
"""Which phase's clock runs in a state, if one does."""


class Assignment(msgspec.Struct, gc=False, kw_only=True):
    """One contact with one agent. Phase lengths are milliseconds, summed as phases end.

    `round_id` is the newest round of products selected for it, `products_milli` what was expected
    of its products when the gate last asked, thousandths.
    """

    contact_id: str
    agent_id: str
    queue_id: str
    channel: Channel
    revision: int
    leg: int
    state: AssignmentState
    since_ms: int
    until_ms: int | None
    queued_at_ms: int
    accepted_at_ms: int | None = None
    ended_at_ms: int | None = None
    disposition: Disposition | None = None
    talk_ms: int = 0
    hold_ms: int = 0
    marketing_ms: int = 0
    wrap_up_ms: int = 0
    wrap_up_extended_ms: int = 0
    marketed: bool = False
    rona_count: int = 0
    bridge: str = ""
    reason: str | None = None
    customer_id: str | None = None
    value_milli: int | None = None
    may_market: bool = True
    round_id: str | None = None
    products_milli: int | None = None
    disposition_code: str | None = None
    note: str | None = None

    @property
    def is_unanswered(self) -> bool:
        """Reserved or ringing: the customer still waits."""
        return self.state in UNANSWERED

    @property
    def is_with_customer(self) -> bool:
        """The customer is in the agent's hands."""
        return self.state in WITH_CUSTOMER

    def phases_ms(self, now_ms: int) -> tuple[int, int, int, int]:
        """Return talk, hold, marketing and wrap-up so far; service complete counts as talk."""
        clock, spent = CLOCK_OF.get(self.state), now_ms - self.since_ms
        return (
            self.talk_ms + (spent if clock == "talk_ms" else 0),
            self.hold_ms + (spent if clock == "hold_ms" else 0),
            self.marketing_ms + (spent if clock == "marketing_ms" else 0),
            self.wrap_up_ms + (spent if clock == "wrap_up_ms" else 0),
        )

    def enter(self, state: AssignmentState, now_ms: int) -> None:
        """Stop the running phase's clock and start that of `state`."""
        clock = CLOCK_OF.get(self.state)
        if clock is not None:
            setattr(self, clock, getattr(self, clock) + now_ms - self.since_ms)
        self.state = state
        self.since_ms = now_ms


class Agent(msgspec.Struct, gc=False, kw_only=True):
    """One agent who has signed in at least once.

    `session` is the client signed in last; `lost_until_ms` is set while that client is gone.
    `unconfirmed` counts reservations in a row whose ringing nobody confirmed: such an agent is
    offered contacts last. `busy_ms` is handling time since sign-in, `handle_mean_ms` its
    exponentially weighted mean per contact. `own_skills` are those to go back to while a supervisor
    has given the agent others; `state_by` is the supervisor who set the agent's state, if one did.
    """

    agent_id: str
    serial: int
    session: str
    skills: dict[str, int]
    capacity: dict[Channel, int]
    team: str | None = None
    state: AgentState = AgentState.SIGNED_OUT
    reason: str | None = None
    since_ms: int = 0
    signed_in_at_ms: int = 0
    idle_since_ms: int = 0
    lost_until_ms: int | None = None
    assignments: dict[str, Assignment] = msgspec.field(default_factory=dict)
    busy_ms: int = 0
    handle_mean_ms: int = 0
    accepted_count: int = 0
    offered_serial: int = 0
    unconfirmed: int = 0
    own_skills: dict[str, int] | None = None
    state_by: str | None = None

    @property
    def is_leaving(self) -> bool:
        """A supervisor signed the agent out; it takes effect after the contacts in hand."""
        after_contact = self.state is AgentState.NOT_READY_AFTER_CONTACT
        return after_contact and self.reason == NotReadyReason.SUPERVISOR

    @property
    def is_marketing(self) -> bool:
        """Whether the agent is marketing to a customer."""
        return any(one.state is AssignmentState.MARKETING for one in self.assignments.values())

    def has_room(self, channel: Channel, exclusive: frozenset[Channel]) -> bool:
        """Tell whether one more contact of `channel` may be offered now."""
        if self.state is not AgentState.READY or self.lost_until_ms is not None:
            return False
        load = 0
        for one in self.assignments.values():
            if one.channel is channel:
                load += 1
            elif channel in exclusive or one.channel in exclusive:
                return False
        return load < self.capacity.get(channel, 0)
