"""The engine: events and time in, decisions out. A pure function of what it was told.

It owns no clock, no socket, no task and no chance. The same engine runs live, in simulated time,
in a replay of last Tuesday and in a test, and gives the same answers each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contacts.vocabulary import AssignmentState, Refusal
from router import events as e
from router import marketing_events as m
from router import quality_events as q
from router.apply import begin, finish
from router.deadlines import DeadlineKind, Key
from router.decisions import AnyDecision
from router.event import Event
from router.gatekeeper import decide
from router.receipts import Receipt
from router.rules import (
    agents,
    arrivals,
    gating,
    handling,
    marketing,
    presenting,
    quality,
    reservations,
    supervision,
    system,
)
from router.rules.settling import settle
from router.state import RoutingState
from router.turn import Gate, Refused, Turn

DEADLINES_AT_ONCE = 64

RULES: dict[type[Event], Callable[[Turn, Any], None]] = {
    e.ContactArrived: arrivals.contact_arrived,
    e.ContactEnded: arrivals.contact_ended,
    e.ContactTransferred: supervision.contact_transferred,
    e.LiveContactsReported: system.live_contacts_reported,
    e.AgentSignedIn: agents.agent_signed_in,
    e.AgentSignedOut: agents.agent_signed_out,
    e.AgentReady: agents.agent_ready,
    e.AgentNotReady: agents.agent_not_ready,
    e.AgentLost: agents.agent_lost,
    e.ReservationRinging: reservations.reservation_ringing,
    e.ReservationAccepted: reservations.reservation_accepted,
    e.ReservationRejected: reservations.reservation_rejected,
    e.ContactHeld: handling.contact_held,
    e.ContactResumed: handling.contact_resumed,
    e.ServiceCompleted: handling.service_completed,
    e.WrapUpCompleted: handling.wrap_up_completed,
    e.WrapUpExtended: handling.wrap_up_extended,
    e.AgentSignOutForced: supervision.agent_sign_out_forced,
    e.AgentSkillsChanged: supervision.agent_skills_changed,
    e.ContactMoved: supervision.contact_moved,
    e.ContactPrioritised: supervision.contact_prioritised,
    e.QueueOpened: supervision.queue_opened,
    e.QueueClosed: supervision.queue_closed,
    e.GateOverridden: gating.gate_overridden,
    e.EmergencyDeclared: gating.emergency_declared,
    e.EmergencyCleared: gating.emergency_cleared,
    e.AlarmAcknowledged: supervision.alarm_acknowledged,
    e.PricesComputed: gating.prices_computed,
    e.GuardChanged: gating.guard_changed,
    m.CatalogueChanged: marketing.catalogue_changed,
    m.CustomerContextAttached: marketing.customer_context_attached,
    m.ProductsPresented: presenting.products_presented,
    m.ReactionRecorded: marketing.reaction_recorded,
    m.NeverSaid: marketing.never_said,
    q.SurveyAnswered: quality.survey_answered,
    q.SchedulePublished: quality.schedule_published,
    e.EngineStarted: system.engine_started,
    e.LinkLost: system.link_lost,
    e.LinkRestored: system.link_restored,
    e.BridgeFellSilent: system.bridge_fell_silent,
    e.BridgeHeard: system.bridge_heard,
    e.ConfigurationChanged: system.configuration_changed,
}


class Engine:
    """Routes contacts to agents. Single-threaded; every call returns before the next."""

    def __init__(self, state: RoutingState | None = None, gate: Gate = decide) -> None:
        self.state = state if state is not None else RoutingState()
        self.gate = gate

    def receipt(self, event_id: str) -> Receipt | None:
        """Return the answer already given to this event, if it is remembered."""
        return self.state.receipts.get(event_id)

    def handle(self, event: e.AnyEvent) -> Sequence[AnyDecision]:
        """Decide what `event` causes, and apply it.

        Time never goes back: an event earlier than the last is taken as happening now. An event
        that cannot be carried out causes one `EventRejected` and changes nothing. A repeat must be
        caught before, with `receipt`.
        """
        state = self.state
        turn = Turn(state, self.gate, state.now_ms)
        begin(state, event.at_ms)
        try:
            RULES[type(event)](turn, event)
        except Refused as refused:
            turn.emit(refused.decision)
        else:
            if turn.heard is not None:
                agents.agent_heard(turn, turn.heard)
            settle(turn)
            if state.latching:
                gating.latch(turn)
        finish(state, event, turn.decisions)
        return turn.decisions

    def next_deadline_ms(self) -> int | None:
        """Return when `advance` has something to do; None: never, or timers are paused."""
        if self.state.paused_since_ms is not None:
            return None
        return self.state.deadlines.next_ms()

    def advance(self, now_ms: int) -> Sequence[AnyDecision]:
        """Do what is due at `now_ms`, at most 64 deadlines at once; call again while more is due.

        Returns nothing, and counts no record, if nothing was due.
        """
        due = self.next_deadline_ms()
        if due is None or due > now_ms:
            return ()
        turn = Turn(self.state, self.gate, self.state.now_ms)
        begin(self.state, now_ms)
        for _ in range(DEADLINES_AT_ONCE):
            key = self.state.deadlines.pop_due(now_ms)
            if key is None:
                break
            self._fire(turn, key)
            settle(turn)
        if self.state.latching:
            gating.latch(turn)
        finish(self.state, None, turn.decisions)
        return turn.decisions

    def _fire(self, turn: Turn, key: Key) -> None:
        kind, name, agent_id = key
        match kind:
            case DeadlineKind.ASSIGNMENT:
                assignment = self.state.agents[agent_id].assignments[name]
                if assignment.state is AssignmentState.WRAP_UP:
                    handling.close_assignment(turn, assignment)
                else:
                    reservations.reservation_timed_out(turn, assignment)
            case DeadlineKind.GIVE_UP:
                arrivals.divert(turn, self.state.contacts[name], Refusal.WAITED_TOO_LONG)
            case DeadlineKind.AGENT_GRACE:
                agents.agent_grace_over(turn, self.state.agents[name])
            case DeadlineKind.DRAIN:
                supervision.drain_queue(turn, self.state.queues[name])
