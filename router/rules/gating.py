"""Gating: what opens and closes the gate besides the load: supervisors, emergencies, guards."""

from __future__ import annotations

from agents.transitions import AssignmentTrigger
from contacts.vocabulary import AssignmentState, Mode, Rejection
from gate.policies import latched_open
from router import events as e
from router.decisions import (
    ConfigurationApplied,
    EmergencySet,
    GateForced,
    GateLatched,
    GuardSet,
    MarketingClosing,
    PricesSet,
)
from router.rules.arrivals import find_queue
from router.rules.handling import move
from router.turn import Refused, Turn


def gate_overridden(turn: Turn, event: e.GateOverridden) -> None:
    """A supervisor forces a mode, or gives it back."""
    if event.queue_id is not None:
        find_queue(turn, event.queue_id)
    until_ms = None if event.for_ms is None else turn.state.now_ms + event.for_ms
    turn.emit(GateForced(event.queue_id, event.mode, until_ms, event.source))
    if event.mode is Mode.SERVING:
        close_panels(turn, event.queue_id, "supervisor_serving")


def emergency_declared(turn: Turn, event: e.EmergencyDeclared) -> None:
    """Nobody markets anywhere from now on."""
    turn.emit(EmergencySet(event.reason, event.source))
    close_panels(turn, None, "emergency")


def emergency_cleared(turn: Turn, event: e.EmergencyCleared) -> None:
    """The gates work again as they did."""
    if turn.state.emergency is not None:
        turn.emit(EmergencySet(None, event.source))


def prices_computed(turn: Turn, event: e.PricesComputed) -> None:
    """Take over new prices."""
    find_queue(turn, event.queue_id)
    fault = event.prices.fault()
    if fault is not None:
        raise Refused(Rejection.PRICES_INVALID, event.queue_id, fault)
    turn.emit(
        PricesSet(event.queue_id, event.prices, event.patience_mean_ms, event.marketing_mean_ms)
    )


def guard_changed(turn: Turn, event: e.GuardChanged) -> None:
    """A guard rail closes the queue's gate, or no longer does."""
    queue = find_queue(turn, event.queue_id)
    if queue.gate.closed_by == event.closed_by:
        return
    turn.emit(GuardSet(event.queue_id, event.closed_by))
    if event.closed_by is not None:
        warn_panels(turn, event.queue_id, f"guard_{event.closed_by}")


def close_panels(turn: Turn, queue_id: str | None, reason: str) -> None:
    """Tell agents who market that it is time to wrap up; take panels away where that is set."""
    for contact_id, agent_id in warn_panels(turn, queue_id, reason):
        assignment = turn.state.agents[agent_id].assignments[contact_id]
        queue = turn.state.queues.get(assignment.queue_id)
        if queue is not None and queue.settings.gate.closes_panels:
            move(turn, assignment, AssignmentTrigger.RESUME)


def warn_panels(turn: Turn, queue_id: str | None, reason: str) -> list[tuple[str, str]]:
    """Tell every agent who markets in the queue (or any) that the gate has closed."""
    marketing = [
        (one.contact_id, agent.agent_id)
        for agent in turn.state.agents.values()
        for one in agent.assignments.values()
        if one.state is AssignmentState.MARKETING and queue_id in (None, one.queue_id)
    ]
    for contact_id, agent_id in marketing:
        turn.emit(MarketingClosing(contact_id, agent_id, reason))
    return marketing


def latch(turn: Turn) -> None:
    """Open and close the gates with hysteresis whose load this turn may have changed."""
    for queue_id in sorted(touched_queues(turn) & turn.state.latching):
        queue = turn.state.queues[queue_id]
        is_open = latched_open(queue)
        if is_open is not queue.gate.is_latched_open:
            turn.emit(GateLatched(queue_id, is_open=is_open))


def touched_queues(turn: Turn) -> set[str]:
    """Return the queues whose waiting contacts or idle agents this turn's decisions concern."""
    state = turn.state
    touched: set[str] = set()
    agents: set[str] = set()
    for decision in turn.decisions:
        if isinstance(decision, ConfigurationApplied):
            return set(state.queues)
        touched.add(getattr(decision, "queue_id", None) or "")
        agents.add(getattr(decision, "agent_id", None) or "")
        contact = state.contacts.get(getattr(decision, "contact_id", ""))
        if contact is not None:
            touched.add(contact.queue_id)
    for agent_id in agents & state.agents.keys():
        lines = state.matcher.lines_of(state.agents[agent_id])
        touched.update(line.settings.queue_id for line in lines)
    return touched & state.queues.keys()
