"""What must be true of the core after every event, worked out slowly from scratch.

Conservation: every contact taken in is live or has exactly one final outcome; per queue, entries =
accepted + left + still waiting. Exclusivity: no contact with two agents, no agent above capacity
(except where a bridge reported a contact the agent has already). Progress: nobody available while
a contact they may serve waits; no deadline missed. Consistency: every index equals what can be
recomputed from contacts and agents. Transitions: only those of the two tables.
"""

from __future__ import annotations

from collections import Counter

from agents.agent import Agent, Assignment
from agents.strategies import is_qualified
from agents.transitions import AGENT_TRANSITIONS, ASSIGNMENT_TRANSITIONS
from contacts.vocabulary import AgentState, AssignmentState, Disposition
from queues.contact_queue import merge_requirements, requirement_key
from router import decisions as d
from router import events as e
from router.engine import Engine
from router.records import Record
from router.state import RoutingState

AGENT_MOVES = {(before, after) for (before, _), after in AGENT_TRANSITIONS.items()}
ASSIGNMENT_MOVES = {(before, after) for (before, _), after in ASSIGNMENT_TRANSITIONS.items()}
SIGNED_OUT, READY = AgentState.SIGNED_OUT, AgentState.READY
MAY_END_BY_OUTCOME = {
    before for before, after in ASSIGNMENT_MOVES if after is AssignmentState.CLOSED
} - {AssignmentState.RESERVED, AssignmentState.RINGING}


def unaccepted(state: RoutingState) -> dict[str, str]:
    """Return the queue of every contact that waits, unanswered reservations included."""
    return {
        one.contact_id: one.queue_id
        for one in state.contacts.values()
        if one.agent_id is None
        or state.agents[one.agent_id].assignments[one.contact_id].is_unanswered
    }


def is_last_wrap_up(one: Assignment) -> bool:
    """Tell whether a contact's last leg is in wrap-up: its customer gone, its outcome to come."""
    return one.state is AssignmentState.WRAP_UP and one.disposition is not Disposition.TRANSFERRED


