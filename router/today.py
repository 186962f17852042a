"""Today: what queues, agents and marketing did since local midnight, folded from decisions.

It holds one day at most (a queue's in its own time zone, else the one all queues share, or UTC),
20,000 rounds of products and the contacts in hand, so its size is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.routing import QueueSettings
from queues.agent_day import AgentDay, spent_today_ms
from queues.agent_times import Span
from queues.by_day import ByDay
from queues.day_slots import ABANDONED, ACCEPTED, ARRIVED, IN_TIME, DaySlots
from queues.local_time import LocalTime
from queues.metrics import Handling
from router import decisions as d
from router.activities import Answer, AnswerKind
from router.marketing_day import MarketingDay
from router.queue_entries import EntryChange, EntryEnd, QueueEntry


class Today:
    """Told by the observer. `touched_queues` are those whose slots changed since somebody last
    emptied the set; `in_hand` has the queue of each contact in an agent's hands.
    """

    def __init__(self) -> None:
        self.local = LocalTime("UTC")
        self.agents: ByDay[AgentDay] = ByDay(AgentDay)
        self.slots: ByDay[DaySlots] = ByDay(DaySlots)
        self.marketing = MarketingDay()
        self.in_hand: dict[str, str] = {}
        self.touched_queues: set[str] = set()

    def configure(self, queues: Sequence[QueueSettings], local: LocalTime) -> None:
        """Use these midnights from now on."""
        self.local = local
        of_queues = {queue.queue_id: LocalTime(queue.time_zone) for queue in queues}
        self.marketing.configure(local, of_queues)

    def fold(self, decision: d.AnyDecision, at_ms: int) -> None:
        """Take up a decision at `at_ms`."""
        contact_id = getattr(decision, "contact_id", None)
        if contact_id is not None:
            self.marketing.fold(decision, self.in_hand.get(contact_id), at_ms)
            self._follow_contact(decision)
        else:
            self.marketing.fold(decision, None, at_ms)

    def count_handled(self, agent_id: str, handling: Handling, at_ms: int) -> None:
        """An agent's handling of a contact is over."""
        self.agents.at(agent_id, self.local, at_ms).count_handled(handling)

    def count_answer(self, answer: Answer, at_ms: int) -> None:
        """An agent accepted a contact, or did not answer."""
        day = self.agents.at(answer.agent_id, self.local, at_ms)
        if answer.kind is AnswerKind.ACCEPTED:
            day.accepted_contacts += 1
        else:
            day.rona += 1

    def follow(self, ended: Span) -> None:
        """An agent's activity is over."""
        until_ms = ended.until_ms or ended.from_ms
        day = self.agents.at(ended.agent_id, self.local, until_ms)
        day.add_time(ended.activity, spent_today_ms(ended, self.local, until_ms))

    def count_entry(self, change: EntryChange, entry: QueueEntry) -> None:
        """A contact entered a queue, or its stay there ended."""
        if change is EntryChange.BEGAN:
            self._count(entry, ARRIVED)
        elif change is EntryChange.ENDED and entry.end is EntryEnd.ACCEPTED:
            self._count(entry, ACCEPTED)
            if entry.is_in_time:
                self._count(entry, IN_TIME)
        elif change is EntryChange.ENDED and entry.end is EntryEnd.ABANDONED:
            self._count(entry, ABANDONED)

    def see_marketing(self, queue_id: str, from_ms: int, until_ms: int) -> None:
        """Marketing was shown for a queue all this time."""
        local = self.marketing.midnights_of(queue_id)
        day_ms = local.day_start_ms(until_ms)
        slots = self.slots.at(queue_id, local, until_ms)
        slots.add_marketing(day_ms, max(from_ms, day_ms), until_ms)
        self.touched_queues.add(queue_id)

    def _count(self, entry: QueueEntry, what: int) -> None:
        local, at_ms = self.marketing.midnights_of(entry.queue_id), entry.queued_at_ms
        slots = self.slots.at(entry.queue_id, local, at_ms)
        slots.count(local.day_start_ms(at_ms), at_ms, what)
        self.touched_queues.add(entry.queue_id)

    def _follow_contact(self, decision: d.AnyDecision) -> None:
        match decision:
            case d.ContactReserved():
                self.in_hand[decision.contact_id] = decision.queue_id
            case d.OutcomeRecorded() | d.ReservationTimedOut() | d.ReservationWithdrawn():
                self.in_hand.pop(decision.contact_id, None)
            case _:
                pass
