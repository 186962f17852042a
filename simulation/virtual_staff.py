"""The agents of a virtual centre: who is at work, and what each group does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from heapq import heappop, heappush

from contacts.vocabulary import AgentState
from router import events as e
from router.decisions import AgentStateChanged
from simulation.results_counts import ReplicationCounts
from simulation.scenario import AgentGroup, Scenario
from simulation.virtual_watch import GroupWatch


class Staff:
    """All agents, counted by group. `served` has the ids of the queues each group may serve."""

    def __init__(self, served: Mapping[str, Collection[str]], counts: ReplicationCounts) -> None:
        self.watches = {name: GroupWatch(name, counts) for name in served}
        self._watch_of: dict[str, GroupWatch] = {}
        self._in_hand: dict[str, int] = {}
        self._serving = {
            queue_id: [self.watches[name] for name, queues in served.items() if queue_id in queues]
            for queue_id in counts.queues
        }

    def belongs(self, agent_id: str, name: str) -> None:
        """From now on an agent belongs to a group; nobody changes group while at work."""
        self._watch_of[agent_id] = self.watches[name]

    def changed(self, decision: AgentStateChanged, now_ms: int) -> None:
        """An agent got ready, or not ready, or signed out."""
        if decision.state is AgentState.SIGNED_OUT:
            self.went(decision.agent_id, now_ms)

    def is_marketing_for(self, queue_id: str) -> bool:
        """Tell whether somebody who could serve the queue is marketing."""
        return any(watch.marketing for watch in self._serving[queue_id])

    def came(self, agent_id: str, now_ms: int) -> None:
        """An agent signed in."""
        watch = self._watch_of[agent_id]
        watch.pass_time(now_ms)
        watch.staffed += 1

    def went(self, agent_id: str, now_ms: int) -> None:
        """An agent signed out."""
        watch = self._watch_of[agent_id]
        watch.pass_time(now_ms)
        watch.staffed -= 1

    def took(self, agent_id: str, now_ms: int) -> None:
        """An agent has one more contact in hand."""
        in_hand = self._in_hand.get(agent_id, 0)
        self._in_hand[agent_id] = in_hand + 1
        if in_hand == 0:
            watch = self._watch_of[agent_id]
            watch.pass_time(now_ms)
            watch.busy += 1

    def let_go(self, agent_id: str, now_ms: int) -> None:
        """An agent is done with a contact."""
        watch = self._watch_of[agent_id]
        watch.handled(now_ms)
        self._in_hand[agent_id] -= 1
        if self._in_hand[agent_id] == 0:
            watch.pass_time(now_ms)
            watch.busy -= 1

    def marketing_began(self, agent_id: str, now_ms: int) -> None:
        """An agent goes on to market."""
        watch = self._watch_of[agent_id]
        watch.pass_time(now_ms)
        watch.marketing += 1

    def marketing_ended(self, agent_id: str, now_ms: int) -> None:
        """An agent is done marketing."""
        watch = self._watch_of[agent_id]
        watch.pass_time(now_ms)
        watch.marketing -= 1

    def pass_time(self, now_ms: int) -> None:
        """Count all groups' time up to now."""
        for watch in self.watches.values():
            watch.pass_time(now_ms)


class _Group:
    """One group: agents are numbered, those with low numbers come first and leave last."""

    def __init__(self, group: AgentGroup) -> None:
        self.group = group
        self.at_work: list[int] = []
        self._away: list[int] = []
        self._known = 0

    def next_away(self) -> int:
        """Return the lowest number of an agent who is not at work."""
        if self._away:
            return heappop(self._away)
        self._known += 1
        return self._known

    def went(self, number: int) -> None:
        heappush(self._away, number)


class ScenarioStaff(Staff):
    """Groups of a scenario. Those above a lower number finish what they have in hand and go."""

    def __init__(self, scenario: Scenario, counts: ReplicationCounts) -> None:
        served = {
            group.name: [one.queue_id for one in scenario.queues if group.may_serve(one)]
            for group in scenario.groups
        }
        super().__init__(served, counts)
        self._groups = {one.name: _Group(one) for one in scenario.groups}
        self._group_of: dict[str, _Group] = {}

    def changes(self, now_ms: int) -> Iterator[e.AnyEvent]:
        """Yield the events that bring each group to the number the scenario has from now on."""
        for name, group in self._groups.items():
            wanted = group.group.agents_at(now_ms)
            while len(group.at_work) < wanted:
                number = group.next_away()
                group.at_work.append(number)
                agent_id = group.group.agent_id(number)
                self._group_of[agent_id] = group
                self.belongs(agent_id, name)
                yield e.AgentSignedIn(
                    event_id="",
                    at_ms=now_ms,
                    agent_id=agent_id,
                    ready=True,
                    skills=dict(group.group.skills),
                )
            while len(group.at_work) > wanted:
                agent_id = group.group.agent_id(group.at_work.pop())
                yield e.AgentSignOutForced(event_id="", at_ms=now_ms, agent_id=agent_id)

    def went(self, agent_id: str, now_ms: int) -> None:
        """An agent signed out; the number is free again."""
        super().went(agent_id, now_ms)
        self._group_of[agent_id].went(int(agent_id.rpartition("-")[2]))