class Invariants:
    """Follows an engine from where it is: new, or with what a recovery gave it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.live: Counter[str] = Counter()
        self.entered: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.adopted: set[str] = set()
        self._agent_states: dict[str, AgentState] = {}
        self._stages: dict[tuple[str, str], AssignmentState] = {}
        self._in_queue: dict[str, str] = {}
        self._reserved: dict[str, set[str]] = {}
        self._seq = engine.state.seq
        self._now_ms = engine.state.now_ms
        self._take_up(engine.state)

    def _take_up(self, state: RoutingState) -> None:
        """Start from contacts and agents that are there already."""
        self.live.update(state.contacts.keys())
        self._in_queue.update(unaccepted(state))
        self.entered.update(self._in_queue.values())
        for agent in state.agents.values():
            self._agent_states[agent.agent_id] = agent.state
            for one in agent.assignments.values():
                self._stages[one.contact_id, agent.agent_id] = one.state
                self.live[one.contact_id] += is_last_wrap_up(one)
                self.adopted.add(one.contact_id)

    def check(self, record: Record) -> None:
        """Check everything after `record`."""
        self.follow(record)
        self.check_all()

    def follow(self, record: Record) -> None:
        """Check what `record` changes, from its decisions alone."""
        self._follow(record)
        self._check_time(record)

    def check_all(self) -> None:
        """Work out everything anew from the state: O(contacts and agents)."""
        self._check_conservation()
        self._check_exclusivity()
        self._check_lines()
        self._check_staff()

    # --- what was decided --------------------------------------------------------------

    def _follow(self, record: Record) -> None:
        rejected = [type(one) is d.EventRejected for one in record.decisions]
        assert not any(rejected) or len(rejected) == 1, record
        self._reserved.clear()
        for one in record.decisions:
            follow = getattr(self, f"_on_{type(one).__name__}", None)
            if follow is not None:
                follow(one)
        if type(record.event) is e.LiveContactsReported:
            queued = (one for one in record.decisions if type(one) is d.ContactQueued)
            self.adopted |= {one.contact_id for one in queued}

    def _on_ContactQueued(self, one: d.ContactQueued) -> None:  # noqa: N802
        self.live[one.contact_id] += 1
        self._enter(one.contact_id, one.queue_id)

    def _on_ContactRequeued(self, one: d.ContactRequeued) -> None:  # noqa: N802
        if one.new_entry:
            self._leave(one.contact_id)
            self._enter(one.contact_id, one.queue_id)
        else:
            assert self._in_queue[one.contact_id] == one.queue_id

    def _on_ContactReserved(self, one: d.ContactReserved) -> None:  # noqa: N802
        key = (one.contact_id, one.agent_id)
        assert key not in self._stages, f"{key} reserved twice"
        self._stages[key] = AssignmentState.RESERVED
        self._reserved.setdefault(one.agent_id, set()).add(one.queue_id)

    def _on_ReservationTimedOut(self, one: d.ReservationTimedOut) -> None:  # noqa: N802
        stage = self._stages.pop((one.contact_id, one.agent_id))
        assert one.charged == (stage is AssignmentState.RINGING)
        assert stage in (AssignmentState.RESERVED, AssignmentState.RINGING)

    def _on_ReservationWithdrawn(self, one: d.ReservationWithdrawn) -> None:  # noqa: N802
        stage = self._stages.pop((one.contact_id, one.agent_id))
        assert stage in (AssignmentState.RESERVED, AssignmentState.RINGING)

    def _on_AssignmentChanged(self, one: d.AssignmentChanged) -> None:  # noqa: N802
        key = (one.contact_id, one.agent_id)
        before = self._stages[key]
        assert (before, one.state) in ASSIGNMENT_MOVES, f"{key}: {before} to {one.state}"
        self._stages[key] = one.state
        waited = before in (AssignmentState.RESERVED, AssignmentState.RINGING)
        if waited and one.state is AssignmentState.TALK:
            self.accepted[self._in_queue.pop(one.contact_id)] += 1
        if one.state is AssignmentState.CLOSED:
            del self._stages[key]

    def _on_OutcomeRecorded(self, one: d.OutcomeRecorded) -> None:  # noqa: N802
        if one.agent_id is not None:
            stage = self._stages.pop((one.contact_id, one.agent_id))
            assert stage in MAY_END_BY_OUTCOME, f"{one.contact_id} closed from {stage}"
            assert one.accepted_at_ms is not None
        else:
            assert one.accepted_at_ms is None
            self._leave(one.contact_id)
        assert one.queued_at_ms <= one.ended_at_ms
        assert min(one.wait_ms, one.talk_ms, one.hold_ms, one.marketing_ms, one.wrap_up_ms) >= 0
        if one.final:
            self.live[one.contact_id] -= 1
            assert self.live[one.contact_id] >= 0, f"{one.contact_id} ended twice"
            if not self.live[one.contact_id]:
                del self.live[one.contact_id]
                self.adopted.discard(one.contact_id)

    def _on_AgentStateChanged(self, one: d.AgentStateChanged) -> None:  # noqa: N802
        before = self._agent_states.get(one.agent_id, AgentState.SIGNED_OUT)
        assert (before, one.state) in AGENT_MOVES, f"{one.agent_id}: {before} to {one.state}"
        self._agent_states[one.agent_id] = one.state

    def _enter(self, contact_id: str, queue_id: str) -> None:
        assert contact_id not in self._in_queue
        self._in_queue[contact_id] = queue_id
        self.entered[queue_id] += 1

    def _leave(self, contact_id: str) -> None:
        queue_id = self._in_queue.pop(contact_id, None)
        if queue_id is not None:
            self.left[queue_id] += 1

    # --- what is ---------------------------------------------------------------------

    def _check_time(self, record: Record) -> None:
        state = self.engine.state
        assert state.seq == self._seq + 1 == record.seq
        assert state.now_ms >= self._now_ms
        self._seq, self._now_ms = state.seq, state.now_ms

    def _check_conservation(self) -> None:
        state = self.engine.state
        in_hand = Counter(state.contacts.keys())
        for agent in state.agents.values():
            for one in agent.assignments.values():
                assert self._stages[one.contact_id, agent.agent_id] is one.state
                in_hand[one.contact_id] += is_last_wrap_up(one)
        assert in_hand == self.live
        assert unaccepted(state) == self._in_queue
        waiting = Counter(self._in_queue.values())
        for queue_id, entered in self.entered.items():
            ended = self.accepted[queue_id] + self.left[queue_id]
            assert entered == ended + waiting[queue_id], queue_id

    def _check_exclusivity(self) -> None:
        state = self.engine.state
        for agent in state.agents.values():
            assert agent.state is not AgentState.SIGNED_OUT or not agent.assignments
            for one in agent.assignments.values():
                contact = state.contacts.get(one.contact_id)
                if one.state is not AssignmentState.WRAP_UP:
                    assert contact is not None
                    assert contact.agent_id == agent.agent_id
                    assert (contact.leg, contact.revision) == (one.leg, one.revision)
            if agent.agent_id in self._reserved and self.adopted.isdisjoint(agent.assignments):
                self._check_capacity(agent)
        for contact in state.contacts.values():
            if contact.agent_id is not None:
                assert contact.contact_id in state.agents[contact.agent_id].assignments

    def _check_capacity(self, agent: Agent) -> None:
        """Check an agent who was given a contact just now; older ones may outlive a reload."""
        load = Counter(one.channel for one in agent.assignments.values())
        queues = self.engine.state.queues
        for channel in {queues[one].settings.channel for one in self._reserved[agent.agent_id]}:
            many = load[channel]
            assert many <= agent.capacity.get(channel, 0), f"{agent.agent_id} {load}"
        if len(load) > 1:
            exclusive = self.engine.state.settings.limits.exclusive_channels
            assert load.keys().isdisjoint(exclusive), f"{agent.agent_id} {load}"

    def _check_lines(self) -> None:
        state = self.engine.state
        expected: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for one in state.contacts.values():
            if one.agent_id is None:
                assert one.extra == requirement_key(one.requires)
                place = (one.rank, one.serial, one.contact_id)
                expected.setdefault((one.queue_id, one.extra), []).append(place)
        for queue_id, queue in state.queues.items():
            assert queue.waiting == sum(len(line) for line in queue.lines.values())
            assert "" in queue.lines
            for extra, line in queue.lines.items():
                order = sorted(expected.pop((queue_id, extra), []))
                assert list(line.order) == order
                assert line.head == (order[0] if order else None)
                assert order or not extra, "an empty line of its own requirements is kept"
                own = state.contacts[order[0][2]].requires if order else None
                assert line.requires == merge_requirements(queue.settings.requires, own)
                assert line.settings is queue.settings
            if queue.is_removed:
                in_hand = {
                    one.queue_id for of in state.agents.values() for one in of.assignments.values()
                }
                live = {one.queue_id for one in state.contacts.values()} | in_hand
                assert queue_id in live, f"{queue_id} is removed and empty, yet still there"
        assert not expected, expected

    def _check_staff(self) -> None:
        """Who is counted and found for each line, and that nobody idles while a contact waits."""
        state = self.engine.state
        exclusive = frozenset(state.settings.limits.exclusive_channels)
        signed_in = [one for one in state.agents.values() if one.state is not SIGNED_OUT]
        for queue in state.queues.values():
            channel = queue.settings.channel
            with_channel = [one for one in signed_in if one.capacity.get(channel, 0) > 0]
            for line in queue.lines.values():
                staff = [one for one in with_channel if is_qualified(one.skills, line.requires)]
                ready = [one for one in staff if one.state is READY and one.lost_until_ms is None]
                assert line.signed_in_agents == len(staff)
                assert line.ready_agents == len(ready)
                assert line.marketing_agents == sum(one.is_marketing for one in staff)
                able = sorted(one.agent_id for one in ready if one.has_room(channel, exclusive))
                found = sorted(entry[4] for _, order in line.candidates for entry in order)
                assert able == found, f"{queue.settings.queue_id}: {line.extra}"
                assert not (able and line.head), f"{able} idle while {line.head} waits"
                likings = [liking for liking, _ in line.candidates]
                assert likings == sorted(likings)
