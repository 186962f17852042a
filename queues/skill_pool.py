"""A skill pool: all agents with the same skills and channels, the available ones in order."""

from __future__ import annotations

from collections.abc import Mapping

from agents.agent import Agent
from agents.strategies import is_qualified
from config.routing import StrategyName
from contacts.vocabulary import Channel
from queues.line import Idle, WaitingLine
from queues.ordered import Ordered

PoolKey = tuple[frozenset[tuple[str, int]], frozenset[Channel]]


def pool_key(agent: Agent) -> PoolKey:
    """Return what agents of one pool have in common."""
    channels = frozenset(channel for channel, most in agent.capacity.items() if most > 0)
    return frozenset(agent.skills.items()), channels


class SkillPool:
    """Agents who are interchangeable for matching.

    `orders` holds the available agents per channel and strategy in use; `lines` the waiting lines
    per channel that the pool may serve. `members` counts the agents, signed in or not.
    """

    __slots__ = (
        "channels",
        "lines",
        "marketing",
        "members",
        "orders",
        "ready",
        "signed_in",
        "skills",
    )

    def __init__(self, skills: Mapping[str, int], channels: frozenset[Channel]) -> None:
        self.skills = skills
        self.channels = channels
        self.orders: dict[tuple[Channel, StrategyName], Ordered[Idle]] = {}
        self.lines: dict[Channel, list[WaitingLine]] = {}
        self.marketing = 0
        self.members = 0
        self.ready = 0
        self.signed_in = 0

    def may_serve(self, line: WaitingLine) -> bool:
        """Tell whether the pool's agents have the line's channel and skills."""
        return line.settings.channel in self.channels and is_qualified(self.skills, line.requires)

    def order_for(self, channel: Channel, strategy: StrategyName) -> Ordered[Idle]:
        """Return the available agents in the strategy's order, made when first asked for."""
        return self.orders.setdefault((channel, strategy), Ordered())

    def all_lines(self) -> list[WaitingLine]:
        """Return every line the pool may serve."""
        return [line for lines in self.lines.values() for line in lines]
