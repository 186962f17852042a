"""A contact queue: its settings, whether it is open, and its waiting lines."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from config.routing import QueueSettings
from contacts.contact import Contact
from contacts.vocabulary import AtClosing
from queues.forecast import estimated_wait_ms
from queues.line import WaitingLine
from queues.price_grid import PriceGrid


def requirement_key(requires: Mapping[str, int] | None) -> str:
    """Name the skills a contact needs beyond its queue's, the same for the same skills."""
    if not requires:
        return ""
    return ",".join(f"{skill}={requires[skill]}" for skill in sorted(requires))


def merge_requirements(
    queue: Mapping[str, int], contact: Mapping[str, int] | None
) -> dict[str, int]:
    """Join a queue's required skills with a contact's own: the higher level counts."""
    merged = dict(queue)
    for skill, level in (contact or {}).items():
        merged[skill] = max(level, merged.get(skill, 0))
    return merged


class GateState(msgspec.Struct, gc=False):
    """What a queue's gate stands on, besides the live load.

    `prices` are those of the agents' time, None until they were worked out; `patience_mean_ms` how
    long customers wait before they give up (0: not known); `closed_by` the guard rail that was hit;
    `is_latched_open` for hysteresis.
    """

    prices: PriceGrid | None = None
    patience_mean_ms: int = 0
    marketing_mean_ms: int = 0
    closed_by: str | None = None
    is_latched_open: bool = False


class ContactQueue:
    """Contacts that wait for the same kind of service, in one line per set of required skills.

    `handle_mean_ms` is the exponentially weighted mean handle time, 0 until one is known.
    `is_removed`: gone from the configuration, kept until its last contact is. `drain_at_ms` is
    when the next of those who wait at closing are diverted, None if nobody is. `at_closing` is what
    a supervisor said about them, None: the settings count.
    """

    __slots__ = (
        "at_closing",
        "drain_at_ms",
        "gate",
        "handle_mean_ms",
        "is_open",
        "is_removed",
        "lines",
        "settings",
        "waiting",
    )

    def __init__(self, settings: QueueSettings) -> None:
        self.settings = settings
        self.is_open = True
        self.is_removed = False
        self.at_closing: AtClosing | None = None
        self.drain_at_ms: int | None = None
        self.handle_mean_ms = 0
        self.gate = GateState()
        self.waiting = 0
        self.lines: dict[str, WaitingLine] = {}

    @property
    def turns_away(self) -> bool:
        """Closed, and whoever waits (or comes back from an agent) is diverted."""
        at_closing = self.at_closing or self.settings.at_closing
        return not self.is_open and at_closing == AtClosing.DIVERT

    def add(self, contact: Contact) -> WaitingLine:
        """Let the contact wait; its line must exist."""
        line = self.lines[contact.extra]
        line.add(contact)
        self.waiting += 1
        return line

    def remove(self, contact: Contact) -> WaitingLine:
        """Take a waiting contact out."""
        line = self.lines[contact.extra]
        line.remove(contact)
        self.waiting -= 1
        return line

    def position_for(self, rank: int) -> int:
        """Return the place, counted from 1, of a newcomer of this rank among all who wait here."""
        if not self.waiting:
            return 1
        return 1 + sum(line.ahead_of(rank) for line in self.lines.values())

    def position_of(self, contact: Contact) -> int:
        """Return the place, counted from 1, of a contact that waits here."""
        place = (contact.rank, contact.serial, contact.contact_id)
        return 1 + sum(line.order.count_before(place) for line in self.lines.values())

    def expected_wait_ms(self, position: int, line: WaitingLine) -> int | None:
        """Return how long the contact at this place of a line will wait, None without agents."""
        gate = self.gate
        return estimated_wait_ms(
            position,
            self.handle_mean_ms,
            line.ready_agents,
            gate.patience_mean_ms,
            line.marketing_agents,
            gate.marketing_mean_ms,
        )

    def head_rank(self) -> int | None:
        """Return the rank of the contact served next from this queue."""
        heads = [line.head[0] for line in self.lines.values() if line.head is not None]
        return min(heads, default=None)
