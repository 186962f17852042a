"""Work per event grows at most with the logarithm of agents and contacts.

Nothing is timed: the executed lines of Python are counted, those of sortedcontainers included.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from router import events as e
from router.engine import Engine
from tests.support.desk import BRIDGE, START_MS, agent, queue, settings_of

SKILLS = 8
QUEUES = [
    queue(f"q{number}", requires={f"s{number}": 1}, wrap_up={"kind": "timed"})
    for number in range(SKILLS)
]


class Counted:
    """An engine, and the most lines that one event of each kind took."""

    def __init__(self, agents: int, waiting: int) -> None:
        self.engine = Engine()
        self.most: dict[str, int] = {}
        self._number = 0
        self._lines = 0
        listed = [
            agent(f"a{one}", None, **{f"s{one % SKILLS}": 3, f"s{(one + 1) % SKILLS}": 2})
            for one in range(agents)
        ]
        self.tell(e.ConfigurationChanged, settings=settings_of(QUEUES, listed))
        for one in listed:
            self.by_agent(e.AgentSignedIn, one.agent_id, ready=True)
        if waiting:
            for _ in range(agents + waiting):
                self.arrive()
        self.most.clear()

    def tell(self, kind: type[e.Event], **fields: Any) -> None:
        """Handle an event and count its lines."""
        self._number += 1
        event: Any = kind(event_id=f"e{self._number}", at_ms=START_MS + self._number, **fields)
        self.engine.handle(event)

    def by_agent(self, kind: type[e.Event], agent_id: str, **fields: Any) -> None:
        """Handle an event of an agent."""
        self.tell(kind, agent_id=agent_id, source=f"agent/{agent_id}", **fields)

    def arrive(self) -> str:
        """Let another contact arrive."""
        contact_id = f"c{self._number}"
        queue_id = f"q{self._number % SKILLS}"
        self.tell(e.ContactArrived, contact_id=contact_id, queue_id=queue_id, source=BRIDGE)
        return contact_id

    def counted(self, kind: type[e.Event], **fields: Any) -> None:
        """Handle an event and note how many lines it took, if it is the most so far."""
        self._lines = 0
        sys.settrace(self._trace)
        try:
            self.tell(kind, **fields)
            self.engine.next_deadline_ms()
        finally:
            sys.settrace(None)
        self.most[kind.__name__] = max(self.most.get(kind.__name__, 0), self._lines)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        self._lines += event == "line"
        return self._trace

    def contact_cycle(self, contact_id: str) -> None:
        """Handle a reserved contact from ringing to the end of wrap-up, counting."""
        agent_id = self.engine.state.contacts[contact_id].agent_id
        assert agent_id is not None
        own = {"contact_id": contact_id, "agent_id": agent_id, "source": f"agent/{agent_id}"}
        for kind in (
            e.ReservationRinging,
            e.ReservationAccepted,
            e.ContactHeld,
            e.ContactResumed,
            e.ServiceCompleted,
        ):
            self.counted(kind, **own)
        self.counted(e.ContactEnded, contact_id=contact_id, source=BRIDGE)
        self.counted(e.WrapUpCompleted, **own)


def reserved(engine: Engine) -> list[str]:
    """Return the contacts that are with an agent."""
    return [one.contact_id for one in engine.state.contacts.values() if one.agent_id]


def with_contacts_waiting(agents: int, waiting: int) -> dict[str, int]:
    """Count while every agent is busy and contacts wait."""
    counted = Counted(agents, waiting)
    for contact_id in reserved(counted.engine)[:40]:
        counted.contact_cycle(contact_id)
        number = counted._number
        counted.counted(e.ContactArrived, contact_id=f"x{number}", queue_id=f"q{number % SKILLS}")
    waits = [one.contact_id for one in counted.engine.state.contacts.values() if not one.agent_id]
    for contact_id in waits[:: max(len(waits) // 40, 1)]:
        counted.counted(e.ContactPrioritised, contact_id=contact_id, priority=1)
        counted.counted(e.ContactMoved, contact_id=contact_id, queue_id="q0")
        counted.counted(e.ContactEnded, contact_id=contact_id)
    for contact_id in reserved(counted.engine)[-40:]:
        agent_id = counted.engine.state.contacts[contact_id].agent_id
        counted.counted(
            e.ReservationRejected, contact_id=contact_id, agent_id=agent_id, source="bridge/x"
        )
    return counted.most


def with_agents_idle(agents: int) -> dict[str, int]:
    """Count while agents are idle and every contact finds one at once."""
    counted = Counted(agents, 0)
    for number in range(40):
        contact_id = f"x{number}"
        counted.counted(
            e.ContactArrived, contact_id=contact_id, queue_id=f"q{number % SKILLS}", source=BRIDGE
        )
        counted.contact_cycle(contact_id)
    for number in range(40):
        own = {"agent_id": f"a{number}", "source": f"agent/a{number}"}
        counted.counted(e.AgentNotReady, reason="lunch", **own)
        counted.counted(e.AgentReady, **own)
        counted.counted(e.AgentLost, **own)
        counted.counted(e.AgentSignedIn, **own)
        counted.counted(e.AgentSignedOut, **own)
        counted.counted(e.AgentSignedIn, **own, ready=True)
    return counted.most


def compare(small: dict[str, int], large: dict[str, int]) -> None:
    """A hundred or a thousand times as many may cost half as much again."""
    assert small.keys() == large.keys()
    grown = {
        kind: (small[kind], large[kind]) for kind in small if large[kind] > 1.5 * small[kind] + 40
    }
    assert grown == {}


@pytest.mark.timeout(120)
def test_a_thousand_times_as_many_waiting_and_a_hundred_times_as_many_agents() -> None:
    compare(with_contacts_waiting(100, 10), with_contacts_waiting(10_000, 10_000))


def test_a_hundred_times_as_many_idle_agents() -> None:
    compare(with_agents_idle(100), with_agents_idle(10_000))
