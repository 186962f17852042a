"""Policies: what marketing must bring at a load. Small pure functions, chosen by name.

A policy names a price, in thousandths: a customer is marketed to if and only if their value is at
least that. A price of 0 opens the gate to everybody, None closes it. The load is contacts waiting
less agents idle, the contact whose service ends included: at -1 one other agent is idle.
"""

from __future__ import annotations

from collections.abc import Callable

from config.gate import PolicyName
from config.hours import is_open
from queues.contact_queue import ContactQueue

OPEN = 0
Policy = Callable[[ContactQueue, int, int], int | None]
"""(queue, load, now in milliseconds) -> price in thousandths, or None."""


def never(_queue: ContactQueue, _load: int, _now_ms: int) -> int | None:
    """Serve only."""
    return None


def always(_queue: ContactQueue, _load: int, _now_ms: int) -> int | None:
    """Market to everybody."""
    return OPEN


def threshold(queue: ContactQueue, load: int, _now_ms: int) -> int | None:
    """Market up to a load; -1: while at least one agent is idle."""
    return OPEN if load <= queue.settings.gate.threshold else None


def hysteresis(queue: ContactQueue, _load: int, _now_ms: int) -> int | None:
    """Market while the latch is open, which follows the load with a gap (`latched_open`)."""
    return OPEN if queue.gate.is_latched_open else None


def schedule(queue: ContactQueue, _load: int, now_ms: int) -> int | None:
    """Market by local time."""
    settings = queue.settings
    return OPEN if is_open(settings.gate.schedule, settings.time_zone, now_ms) else None


def optimal(queue: ContactQueue, load: int, now_ms: int) -> int | None:
    """Ask the solved model's price at this load and with so many agents marketing.

    Until the model is solved, as `threshold`.
    """
    prices = queue.gate.prices
    if prices is None:
        return threshold(queue, load, now_ms)
    return prices.price_milli(load, queue.lines[""].marketing_agents)


POLICIES: dict[PolicyName, Policy] = {
    "never": never,
    "always": always,
    "threshold": threshold,
    "hysteresis": hysteresis,
    "schedule": schedule,
    "optimal": optimal,
}

BY_LOAD: frozenset[PolicyName] = frozenset({"threshold", "hysteresis", "optimal"})
"""Policies by which an agent with several skills answers to the tightest queue."""


def price_milli(queue: ContactQueue, load: int, now_ms: int) -> int | None:
    """Return the price of the agents' time by the queue's policy, thousandths; None: closed."""
    return POLICIES[queue.settings.gate.policy](queue, load, now_ms)


def latched_open(queue: ContactQueue) -> bool:
    """Return what the latch of `hysteresis` is after the load has changed.

    It opens with at least `open_at_idle` idle agents and nobody waiting, closes with at least
    `close_at_waiting` waiting, and stays in between.
    """
    gate = queue.settings.gate
    if queue.gate.is_latched_open:
        return queue.waiting < gate.close_at_waiting
    return not queue.waiting and queue.lines[""].idle >= gate.open_at_idle
