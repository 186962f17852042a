"""What decisions about the gate change."""

from __future__ import annotations

from router import decisions as d
from router.state import EVERY_QUEUE, Override, RoutingState


def gate_forced(state: RoutingState, one: d.GateForced) -> None:
    """A supervisor's word, or its end."""
    key = one.queue_id or EVERY_QUEUE
    if one.mode is None:
        state.overrides.pop(key, None)
    else:
        state.overrides[key] = Override(one.mode, one.until_ms, one.by)


def emergency_set(state: RoutingState, one: d.EmergencySet) -> None:
    """An emergency, or its end."""
    if one.reason is None:
        state.emergency_since_ms = None
    elif state.emergency is None:
        state.emergency_since_ms = state.now_ms
    state.emergency, state.emergency_by = one.reason, one.by


def prices_set(state: RoutingState, one: d.PricesSet) -> None:
    """Prices of a queue's agents' time."""
    gate = state.queues[one.queue_id].gate
    gate.prices = one.prices
    gate.patience_mean_ms, gate.marketing_mean_ms = one.patience_mean_ms, one.marketing_mean_ms


def guard_set(state: RoutingState, one: d.GuardSet) -> None:
    """The guard rail that closes a gate, or none."""
    state.queues[one.queue_id].gate.closed_by = one.closed_by


def gate_latched(state: RoutingState, one: d.GateLatched) -> None:
    """A gate with hysteresis opens or closes."""
    state.queues[one.queue_id].gate.is_latched_open = one.is_open
