"""When agents were at work, from the decisions in a journal: stays from sign-in to sign-out, with
the pauses in which they were not ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from contacts.vocabulary import AgentState, Channel
from router import decisions as d
from simulation.recorded_staffing import Pause
from simulation.replay_plan import ReplayShift


@dataclass(slots=True)
class _AtWork:
    """An agent who is signed in. `asked_ms`: when they asked for the pause that is to come or under
    way; `paused_ms`: since when they pause; `lost_ms`: since when their client is gone."""

    session: d.AgentSessionStarted
    from_ms: int
    pauses: list[Pause] = field(default_factory=list)
    asked_ms: int | None = None
    paused_ms: int | None = None
    lost_ms: int | None = None

    def pause_ends(self, at_ms: int) -> None:
        if self.paused_ms is not None and at_ms > self.paused_ms:
            due_ms = self.paused_ms if self.asked_ms is None else self.asked_ms
            self.pauses.append(Pause(due_ms, at_ms - self.paused_ms))
        self.asked_ms = self.paused_ms = None

    def shift(self, until_ms: int) -> ReplayShift:
        return ReplayShift(
            agent_id=self.session.agent_id,
            skills=dict(self.session.skills),
            from_ms=self.from_ms,
            until_ms=max(until_ms, self.from_ms),
            pauses=tuple(self.pauses),
            capacity=dict(self.session.capacity),
        )


class JournalAgents:
    """Follows agents; `shifts` are those that are over, `all_shifts` adds who is still there."""

    def __init__(self) -> None:
        self.shifts: list[ReplayShift] = []
        self._here: dict[str, _AtWork] = {}

    def apply(self, decision: d.AnyDecision, at_ms: int) -> None:
        """Take up a decision."""
        match decision:
            case d.AgentSessionStarted(agent_id=agent_id):
                self._here[agent_id] = _AtWork(decision, at_ms)
            case d.AgentStateChanged(agent_id=agent_id) if agent_id in self._here:
                self._changed(self._here[agent_id], decision, at_ms)
            case d.AgentVanished(agent_id=agent_id) if agent_id in self._here:
                self._here[agent_id].lost_ms = at_ms
            case d.AgentReturned(agent_id=agent_id) if agent_id in self._here:
                self._returned(self._here[agent_id], at_ms)
            case _:
                pass

    def all_shifts(self, now_ms: int) -> list[ReplayShift]:
        """Return all stays; who is still there is taken to go now."""
        here = []
        for one in self._here.values():
            pauses = list(one.pauses)
            one.pause_ends(now_ms)
            here.append(one.shift(now_ms))
            one.pauses = pauses
        return [*self.shifts, *here]

    def _changed(self, one: _AtWork, decision: d.AgentStateChanged, at_ms: int) -> None:
        match decision.state:
            case AgentState.READY:
                one.pause_ends(at_ms)
            case AgentState.NOT_READY_AFTER_CONTACT:
                one.asked_ms = at_ms
            case AgentState.NOT_READY:
                one.paused_ms = at_ms if one.paused_ms is None else one.paused_ms
            case AgentState.SIGNED_OUT:
                self._went(one, at_ms)

    def _returned(self, one: _AtWork, at_ms: int) -> None:
        """A loss while ready was a pause, which work does not postpone: nobody was there."""
        if one.lost_ms is not None and one.paused_ms is None and at_ms > one.lost_ms:
            one.pauses.append(Pause(one.lost_ms, at_ms - one.lost_ms))
        one.lost_ms = None

    def _went(self, one: _AtWork, at_ms: int) -> None:
        """They wanted to go when they asked to, or were lost; the contact in hand came first."""
        until_ms = at_ms
        if one.paused_ms is None and one.asked_ms is not None:
            until_ms = one.asked_ms
        if one.lost_ms is not None:
            until_ms = min(until_ms, one.lost_ms)
        one.pause_ends(at_ms)
        self.shifts.append(one.shift(until_ms))
        del self._here[one.session.agent_id]


def cut(shift: ReplayShift, from_ms: int, until_ms: int) -> ReplayShift | None:
    """Return the part of a shift that lies in a stretch of time, None if there is none."""
    first, last = max(shift.from_ms, from_ms), min(shift.until_ms, until_ms)
    if first >= last:
        return None
    pauses = []
    for pause in shift.pauses:
        due_ms = max(pause.due_ms, first)
        left_ms = pause.duration_ms - (due_ms - pause.due_ms)
        if left_ms > 0 and due_ms < last:
            pauses.append(Pause(due_ms, left_ms))
    return ReplayShift(
        shift.agent_id, shift.skills, first, last, tuple(pauses), _plain(shift.capacity)
    )


def _plain(capacity: dict[Channel, int] | None) -> dict[Channel, int] | None:
    return None if capacity is None else dict(capacity)
