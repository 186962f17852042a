"""Policies: what marketing must bring, in the state the gate sees. Pure functions.

Each policy names a price; `markets` compares. A price of 0 opens the gate to everybody, an infinite
one closes it. Contacts are counted with the one whose service just ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from gate.prices import BidPrice, PriceTable

OPEN, CLOSED = 0.0, inf


@dataclass(frozen=True, slots=True)
class GateView:
    """The live load of one queue when a service ends.

    `contacts`: waiting, served and marketed to, the finishing one included; `agents`: at work, idle
    or busy; `marketing`: of those, marketing now.
    """

    contacts: int
    agents: int
    marketing: int = 0

    @property
    def idle(self) -> int:
        """Return the idle agents."""
        return max(self.agents - self.contacts, 0)

    @property
    def waiting(self) -> int:
        """Return the waiting contacts."""
        return max(self.contacts - self.agents, 0)


def markets(value: float, price: float) -> bool:
    """Return whether a customer of this value is marketed to: the value is at least the price."""
    return value >= price


def never(_view: GateView) -> float:
    """Serve only."""
    return CLOSED


def always(_view: GateView) -> float:
    """Market to everybody."""
    return OPEN


def threshold(view: GateView, k: int) -> float:
    """Market if at most N + k contacts are in the system; k = -1: at least one agent is idle."""
    return OPEN if view.contacts <= view.agents + k else CLOSED


def hysteresis_mode(view: GateView, was_open: bool, on_idle: int, off_waiting: int) -> bool:
    """Return whether the gate is open: it opens at `on_idle` idle, closes at `off_waiting` waiting.

    In between it stays as it was. It must be told of every state on the way, not only of those in
    which a service ends. With `off_waiting` 0 it closes when nobody is idle any more. Raises
    ValueError if it would open and close at once.
    """
    if on_idle < 1 or off_waiting < 0:
        raise ValueError(
            f"hysteresis on at {on_idle} idle agents and off at {off_waiting} waiting leaves no "
            "gap; use at least 1 and 0"
        )
    if view.contacts <= view.agents - on_idle:
        return True
    if view.contacts >= view.agents + off_waiting:
        return False
    return was_open


def hysteresis(is_open: bool) -> float:
    """Market while the mode that `hysteresis_mode` keeps is open."""
    return OPEN if is_open else CLOSED


def schedule(time_of_day_ms: int, open_times_ms: Sequence[tuple[int, int]]) -> float:
    """Market between each (from, until) of the local day, `until` excluded; in milliseconds."""
    is_open = any(begin <= time_of_day_ms < end for begin, end in open_times_ms)
    return OPEN if is_open else CLOSED


def bid(view: GateView, bid_price: BidPrice) -> float:
    """Ask the straight-line price."""
    return bid_price.price(view.contacts, view.agents)


def optimal(view: GateView, table: PriceTable) -> float:
    """Ask the price of the solved model.

    If agents came or went since the table was solved, it is read at the same number of contacts
    above or below the number of agents; solve it again soon.
    """
    return table.price(view.contacts - view.agents + table.agents, view.marketing)
