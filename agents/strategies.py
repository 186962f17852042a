"""Strategies: which of several available agents takes a contact.

Each is a small function from an agent to a number, smallest first. It does not depend on the time,
so it stays fixed while the agent is idle, and agents can be kept in order instead of being compared
again at every contact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agents.agent import Agent
from config.routing import StrategyName


def longest_idle(agent: Agent) -> int:
    """Who has waited longest for a contact, milliseconds since 1970."""
    return agent.idle_since_ms


def least_occupied(agent: Agent) -> int:
    """Who was busy for the smallest share of the time from sign-in to idleness, per million."""
    return agent.busy_ms * 1_000_000 // max(agent.idle_since_ms - agent.signed_in_at_ms, 1)


def round_robin(agent: Agent) -> int:
    """Who was offered a contact least recently, in order of offers."""
    return agent.offered_serial


def fastest(agent: Agent) -> int:
    """Who handles a contact in the shortest mean time, milliseconds."""
    return agent.handle_mean_ms


ORDERS: Mapping[StrategyName, Callable[[Agent], int]] = {
    "longest_idle": longest_idle,
    "least_occupied": least_occupied,
    "round_robin": round_robin,
    "fastest": fastest,
    # Skill decides between pools (`preference`); within a pool all are equally skilled.
    "most_skilled": longest_idle,
}


def is_qualified(skills: Mapping[str, int], requires: Mapping[str, int]) -> bool:
    """Tell whether every required skill is there at its lowest level or above."""
    return all(skills.get(skill, 0) >= level for skill, level in requires.items())


def preference(
    strategy: StrategyName, skills: Mapping[str, int], requires: Mapping[str, int]
) -> int:
    """Order of a skill set for a requirement, smallest first; 0 unless skill decides."""
    if strategy != "most_skilled":
        return 0
    return -sum(skills[skill] for skill in requires)
