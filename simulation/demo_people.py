"""The people of the demo: callers who wait, are served or give up; agents who work and pause."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from simulation.recorded_plan import PlannedContact
from simulation.recorded_staffing import Pause, Shift


@dataclass(slots=True)
class Caller:
    """A caller who has entered a queue; instants are ms since midnight.

    `agent_id` is who answered; `gone_ms` is the end of service and offer, or when the caller
    gave up if nobody had answered.
    """

    contact: PlannedContact
    answered_ms: int | None = None
    agent_id: str | None = None
    gone_ms: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Not answered, and has not given up either."""
        return self.answered_ms is None and self.gone_ms is None

    @property
    def has_abandoned(self) -> bool:
        """Gave up before anybody answered."""
        return self.answered_ms is None and self.gone_ms is not None

    @property
    def wait_ms(self) -> int | None:
        """The wait of an answered caller."""
        return None if self.answered_ms is None else self.answered_ms - self.contact.at_ms


class Doing(StrEnum):
    """What an agent does, as the agent's client shows it."""

    AWAY = "away"
    AVAILABLE = "available"
    TALKING = "talking"
    OFFERING = "offering"
    WRAPPING_UP = "wrap-up"
    PAUSING = "pause"


@dataclass(slots=True)
class DemoAgent:
    """One agent's day. `contact_id` is the contact in hand, until its wrap-up is over.

    `pauses` are due and not over yet, in order: the first is the one under way, or the one that
    begins when the contact in hand is done. `pauses_to_come` are due later.
    """

    shift: Shift
    doing: Doing = Doing.AWAY
    since_ms: int = 0
    contact_id: str | None = None
    pauses: deque[Pause] = field(default_factory=deque)
    pauses_to_come: deque[Pause] = field(init=False)

    def __post_init__(self) -> None:
        self.pauses_to_come = deque(self.shift.pauses)

    @property
    def agent_id(self) -> str:
        """The agent's id, as in the record."""
        return self.shift.agent_id

    def begin(self, doing: Doing, now_ms: int) -> None:
        """Do this from now on."""
        self.doing, self.since_ms = doing, now_ms
