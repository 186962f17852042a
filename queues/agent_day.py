"""What an agent did today, as running sums: reading them costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from queues.agent_times import Activity, Span
from queues.local_time import LocalTime
from queues.metrics import Handling


@dataclass(slots=True)
class AgentDay:
    """Sums of one local day; times are milliseconds.

    `handled` contacts are those whose handling ended today, with `handle_ms` of talk, hold and
    wrap-up. The times count activities that are over; see `queues/agent_times.py` for what they
    are.
    """

    handled: int = 0
    handle_ms: int = 0
    accepted_contacts: int = 0
    rona: int = 0
    talk_ms: int = 0
    ready_ms: int = 0
    not_ready_ms: int = 0

    @property
    def aht_ms(self) -> int | None:
        """Mean talk + hold + wrap-up of the handled; None if there are none."""
        return round(self.handle_ms / self.handled) if self.handled else None

    def count_handled(self, handling: Handling) -> None:
        """The handling of a contact is over."""
        self.handled += 1
        self.handle_ms += handling.talk_ms + handling.hold_ms + handling.wrap_up_ms

    def add_time(self, activity: Activity, spent_ms: int) -> None:
        """Add the time of an activity, if it is one of the three that are shown."""
        match activity:
            case Activity.TALK:
                self.talk_ms += spent_ms
            case Activity.READY:
                self.ready_ms += spent_ms
            case Activity.NOT_READY:
                self.not_ready_ms += spent_ms
            case _:
                pass


def spent_today_ms(span: Span, local: LocalTime, until_ms: int) -> int:
    """Return how much of `span`, up to `until_ms`, lies in the local day of `until_ms`."""
    return max(0, until_ms - max(span.from_ms, local.day_start_ms(until_ms)))
