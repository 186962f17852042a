"""Standing: what is not as it should be, and since when; folded from decisions.

Guard rails that close a gate, bridges that are silent, agents whose client vanished or who did not
answer, and wrap-ups: each is added and taken out by one decision, so that nobody need look at all
agents to see them. Within each the oldest stands first.
"""

from __future__ import annotations

import msgspec

from contacts.vocabulary import AgentState, AssignmentState, NotReadyReason
from queues.contact_queue import ContactQueue
from router import decisions as d
from router.records import Record
from router.state import RoutingState


class Guard(msgspec.Struct, frozen=True, gc=False):
    """The guard rail that closes a queue's gate, since when, what was measured, and its limit."""

    name: str
    since_ms: int
    measured: float | None = None
    limit: float | None = None


class WrapUp(msgspec.Struct, frozen=True, gc=False):
    """An agent's wrap-up of a contact."""

    agent_id: str
    contact_id: str
    since_ms: int


class Standing(msgspec.Struct, gc=False):
    """By queue, bridge or agent, what stands; times are milliseconds."""

    guards: dict[str, Guard] = {}
    silent_bridges: dict[str, int] = {}
    lost_agents: dict[str, int] = {}
    did_not_answer: dict[str, int] = {}
    wrap_ups: dict[str, WrapUp] = {}

    def guard_of(self, queue: ContactQueue) -> Guard | None:
        """Return the guard rail that closes the queue's gate, if one does."""
        name = queue.gate.closed_by
        guard = self.guards.get(queue.settings.queue_id)
        return guard if guard is not None and guard.name == name else None

    def take(self, record: Record) -> None:
        """Take up a record's decisions."""
        at_ms = record.event.at_ms
        for decision in record.decisions:
            self._take(decision, record, at_ms)

    def _take(self, one: d.AnyDecision, record: Record, at_ms: int) -> None:
        match one:
            case d.GuardSet():
                self._guard(one, record, at_ms)
            case d.BridgeNoted(bridge, is_silent):
                _set(self.silent_bridges, bridge, at_ms if is_silent else None)
            case d.AgentVanished(agent_id):
                _set(self.lost_agents, agent_id, at_ms)
            case d.AgentReturned(agent_id) | d.AgentSessionStarted(agent_id):
                _set(self.lost_agents, agent_id, None)
            case d.AgentStateChanged(agent_id, state, reason):
                rona = state is AgentState.NOT_READY and reason == NotReadyReason.RONA
                _set(self.did_not_answer, agent_id, at_ms if rona else None)
                if state is AgentState.SIGNED_OUT:
                    _set(self.lost_agents, agent_id, None)
            case d.AssignmentChanged() | d.OutcomeRecorded():
                self._wrap_up(one, at_ms)
            case _:
                pass

    def _guard(self, one: d.GuardSet, record: Record, at_ms: int) -> None:
        self.guards.pop(one.queue_id, None)
        if one.closed_by is not None:
            measured = getattr(record.event, "measured", None)
            limit = getattr(record.event, "limit", None)
            self.guards[one.queue_id] = Guard(one.closed_by, at_ms, measured, limit)

    def _wrap_up(self, one: d.AssignmentChanged | d.OutcomeRecorded, at_ms: int) -> None:
        key = f"{one.agent_id}/{one.contact_id}"
        entered = isinstance(one, d.AssignmentChanged) and one.state is AssignmentState.WRAP_UP
        if not entered:
            self.wrap_ups.pop(key, None)
        elif key not in self.wrap_ups and one.agent_id is not None:
            self.wrap_ups[key] = WrapUp(one.agent_id, one.contact_id, at_ms)


def standing_in(state: RoutingState) -> Standing:
    """Return what stands in a state; of what it does not say, since when is its own time."""
    standing = Standing()
    standing.guards = {
        queue_id: Guard(queue.gate.closed_by, state.now_ms)
        for queue_id, queue in state.queues.items()
        if queue.gate.closed_by is not None
    }
    standing.silent_bridges = dict.fromkeys(sorted(state.silent_bridges), state.now_ms)
    for agent_id, agent in state.agents.items():
        if agent.lost_until_ms is not None:
            standing.lost_agents[agent_id] = state.now_ms
        if agent.state is AgentState.NOT_READY and agent.reason == NotReadyReason.RONA:
            standing.did_not_answer[agent_id] = agent.since_ms
    wrap_ups = [
        WrapUp(agent.agent_id, one.contact_id, one.since_ms)
        for agent in state.agents.values()
        for one in agent.assignments.values()
        if one.state is AssignmentState.WRAP_UP
    ]
    for one in sorted(wrap_ups, key=lambda wrap_up: wrap_up.since_ms):
        standing.wrap_ups[f"{one.agent_id}/{one.contact_id}"] = one
    return standing


def _set(times_ms: dict[str, int], key: str, since_ms: int | None) -> None:
    """Note since when something stands, keeping the first time; None: it no longer does."""
    if since_ms is None:
        times_ms.pop(key, None)
    else:
        times_ms.setdefault(key, since_ms)
