"""Projection: what records mean as rows of the outcome store.

It knows how far it has come and what is still open (contacts that wait, agents at work), so that
any way of cutting the records into batches gives the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from config.routing import QueueSettings, ServiceLevelSettings
from outcomes.marketing_projection import MarketingProjection, Row
from outcomes.quality_projection import QualityProjection
from queues.agent_times import Span
from router import decisions as d
from router.activities import Activities, AgentAtWork
from router.observer import queue_settings_of
from router.queue_entries import QueueEntries, QueueEntry
from router.records import Record


@dataclass(slots=True)
class Changes:
    """What some records added to the store: plain rows, and objects that are new or changed."""

    outcomes: list[Row] = field(default_factory=list)
    refusals: list[Row] = field(default_factory=list)
    answers: list[Row] = field(default_factory=list)
    queues: dict[str, QueueSettings] = field(default_factory=dict)
    entries: dict[int, QueueEntry] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    agents: dict[str, AgentAtWork] = field(default_factory=dict)


class Projection:
    """Folds records, in order, and gathers the changes until they are taken."""

    def __init__(self) -> None:
        self.seq = 0
        self.at_ms = 0
        self.entries = QueueEntries()
        self.activities = Activities()
        self.marketing = MarketingProjection()
        self.quality = QualityProjection()
        self._changes = Changes()

    def fold(self, record: Record) -> None:
        """Take up `record`; one that was taken up before changes nothing."""
        if record.seq <= self.seq:
            return
        self.seq = record.seq
        self.at_ms = max(self.at_ms, record.event.at_ms)
        for decision in record.decisions:
            self._fold_decision(decision)
            self.quality.fold(record.event, decision, self.seq, self.at_ms, self.entries.last_id)
        for agent_id, ended in self.activities.settle(self.at_ms).items():
            begun = self.activities.agents[agent_id].span
            self._changes.spans.update((one.span_id, one) for one in (ended, begun) if one)

    def take_changes(self) -> Changes:
        """Return the changes gathered, and begin anew."""
        taken, self._changes = self._changes, Changes()
        return taken

    def _fold_decision(self, decision: d.AnyDecision) -> None:
        changes = self._changes
        for _, entry in self.entries.apply(decision, self.at_ms):
            changes.entries[entry.entry_id] = entry
        answer = self.activities.apply(decision)
        if answer is not None:
            changes.answers.append(
                (self.seq, self.at_ms, answer.agent_id, answer.contact_id, answer.kind)
            )
        agent_id = getattr(decision, "agent_id", None)
        agent = self.activities.agents.get(agent_id) if agent_id is not None else None
        if agent_id is not None and agent is not None:
            changes.agents[agent_id] = agent
        self.marketing.fold(decision, self.seq, self.at_ms, self.entries.last_id)
        self._note(decision)

    def _note(self, decision: d.AnyDecision) -> None:
        match decision:
            case d.OutcomeRecorded():
                self._changes.outcomes.append((self.seq, *msgspec.structs.astuple(decision)))
            case d.ContactRefused(contact_id, queue_id, reason, destination):
                self._changes.refusals.append(
                    (self.seq, self.at_ms, contact_id, queue_id, reason, destination)
                )
            case d.ConfigurationApplied():
                for queue in queue_settings_of(decision):
                    self._changes.queues[queue.queue_id] = queue
                    self.configure(queue.queue_id, queue.service_level)
            case _:
                pass

    def configure(self, queue_id: str, service_level: ServiceLevelSettings) -> None:
        """Count the contacts that enter from now on by these limits."""
        self.entries.configure(queue_id, service_level)
