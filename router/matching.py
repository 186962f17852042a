"""Matching: which agent for a contact, which contact for an agent.

Contacts that need the same skills stand in one line; agents with the same skills form one pool.
Which pool may serve which line is worked out when a line, a pool or the configuration is new, not
per contact. Finding an agent looks at the first of each pool that may serve the line; finding a
contact looks at the head of each line the pool may serve; both then cost a logarithm in the
number of agents or contacts, plus the number of skill sets concerned.
"""

from __future__ import annotations

from typing import NamedTuple

from agents.agent import Agent
from agents.strategies import ORDERS, preference
from config.routing import QueueSettings
from contacts.contact import Contact
from contacts.vocabulary import AgentState, Channel
from queues.contact_queue import ContactQueue, merge_requirements, requirement_key
from queues.line import Idle, WaitingLine
from queues.ordered import Ordered
from queues.skill_pool import PoolKey, SkillPool, pool_key


class Counted(NamedTuple):
    """What an agent counts as in the lines it may serve."""

    signed_in: bool
    ready: bool
    marketing: bool


NOT_COUNTED = Counted(signed_in=False, ready=False, marketing=False)


class Matcher:
    """The index of waiting lines and skill pools. Derived from the state, never stored."""

    def __init__(self) -> None:
        self.queues: dict[str, ContactQueue] = {}
        self.exclusive: frozenset[Channel] = frozenset()
        self._pools: dict[PoolKey, SkillPool] = {}
        self._pool_of: dict[str, SkillPool] = {}
        self._entries: dict[str, list[tuple[Ordered[Idle], Idle]]] = {}
        self._counted: dict[str, Counted] = {}

    # --- contacts ----------------------------------------------------------------------

    def line_for(self, queue: ContactQueue, requires: dict[str, int] | None) -> WaitingLine:
        """Return the line for contacts with these extra requirements, made if it is new."""
        extra = requirement_key(requires)
        line = queue.lines.get(extra)
        if line is None:
            merged = merge_requirements(queue.settings.requires, requires)
            line = queue.lines[extra] = WaitingLine(queue.settings, extra, merged)
            self._connect_line(line)
        return line

    def add_contact(self, contact: Contact) -> None:
        """Let the contact wait in its queue's line."""
        queue = self.queues[contact.queue_id]
        if contact.extra not in queue.lines:
            self.line_for(queue, contact.requires)
        queue.add(contact)

    def remove_contact(self, contact: Contact) -> None:
        """Take a waiting contact out of its queue."""
        queue = self.queues[contact.queue_id]
        self.drop_if_unused(queue, queue.remove(contact))

    def drop_if_unused(self, queue: ContactQueue, line: WaitingLine) -> None:
        """Forget a line that contacts with requirements of their own have left empty."""
        if line.extra and line.head is None:
            del queue.lines[line.extra]
            self._disconnect_line(line)

    def best_agent(self, line: WaitingLine) -> str | None:
        """Return the available agent who is first by the queue's strategy, or None.

        Agents whose ringing nobody confirmed come last, whatever their skill.
        """
        best: tuple[int, int, Idle] | None = None
        for liking, order in line.candidates:
            first = order.first
            if first is not None:
                candidate = (first[0], liking, first)
                if best is None or candidate < best:
                    best = candidate
        return best[2][4] if best is not None else None

    def pool_of(self, agent: Agent) -> SkillPool:
        """Return the pool of agents with the same skills and channels."""
        return self._pool_of[agent.agent_id]

    def lines_of(self, agent: Agent) -> list[WaitingLine]:
        """Return every line the agent may serve."""
        return self._pool_of[agent.agent_id].all_lines()

    # --- agents ------------------------------------------------------------------------

    def refresh(self, agent: Agent) -> None:
        """Bring the agent's places in the orders of the available up to date."""
        agent_id = agent.agent_id
        for order, entry in self._entries.pop(agent_id, ()):
            order.remove(entry)
        entries = []
        for (channel, strategy), order in self._pool_of[agent_id].orders.items():
            if agent.has_room(channel, self.exclusive):
                measure = ORDERS[strategy](agent)
                load = len(agent.assignments)
                entry = (agent.unconfirmed, load, measure, agent.serial, agent_id)
                order.add(entry)
                entries.append((order, entry))
        if entries:
            self._entries[agent_id] = entries

    def best_contact(self, agent: Agent) -> str | None:
        """Return the contact that the agent should take now, longest (credited) wait first."""
        best = None
        for channel, lines in self._pool_of[agent.agent_id].lines.items():
            if agent.has_room(channel, self.exclusive):
                for line in lines:
                    head = line.head
                    if head is not None and (best is None or head < best):
                        best = head
        return best[2] if best is not None else None

    def place_agent(self, agent: Agent) -> None:
        """Put an agent whose skills or capacity are new into the right pool."""
        self._count(agent, NOT_COUNTED)
        for order, entry in self._entries.pop(agent.agent_id, []):
            order.remove(entry)
        key = pool_key(agent)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = SkillPool(dict(agent.skills), key[1])
            self._connect_pool(pool)
        left = self._pool_of.get(agent.agent_id)
        self._pool_of[agent.agent_id] = pool
        pool.members += 1
        if left is not None:
            self._leave_pool(left)
        self.count_agent(agent)

    def _leave_pool(self, pool: SkillPool) -> None:
        """Let an agent go; a pool without agents is forgotten, so that skill sets never pile up."""
        pool.members -= 1
        if pool.members:
            return
        orders = {id(order) for order in pool.orders.values()}
        for line in pool.all_lines():
            line.candidates = [one for one in line.candidates if id(one[1]) not in orders]
        self._pools = {key: one for key, one in self._pools.items() if one is not pool}

    def count_agent(self, agent: Agent) -> None:
        """Bring the numbers of signed-in, ready and marketing agents of its lines up to date."""
        signed_in = agent.state is not AgentState.SIGNED_OUT
        ready = agent.state is AgentState.READY and agent.lost_until_ms is None
        self._count(agent, Counted(signed_in, ready, agent.is_marketing))

    def _count(self, agent: Agent, now: Counted) -> None:
        before = self._counted.get(agent.agent_id, NOT_COUNTED)
        if before == now:
            return
        self._counted[agent.agent_id] = now
        pool = self._pool_of[agent.agent_id]
        signed_in, ready, marketing = (b - a for a, b in zip(before, now, strict=True))
        pool.signed_in += signed_in
        pool.ready += ready
        pool.marketing += marketing
        for line in pool.all_lines():
            line.signed_in_agents += signed_in
            line.ready_agents += ready
            line.marketing_agents += marketing

    # --- configuration -----------------------------------------------------------------

    def configure_queue(self, settings: QueueSettings) -> ContactQueue:
        """Make the queue, or give it new settings; contacts that wait stay where they are."""
        queue = self.queues.get(settings.queue_id)
        if queue is None:
            queue = self.queues[settings.queue_id] = ContactQueue(settings)
            self.line_for(queue, None)
        queue.settings = settings
        for line in queue.lines.values():
            own = {} if not line.extra else _read_requirement(line.extra)
            line.settings = settings
            line.requires = merge_requirements(settings.requires, own)
        return queue

    def remove_queue(self, queue_id: str) -> None:
        """Drop an empty queue."""
        for line in self.queues.pop(queue_id).lines.values():
            self._disconnect_line(line)

    def reconnect(self, agents: dict[str, Agent]) -> None:
        """Work out anew which pool may serve which line, after the configuration changed."""
        lines = [line for queue in self.queues.values() for line in queue.lines.values()]
        in_use = set(self._pool_of.values())
        self._pools = {key: pool for key, pool in self._pools.items() if pool in in_use}
        for pool in self._pools.values():
            pool.lines.clear()
            pool.orders.clear()
        self._entries.clear()
        for line in lines:
            self._connect_line(line)
        for agent in agents.values():
            self.refresh(agent)

    def _connect_line(self, line: WaitingLine) -> None:
        line.candidates = []
        line.ready_agents = line.signed_in_agents = line.marketing_agents = 0
        for pool in self._pools.values():
            self._connect(line, pool)

    def _connect_pool(self, pool: SkillPool) -> None:
        for queue in self.queues.values():
            for line in queue.lines.values():
                self._connect(line, pool)

    def _connect(self, line: WaitingLine, pool: SkillPool) -> None:
        if not pool.may_serve(line):
            return
        settings = line.settings
        liking = preference(settings.strategy, pool.skills, line.requires)
        line.candidates.append((liking, pool.order_for(settings.channel, settings.strategy)))
        line.candidates.sort(key=_liking)
        line.ready_agents += pool.ready
        line.signed_in_agents += pool.signed_in
        line.marketing_agents += pool.marketing
        pool.lines.setdefault(settings.channel, []).append(line)

    def _disconnect_line(self, line: WaitingLine) -> None:
        for pool in self._pools.values():
            lines = pool.lines.get(line.settings.channel, [])
            if line in lines:
                lines.remove(line)


def _liking(candidate: tuple[int, Ordered[Idle]]) -> int:
    return candidate[0]


def _read_requirement(extra: str) -> dict[str, int]:
    pairs = (part.rpartition("=") for part in extra.split(","))
    return {skill: int(level) for skill, _, level in pairs}
