"""Apply: how each decision changes the state. Nothing is decided here.

Recovery, followers and the live engine all run exactly this; so a journal written under another
strategy, configuration or version of the rules gives the same live state again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from router import decisions as d
from router import marketing_decisions as m
from router import quality_decisions as q
from router.changes import agents, contacts, gate, marketing, system
from router.decision import Decision
from router.event import Event
from router.receipts import receipt_of
from router.records import Record
from router.state import RoutingState


def apply_record(state: RoutingState, record: Record) -> None:
    """Bring the state to where it was after `record`."""
    event = record.event
    begin(state, event.at_ms)
    for decision in record.decisions:
        APPLY[type(decision)](state, decision)
    finish(state, event, record.decisions)


def begin(state: RoutingState, at_ms: int) -> None:
    """Start a record at `at_ms`, or when the last was if that is later."""
    if at_ms > state.now_ms:
        state.now_ms = at_ms
        if state.offers.ledger.rounds:
            state.offers.ledger.forget(at_ms)
    state.seq += 1


def finish(state: RoutingState, event: Event | None, decisions: Sequence[d.AnyDecision]) -> None:
    """End a record: remember the answer to its event, if it has an id."""
    if event is not None and event.event_id:
        receipt = receipt_of(event.event_id, event.source, state.seq, state.now_ms, decisions)
        state.receipts.add(receipt)


def _nothing(state: RoutingState, one: Decision) -> None:
    """A word to somebody; the state stays as it is."""


APPLY: dict[type[Decision], Callable[[RoutingState, Any], None]] = {
    d.ContactQueued: contacts.contact_queued,
    d.ContactRequeued: contacts.contact_requeued,
    d.ContactReserved: contacts.contact_reserved,
    d.ReservationTimedOut: contacts.reservation_timed_out,
    d.ReservationWithdrawn: contacts.reservation_withdrawn,
    d.AssignmentChanged: contacts.assignment_changed,
    d.DispositionNoted: contacts.disposition_noted,
    d.OutcomeRecorded: contacts.outcome_recorded,
    d.AgentSessionStarted: agents.agent_session_started,
    d.AgentReturned: agents.agent_returned,
    d.AgentVanished: agents.agent_vanished,
    d.AgentStateChanged: agents.agent_state_changed,
    d.AgentSkillsSet: agents.agent_skills_set,
    d.QueueSwitched: system.queue_switched,
    d.TimersPaused: system.timers_paused,
    d.BridgeNoted: system.bridge_noted,
    d.TimersResumed: system.timers_resumed,
    d.EpochBegan: system.epoch_began,
    d.ConfigurationApplied: system.configuration_applied,
    d.EventRejected: _nothing,
    d.ContactRefused: _nothing,
    d.ContactDiverted: _nothing,
    d.MarketingDecided: marketing.marketing_decided,
    d.MarketingReported: contacts.marketing_reported,
    d.MarketingClosing: _nothing,
    d.AssignmentRestated: _nothing,
    d.GateForced: gate.gate_forced,
    d.EmergencySet: gate.emergency_set,
    d.AlarmNoted: system.alarm_noted,
    d.PricesSet: gate.prices_set,
    d.GuardSet: gate.guard_set,
    d.GateLatched: gate.gate_latched,
    m.CatalogueApplied: marketing.catalogue_applied,
    m.CustomerContextSet: marketing.customer_context_set,
    m.ProductsSelected: marketing.products_selected,
    m.ProductsRestated: _nothing,
    m.ProductsWithdrawn: _nothing,
    m.LedgerChanged: marketing.ledger_changed,
    m.PreferencesLearned: marketing.preferences_learned,
    m.SaleRecorded: marketing.sale_recorded,
    m.FollowUpSet: _nothing,
    q.SurveyNoted: _nothing,
    q.ScheduleNoted: _nothing,
}
