"""Queue entries: what the decisions mean for the contacts that waited in a queue.

Every stay in a queue is one entry: it begins when the contact arrives, is transferred there or
moved there (each an arrival in that queue), and ends once, when an agent accepts the contact or it
leaves. A time-out or a withdrawn reservation does not end it, nor does a change of priority; its
wait is counted from its beginning, so a transferred contact starts again at 0 in the new queue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.routing import ServiceLevelSettings
from contacts.vocabulary import AssignmentState, Disposition
from router import decisions as d
from router.decision import Decision


class EntryEnd(StrEnum):
    """How a queue entry ended. Removed: a ghost before anybody accepted it."""

    ACCEPTED = "accepted"
    ABANDONED = "abandoned"
    DIVERTED = "diverted"
    MOVED = "moved"
    REMOVED = "removed"


class EntryChange(StrEnum):
    """What happened to a queue entry."""

    BEGAN = "began"
    RANG_OUT = "rang_out"
    ENDED = "ended"


@dataclass(slots=True)
class QueueEntry:
    """One stay of a contact in a queue. `wait_ms` and `end` are None while it waits.

    The two limits are those in force when it began; `entry_id` counts from 1.
    """

    entry_id: int
    contact_id: str
    queue_id: str
    queued_at_ms: int
    threshold_ms: int
    short_abandon_ms: int
    wait_ms: int | None = None
    end: EntryEnd | None = None
    rona_count: int = 0

    @property
    def is_in_time(self) -> bool:
        """Accepted within the service-level threshold."""
        return self.end is EntryEnd.ACCEPTED and (self.wait_ms or 0) <= self.threshold_ms

    @property
    def is_short(self) -> bool:
        """Abandoned so soon that it counts as a short abandonment."""
        return self.end is EntryEnd.ABANDONED and (self.wait_ms or 0) <= self.short_abandon_ms


Changes = list[tuple[EntryChange, QueueEntry]]

_END_OF: dict[Disposition, EntryEnd] = {
    Disposition.ABANDONED: EntryEnd.ABANDONED,
    Disposition.DIVERTED: EntryEnd.DIVERTED,
    Disposition.TRANSFERRED: EntryEnd.MOVED,
}
_DEFAULT_SERVICE_LEVEL = ServiceLevelSettings()


class QueueEntries:
    """The entries that still wait, and the rules that begin and end them."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[str, QueueEntry]] = {}
        self.last_id = 0
        self._waiting: dict[str, QueueEntry] = {}
        self._service_levels: dict[str, ServiceLevelSettings] = {}

    def apply(self, decision: Decision, at_ms: int) -> Changes:
        """Return what `decision`, taken at `at_ms`, did to which entries."""
        rule = _RULES.get(type(decision))
        return rule(self, decision, at_ms) if rule is not None else []

    def configure(self, queue_id: str, service_level: ServiceLevelSettings) -> None:
        """Give the entries that begin from now on these limits."""
        self._service_levels[queue_id] = service_level

    def restore(self, entry: QueueEntry) -> None:
        """Take up an entry that waited when an earlier run stopped; the oldest first."""
        self._waiting[entry.contact_id] = entry
        self.lines.setdefault(entry.queue_id, {})[entry.contact_id] = entry

    def _queued(self, one: d.ContactQueued, at_ms: int) -> Changes:
        return self._begin(one.contact_id, one.queue_id, at_ms)

    def _requeued(self, one: d.ContactRequeued, at_ms: int) -> Changes:
        if not one.new_entry:
            return []
        return self._begin(one.contact_id, one.queue_id, at_ms)

    def _timed_out(self, one: d.ReservationTimedOut, at_ms: int) -> Changes:
        entry = self._waiting.get(one.contact_id)
        if entry is None or not one.charged:
            return []
        entry.rona_count += 1
        return [(EntryChange.RANG_OUT, entry)]

    def _assignment_changed(self, one: d.AssignmentChanged, at_ms: int) -> Changes:
        entry = self._waiting.get(one.contact_id)
        if entry is None or one.state is not AssignmentState.TALK:
            return []
        return self._end(entry, EntryEnd.ACCEPTED, at_ms)

    def _outcome(self, one: d.OutcomeRecorded, at_ms: int) -> Changes:
        entry = self._waiting.get(one.contact_id)
        if entry is None or one.accepted_at_ms is not None:
            return []
        if (entry.queue_id, entry.queued_at_ms) != (one.queue_id, one.queued_at_ms):
            return []
        return self._end(entry, _END_OF.get(one.disposition, EntryEnd.REMOVED), at_ms)

    def _begin(self, contact_id: str, queue_id: str, at_ms: int) -> Changes:
        limits = self._service_levels.get(queue_id, _DEFAULT_SERVICE_LEVEL)
        self.last_id += 1
        entry = QueueEntry(
            self.last_id, contact_id, queue_id, at_ms, limits.threshold_ms, limits.short_abandon_ms
        )
        self.restore(entry)
        return [(EntryChange.BEGAN, entry)]

    def _end(self, entry: QueueEntry, end: EntryEnd, at_ms: int) -> Changes:
        del self._waiting[entry.contact_id]
        del self.lines[entry.queue_id][entry.contact_id]
        entry.end = end
        entry.wait_ms = at_ms - entry.queued_at_ms
        return [(EntryChange.ENDED, entry)]


_RULES: dict[type[Decision], Callable[[QueueEntries, Any, int], Changes]] = {
    d.ContactQueued: QueueEntries._queued,
    d.ContactRequeued: QueueEntries._requeued,
    d.ReservationTimedOut: QueueEntries._timed_out,
    d.AssignmentChanged: QueueEntries._assignment_changed,
    d.OutcomeRecorded: QueueEntries._outcome,
}
