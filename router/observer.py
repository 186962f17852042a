"""The observer: figures of every queue and agent, kept up to date from the decisions alone."""

from __future__ import annotations

from collections.abc import Sequence

from config.routing import QueueSettings
from contacts.vocabulary import Disposition
from queues.agent_times import AgentTimes
from queues.local_time import LocalTime
from queues.metrics import WINDOW_MS, Handling, QueueMetrics, Sums
from router import decisions as d
from router.activities import Activities, Answer, AnswerKind
from router.queue_entries import Changes, EntryChange, EntryEnd, QueueEntries, QueueEntry
from router.records import Record
from router.today import Today


def common_time_zone(time_zones: set[str]) -> str:
    """Return the time zone all queues share, for what belongs to no queue; else UTC."""
    return next(iter(time_zones)) if len(time_zones) == 1 else "UTC"


def queue_settings_of(one: d.ConfigurationApplied) -> list[QueueSettings]:
    """Return the queues of a configuration; raises `ValidationError` if it is not one."""
    return [QueueSettings.model_validate(queue) for queue in one.settings.get("queues", [])]


class Observer:
    """Folds records, in order, into the figures of `queues` and `agents`, by id.

    Start it before the first record of the time to report on: of contacts that waited already it
    knows neither arrival nor wait. Days and half-hours of agents are in the time zone all queues
    share, or UTC.
    """

    def __init__(self, window_ms: int = WINDOW_MS) -> None:
        self.queues: dict[str, QueueMetrics] = {}
        self.agents: dict[str, AgentTimes] = {}
        self.now_ms = 0
        self.today = Today()
        self.entries = QueueEntries()
        self.activities = Activities()
        self._window_ms = window_ms
        self._agent_local = LocalTime("UTC")

    def observe(self, record: Record) -> None:
        """Count what `record` did. Its time is its event's, unless that went back."""
        self.now_ms = max(self.now_ms, record.event.at_ms)
        for decision in record.decisions:
            self._count_decision(decision)
            self.today.fold(decision, self.now_ms)
            self._count_entries(self.entries.apply(decision, self.now_ms))
            self._count_answer(self.activities.apply(decision))
        self._follow_agents()

    def waiting(self, queue_id: str) -> int:
        """Return how many contacts wait in the queue; reserved and ringing ones still wait."""
        return len(self.entries.lines.get(queue_id, ()))

    def longest_waiting_ms(self, queue_id: str, now_ms: int) -> int:
        """Return how long the contact waiting longest has waited; 0 if nobody waits."""
        oldest = next(iter(self.entries.lines.get(queue_id, {}).values()), None)
        return now_ms - oldest.queued_at_ms if oldest is not None else 0

    def _count_decision(self, decision: d.AnyDecision) -> None:
        match decision:
            case d.OutcomeRecorded() if decision.accepted_at_ms is not None:
                handling = Handling(
                    decision.talk_ms,
                    decision.hold_ms,
                    decision.wrap_up_ms,
                    decision.marketing_ms,
                    transferred=decision.disposition is Disposition.TRANSFERRED,
                )
                self._queue(decision.queue_id).count_handled(decision.queued_at_ms, handling)
                if decision.agent_id is not None:
                    self.today.count_handled(decision.agent_id, handling, self.now_ms)
            case d.ContactRefused():
                self._queue(decision.queue_id).count_refused(self.now_ms)
            case d.ConfigurationApplied():
                self.configure(queue_settings_of(decision))
            case _:
                pass

    def _count_entries(self, changes: Changes) -> None:
        for change, entry in changes:
            self.today.count_entry(change, entry)
            metrics = self._queue(entry.queue_id)
            match change:
                case EntryChange.BEGAN:
                    metrics.count_arrived(entry.queued_at_ms)
                case EntryChange.RANG_OUT:
                    metrics.count_rona(entry.queued_at_ms)
                case EntryChange.ENDED:
                    _count_end(metrics, entry)

    def _count_answer(self, answer: Answer | None) -> None:
        if answer is None:
            return
        self.today.count_answer(answer, self.now_ms)
        if answer.kind is AnswerKind.ACCEPTED:
            self._agent(answer.agent_id).count_accepted(self.now_ms)
        else:
            self._agent(answer.agent_id).count_rona(self.now_ms)

    def _follow_agents(self) -> None:
        for agent_id, ended in self.activities.settle(self.now_ms).items():
            times = self._agent(agent_id)
            if ended is not None:
                times.follow(ended)
                self.today.follow(ended)
            begun = self.activities.agents[agent_id].span
            if begun is not None:
                times.follow(begun)

    def configure(self, queues: Sequence[QueueSettings]) -> None:
        """Take over thresholds and time zones; records do it themselves from then on."""
        for queue in queues:
            self.entries.configure(queue.queue_id, queue.service_level)
            metrics = self._queue(queue.queue_id)
            metrics.configure(queue.service_level.denominator, queue.time_zone)
        self._agent_local = LocalTime(common_time_zone({queue.time_zone for queue in queues}))
        self.today.configure(queues, self._agent_local)
        for times in self.agents.values():
            times.configure(self._agent_local)

    def restore_queue(self, queue_id: str, half_hours: Sums, window: Sums) -> None:
        """Go on from what a queue's metrics kept."""
        self._queue(queue_id).restore(half_hours, window)

    def _queue(self, queue_id: str) -> QueueMetrics:
        found = self.queues.get(queue_id)
        if found is None:
            found = self.queues[queue_id] = QueueMetrics(window_ms=self._window_ms)
        return found

    def _agent(self, agent_id: str) -> AgentTimes:
        found = self.agents.get(agent_id)
        if found is None:
            found = self.agents[agent_id] = AgentTimes(self._agent_local)
        return found


def _count_end(metrics: QueueMetrics, entry: QueueEntry) -> None:
    wait_ms = entry.wait_ms or 0
    match entry.end:
        case EntryEnd.ACCEPTED:
            metrics.count_accepted(entry.queued_at_ms, wait_ms, entry.is_in_time)
        case EntryEnd.ABANDONED:
            metrics.count_left(entry.queued_at_ms, wait_ms, "abandoned", entry.is_short)
        case EntryEnd.DIVERTED:
            metrics.count_left(entry.queued_at_ms, wait_ms, "diverted", short=False)
        case EntryEnd.MOVED:
            metrics.count_left(entry.queued_at_ms, wait_ms, "moved", short=False)
        case EntryEnd.REMOVED | None:
            metrics.count_left(entry.queued_at_ms, wait_ms, "removed", short=False)
