"""The plan of a day to replay, whatever it was recorded by: contacts, agents' shifts, settings.

Instants are milliseconds since 1970, so that a plan can be played by the engine as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from config.routing import RoutingSettings
from contacts.vocabulary import Channel
from simulation.recorded_staffing import Pause


@dataclass(frozen=True, slots=True)
class ReplayContact:
    """A contact to play again.

    `patience_ms` is how long the customer waits at most (None: for ever), `service_ms` how long
    what they came for takes, `marketing_ms` how long marketing would take, `wrap_up_ms` when the
    agent ends the after-contact work (None: after the queue's full time).
    """

    contact_id: str
    at_ms: int
    queue_id: str
    service_ms: int
    marketing_ms: int
    patience_ms: int | None = None
    wrap_up_ms: int | None = None
    wait_credit_ms: int = 0
    priority: int | None = None
    requires: dict[str, int] | None = None
    reason: str | None = None
    customer_id: str | None = None
    value_milli: int | None = None
    may_market: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """What the record says of a contact: `answered` None means neither answered nor abandoned
    (diverted, moved on, or still open). `marketing_ms` is 0 where nobody marketed."""

    at_ms: int
    queue_id: str
    wait_ms: int
    answered: bool | None
    marketing_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReplayShift:
    """One stay of an agent at work. Pauses are in order; `due_ms` is an instant, too."""

    agent_id: str
    skills: dict[str, int]
    from_ms: int
    until_ms: int
    pauses: tuple[Pause, ...] = ()
    capacity: dict[Channel, int] | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """A queue opens or closes."""

    at_ms: int
    queue_id: str
    opens: bool


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """One day: everything in order of time. Half-hours are counted from `start_ms` to `end_ms`.

    `midnight_ms` is the local midnight before `start_ms`. `settings` has the queues, with the
    gates as they were; agents bring their skills themselves.
    """

    date: str
    midnight_ms: int
    start_ms: int
    end_ms: int
    settings: RoutingSettings
    contacts: tuple[ReplayContact, ...]
    shifts: tuple[ReplayShift, ...]
    switches: tuple[Switch, ...]
    facts: tuple[Fact, ...]


class ReplaySource(Protocol):
    """A recorded day from which plans are made; sent to other processes."""

    @property
    def date(self) -> str:
        """The day, YYYY-MM-DD."""

    def plan(self, seed: int) -> ReplayPlan:
        """Return the plan; the seed decides all that is drawn, and nothing else does."""
