"""The core alone: events a second, and what a contact costs as the call centre grows."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from benchmarks.progress import Tell
from config.routing import QueueSettings, RoutingSettings
from router import events as e
from router.decisions import ContactReserved
from router.engine import Engine

SKILL_SETS = 300
EVENTS_PER_CONTACT = 4
START_MS = 1_700_000_000_000
STEP_MS = 10


class Size(NamedTuple):
    """A call centre: its queues, agents and contacts waiting all the time."""

    queues: int
    agents: int
    waiting: int


SMALL = Size(queues=5, agents=100, waiting=10)
LARGE = Size(queues=100, agents=10_000, waiting=100_000)
TARGET = Size(queues=5, agents=50, waiting=10)
GRID = [
    Size(queues, agents, waiting)
    for queues, agents in ((5, 100), (50, 1_000), (100, 10_000))
    for waiting in (10, 1_000, 100_000)
]


class Centre:
    """An engine in which all agents talk and `waiting` contacts wait, and stay so many."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._now_ms = START_MS
        self._engine = Engine()
        self._talking: deque[tuple[str, str]] = deque()
        self._arrived = 0
        self._configure()
        self._sign_in()
        self._fill()

    def _configure(self) -> None:
        queues = [
            QueueSettings(queue_id=f"q{number}", requires={f"skill{number}": 1})
            for number in range(self._size.queues)
        ]
        settings = RoutingSettings(queues=queues).model_dump(mode="json")
        self._engine.handle(
            e.ConfigurationChanged(event_id="c", at_ms=self._now_ms, settings=settings)
        )

    def _sign_in(self) -> None:
        """Three skills an agent where there are queues for it, a few hundred different sets."""
        queues = self._size.queues
        skills_each = 3 if queues > 5 else 1
        for number in range(self._size.agents):
            kind = number % SKILL_SETS
            skills = {f"skill{(kind * (nth + 1) + nth) % queues}": 5 for nth in range(skills_each)}
            agent_id = f"agent{number}"
            self._engine.handle(
                e.AgentSignedIn(
                    event_id=f"s{number}",
                    at_ms=self._now_ms,
                    source=f"agent/{agent_id}",
                    agent_id=agent_id,
                    ready=True,
                    skills=skills,
                )
            )

    def _fill(self) -> None:
        for _ in range(self._size.agents + self._size.waiting):
            self._arrive()
        for agent in list(self._engine.state.agents.values()):
            for assignment in list(agent.assignments.values()):
                self._accept(assignment.contact_id, agent.agent_id, assignment.revision)

    def turn_over(self, contacts: int) -> float:
        """Route `contacts` contacts, four events each; return the seconds that took.

        One arrives, another ends, its agent wraps up, and accepts the longest waiting.
        """
        started = time.perf_counter()
        for _ in range(contacts):
            self._now_ms += STEP_MS
            self._arrive()
            contact_id, agent_id = self._talking.popleft()
            self._end(contact_id)
            reserved = self._wrap_up(contact_id, agent_id)
            self._accept(reserved.contact_id, agent_id, reserved.revision)
        return time.perf_counter() - started

    def _arrive(self) -> None:
        number = self._arrived
        self._arrived += 1
        self._engine.handle(
            e.ContactArrived(
                event_id=f"a{number}",
                at_ms=self._now_ms,
                source="bridge/pbx",
                contact_id=f"c{number}",
                queue_id=f"q{number % self._size.queues}",
            )
        )

    def _end(self, contact_id: str) -> None:
        self._engine.handle(
            e.ContactEnded(event_id=f"e{contact_id}", at_ms=self._now_ms, contact_id=contact_id)
        )

    def _wrap_up(self, contact_id: str, agent_id: str) -> ContactReserved:
        decisions = self._engine.handle(
            e.WrapUpCompleted(
                event_id=f"w{contact_id}",
                at_ms=self._now_ms,
                source=f"agent/{agent_id}",
                contact_id=contact_id,
                agent_id=agent_id,
            )
        )
        reserved = decisions[-1]
        assert isinstance(reserved, ContactReserved), "contacts wait, so the agent gets one"
        return reserved

    def _accept(self, contact_id: str, agent_id: str, revision: int) -> None:
        self._engine.handle(
            e.ReservationAccepted(
                event_id=f"r{contact_id}",
                at_ms=self._now_ms,
                source=f"agent/{agent_id}",
                contact_id=contact_id,
                agent_id=agent_id,
                revision=revision,
            )
        )
        self._talking.append((contact_id, agent_id))


def contact_cost_us(size: Size, contacts: int, runs: int) -> float:
    """Return what one contact costs, microseconds: the best of `runs`, as noise only adds."""
    centre = Centre(size)
    with _as_in_service():
        return min(centre.turn_over(contacts) for _ in range(runs)) / contacts * 1e6


@contextmanager
def _as_in_service() -> Iterator[None]:
    """Set the garbage collector as `tidegate serve` does: what was loaded is not looked at."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def measure_core(tell: Tell, *, quick: bool) -> dict[str, Any]:
    """Return the figures of the core."""
    contacts, runs = (5_000, 2) if quick else (20_000, 3)
    sizes = [SMALL, LARGE] if quick else GRID
    tell(f"core: {TARGET.agents} agents")
    target_us = contact_cost_us(TARGET, contacts, runs)
    costs = {}
    for size in sizes:
        tell(f"core: {size.agents:,} agents, {size.waiting:,} contacts waiting")
        costs[size] = contact_cost_us(size, contacts, runs)
    return {
        "events_per_second": _events_per_second(target_us),
        "events_per_second_large": _events_per_second(costs[LARGE]),
        "cost_ratio_large_to_small": round(costs[LARGE] / costs[SMALL], 2),
        "contact_cost_us": [
            {**size._asdict(), "microseconds": round(cost, 1)} for size, cost in costs.items()
        ],
    }


def _events_per_second(cost_us: float) -> int:
    return round(EVENTS_PER_CONTACT / cost_us * 1e6)
