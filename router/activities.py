"""Activities: what the decisions mean for how agents spend their time.

While the agents' timers stand still (the engine was down, or cut off from the broker) nobody can
say what the agents did, so that time is in no span and counts for and against nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contacts.vocabulary import AgentState, AssignmentState, NotReadyReason
from queues.agent_times import Activity, Span
from router import decisions as d
from router.decision import Decision

_UNANSWERED = (AssignmentState.RESERVED, AssignmentState.RINGING)

# With several contacts in hand, the first of these that any of them is in.
_BY_STAGE: tuple[tuple[frozenset[AssignmentState], Activity], ...] = (
    (frozenset({AssignmentState.TALK, AssignmentState.SERVICE_COMPLETE}), Activity.TALK),
    (frozenset({AssignmentState.MARKETING}), Activity.MARKETING),
    (frozenset({AssignmentState.HOLD}), Activity.HOLD),
    (frozenset({AssignmentState.WRAP_UP}), Activity.WRAP_UP),
    (frozenset(_UNANSWERED), Activity.RINGING),
)


class AnswerKind(StrEnum):
    """What an agent did with a reservation."""

    ACCEPTED = "accepted"
    RONA = "rona"


@dataclass(frozen=True, slots=True)
class Answer:
    """An agent accepted a contact, or let it ring out."""

    agent_id: str
    contact_id: str
    kind: AnswerKind


@dataclass(slots=True)
class AgentAtWork:
    """An agent's own state, the stage of each contact in hand, and the span under way."""

    state: AgentState = AgentState.SIGNED_OUT
    reason: str | None = None
    is_lost: bool = False
    stages: dict[str, AssignmentState] = field(default_factory=dict)
    span: Span | None = None

    def activity(self) -> tuple[Activity, str | None] | None:
        """Return what the agent does and, if not ready, why; None when signed out."""
        if self.stages:
            stages = self.stages.values()
            return next((one, None) for of, one in _BY_STAGE if not of.isdisjoint(stages))
        if self.state is AgentState.SIGNED_OUT:
            return None
        if self.is_lost:
            return Activity.NOT_READY, NotReadyReason.LOST
        if self.state is AgentState.READY:
            return Activity.READY, None
        return Activity.NOT_READY, self.reason


class Activities:
    """All agents at work. Apply the decisions of a record, then `settle` at its time."""

    def __init__(self) -> None:
        self.agents: dict[str, AgentAtWork] = {}
        self.is_paused = False
        self.last_id = 0
        self._touched: dict[str, None] = {}
        self._gap_ms = 0

    def apply(self, decision: Decision) -> Answer | None:
        """Take up `decision`; return the answer it stands for, if it does."""
        rule = _RULES.get(type(decision))
        return rule(self, decision) if rule is not None else None

    def settle(self, at_ms: int) -> dict[str, Span | None]:
        """Return the agents whose span changed at `at_ms`, with the span that ended, if one did.

        The span that began, if one did, is in `agents`.
        """
        changed = {}
        for agent_id in self._touched:
            agent = self.agents[agent_id]
            wanted = None if self.is_paused else agent.activity()
            ended = agent.span
            if self._gap_ms == 0 and wanted == (ended and (ended.activity, ended.reason)):
                continue
            if ended is not None:
                ended.until_ms = max(ended.from_ms, at_ms - self._gap_ms)
            agent.span = self._begin(agent_id, wanted, at_ms) if wanted is not None else None
            changed[agent_id] = ended
        self._touched.clear()
        self._gap_ms = 0
        return changed

    def _begin(self, agent_id: str, doing: tuple[Activity, str | None], at_ms: int) -> Span:
        self.last_id += 1
        return Span(self.last_id, agent_id, *doing, at_ms)

    def _agent(self, agent_id: str) -> AgentAtWork:
        self._touched[agent_id] = None
        return self.agents.setdefault(agent_id, AgentAtWork())

    def _reserved(self, one: d.ContactReserved) -> None:
        self._agent(one.agent_id).stages[one.contact_id] = AssignmentState.RESERVED

    def _timed_out(self, one: d.ReservationTimedOut) -> Answer | None:
        self._drop(one.contact_id, one.agent_id)
        return Answer(one.agent_id, one.contact_id, AnswerKind.RONA) if one.charged else None

    def _withdrawn(self, one: d.ReservationWithdrawn) -> None:
        self._drop(one.contact_id, one.agent_id)

    def _assignment_changed(self, one: d.AssignmentChanged) -> Answer | None:
        if one.state is AssignmentState.CLOSED:
            self._drop(one.contact_id, one.agent_id)
            return None
        stages = self._agent(one.agent_id).stages
        was_unanswered = stages.get(one.contact_id) in _UNANSWERED
        stages[one.contact_id] = one.state
        if not was_unanswered or one.state is not AssignmentState.TALK:
            return None
        return Answer(one.agent_id, one.contact_id, AnswerKind.ACCEPTED)

    def _outcome(self, one: d.OutcomeRecorded) -> None:
        if one.agent_id is not None:
            self._drop(one.contact_id, one.agent_id)

    def _drop(self, contact_id: str, agent_id: str) -> None:
        self._agent(agent_id).stages.pop(contact_id, None)

    def _state_changed(self, one: d.AgentStateChanged) -> None:
        agent = self._agent(one.agent_id)
        agent.state, agent.reason = one.state, one.reason
        if one.state is AgentState.SIGNED_OUT:
            agent.is_lost = False

    def _vanished(self, one: d.AgentVanished) -> None:
        self._agent(one.agent_id).is_lost = True

    def _back(self, one: d.AgentReturned | d.AgentSessionStarted) -> None:
        self._agent(one.agent_id).is_lost = False

    def _paused(self, one: d.TimersPaused) -> None:
        self.is_paused = True
        self._touched = dict.fromkeys(sorted(self.agents))

    def _resumed(self, one: d.TimersResumed) -> None:
        self.is_paused = False
        self._gap_ms = one.shift_ms
        self._touched = dict.fromkeys(sorted(self.agents))


_RULES: dict[type[Decision], Callable[[Activities, Any], Answer | None]] = {
    d.ContactReserved: Activities._reserved,
    d.ReservationTimedOut: Activities._timed_out,
    d.ReservationWithdrawn: Activities._withdrawn,
    d.AssignmentChanged: Activities._assignment_changed,
    d.OutcomeRecorded: Activities._outcome,
    d.AgentStateChanged: Activities._state_changed,
    d.AgentVanished: Activities._vanished,
    d.AgentReturned: Activities._back,
    d.AgentSessionStarted: Activities._back,
    d.TimersPaused: Activities._paused,
    d.TimersResumed: Activities._resumed,
}
