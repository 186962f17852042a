"""What a load run does: how many contacts, how fast, with how many agents."""

from __future__ import annotations

from dataclasses import dataclass, field

from bus.connection_settings import ConnectionSettings
from bus.topics import Role, TopicSpace

TARGET_OCCUPANCY_RATIO = 0.6
"""Share of their time that agents are busy if the talk time is left to us: they suffice."""
LONGEST_DEFAULT_TALK_MS = 1_000


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One run: `contacts` arrivals at `rate_per_s`, independent of how fast they are answered.

    The mean talk time is `talk_ms`. `name` is the generator's own bridge and the beginning of its
    agents' ids: two generators on one engine need two names. `run_id` begins the ids of contacts
    and messages, so that no two runs share any. `skills` are those all agents sign in with, by
    level.
    """

    connection: ConnectionSettings
    space: TopicSpace
    run_id: str
    rate_per_s: float
    contacts: int
    agents: int
    talk_ms: float
    wrap_up_ms: int = 0
    queues: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=dict)
    ringing: bool = False
    name: str = "load"
    seed: int = 1
    repeat_after_s: float = 2.0
    drain_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what cannot be run; the text says what is allowed."""
        if not self.rate_per_s > 0:
            raise ValueError(f"a rate of {self.rate_per_s} contacts a second: give more than 0")
        if not self.queues:
            raise ValueError("no queue for the contacts: name at least one")
        if self.contacts < 1 or self.agents < 1:
            raise ValueError(
                f"{self.contacts} contacts and {self.agents} agents: give at least 1 of each"
            )

    def agent_ids(self) -> list[str]:
        """Return the ids of the agents that sign in."""
        return [f"{self.name}-{number}" for number in range(1, self.agents + 1)]

    def bridge_topics(self) -> list[str]:
        """Return where the generator's bridge is answered and told decisions."""
        return [
            self.space.reply(Role.BRIDGE, self.name),
            self.space.decisions_to_bridge(self.name),
        ]


def default_talk_ms(rate_per_s: float, agents: int, wrap_up_ms: int = 0) -> float:
    """Return a mean talk time, milliseconds, with which `agents` are busy six tenths of the time.

    Little's law: busy agents = rate x (talk + wrap-up).
    """
    handling_ms = TARGET_OCCUPANCY_RATIO * agents / rate_per_s * 1_000
    return min(max(handling_ms - wrap_up_ms, 1.0), float(LONGEST_DEFAULT_TALK_MS))
