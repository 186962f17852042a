"""The agents of a simulation: who is at work, and what each group does."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from router import events as e
from simulation.results_counts import ReplicationCounts
from simulation.scenario import AgentGroup, Scenario
from simulation.virtual_watch import GroupWatch


class _Group:
    """One group: agents are numbered, those with low numbers come first and leave last."""

    def __init__(self, group: AgentGroup, watch: GroupWatch) -> None:
        self.group = group
        self.watch = watch
        self.at_work: list[int] = []
        self._away: list[int] = []
        self._known = 0

    def agent_id(self, number: int) -> str:
        return f"{self.group.name}-{number}"

    def next_away(self) -> int:
        """Return the lowest number of an agent who is not at work."""
        if self._away:
            return heappop(self._away)
        self._known += 1
        return self._known

    def went(self, number: int) -> None:
        heappush(self._away, number)


class Staff:
    """All agents. Those above a lower number finish what they have in hand and go."""

    def __init__(self, scenario: Scenario, counts: ReplicationCounts) -> None:
        self._groups = [_Group(one, GroupWatch(one.name, counts)) for one in scenario.groups]
        self._group_of: dict[str, _Group] = {}
        self._in_hand: dict[str, int] = {}
        self._serving = {
            queue.queue_id: [one.watch for one in self._groups if one.group.may_serve(queue)]
            for queue in scenario.queues
        }

    def changes(self, now_ms: int) -> Iterator[e.AnyEvent]:
        """Yield the events that bring each group to the number the scenario has from now on."""
        for group in self._groups:
            wanted = group.group.agents_at(now_ms)
            while len(group.at_work) < wanted:
                number = group.next_away()
                group.at_work.append(number)
                agent_id = group.agent_id(number)
                self._group_of[agent_id] = group
                yield e.AgentSignedIn(
                    event_id="",
                    at_ms=now_ms,
                    agent_id=agent_id,
                    ready=True,
                    skills=dict(group.group.skills),
                )
            while len(group.at_work) > wanted:
                agent_id = group.agent_id(group.at_work.pop())
                yield e.AgentSignOutForced(event_id="", at_ms=now_ms, agent_id=agent_id)

    def at_work(self, name: str) -> int:
        """Return how many agents of a group are at work and stay."""
        return next(len(one.at_work) for one in self._groups if one.group.name == name)

    def is_marketing_for(self, queue_id: str) -> bool:
        """Tell whether somebody who could serve the queue is marketing."""
        return any(watch.marketing for watch in self._serving[queue_id])

    def came(self, agent_id: str, now_ms: int) -> None:
        """An agent signed in."""
        watch = self._group_of[agent_id].watch
        watch.pass_time(now_ms)
        watch.staffed += 1

    def went(self, agent_id: str, now_ms: int) -> None:
        """An agent signed out."""
        group = self._group_of[agent_id]
        group.watch.pass_time(now_ms)
        group.watch.staffed -= 1
        group.went(int(agent_id.rpartition("-")[2]))

    def took(self, agent_id: str, now_ms: int) -> None:
        """An agent has one more contact in hand."""
        in_hand = self._in_hand.get(agent_id, 0)
        self._in_hand[agent_id] = in_hand + 1
        if in_hand == 0:
            watch = self._group_of[agent_id].watch
            watch.pass_time(now_ms)
            watch.busy += 1

    def let_go(self, agent_id: str, now_ms: int) -> None:
        """An agent is done with a contact."""
        watch = self._group_of[agent_id].watch
        watch.handled(now_ms)
        self._in_hand[agent_id] -= 1
        if self._in_hand[agent_id] == 0:
            watch.pass_time(now_ms)
            watch.busy -= 1

    def marketing_began(self, agent_id: str, now_ms: int) -> None:
        """An agent goes on to market."""
        watch = self._group_of[agent_id].watch
        watch.pass_time(now_ms)
        watch.marketing += 1

    def marketing_ended(self, agent_id: str, now_ms: int) -> None:
        """An agent is done marketing."""
        watch = self._group_of[agent_id].watch
        watch.pass_time(now_ms)
        watch.marketing -= 1

    def pass_time(self, now_ms: int) -> None:
        """Count all groups' time up to now."""
        for group in self._groups:
            group.watch.pass_time(now_ms)
