"""A process that stood still heard nobody: the time counts against no agent."""

from __future__ import annotations

import pytest

from bus.topics import TopicSpace
from config.routing import QueueSettings, RoutingSettings
from router import events as e
from router.engine import Engine
from router.state import RoutingState
from service.clock import TickedClock
from service.desk import STOOD_STILL_MS, Desk
from service.entry import Entry

RING_MS = 5_000
BEGIN_MS = 1_000_000


class Standing:
    """A real desk on a clock that the test moves, with a contact ringing at an agent."""

    def __init__(self) -> None:
        self.clock = TickedClock(BEGIN_MS)
        self.entries: list[Entry] = []
        space = TopicSpace("acme", "main", "voice")
        self.desk = Desk(Engine(RoutingState()), self.clock, space, self.entries.append)
        queue = QueueSettings(queue_id="cards", ring_timeout_ms=RING_MS)
        settings = RoutingSettings(queues=[queue]).model_dump(mode="json")
        self.tell(e.ConfigurationChanged, settings=settings)
        self.tell(e.AgentSignedIn, agent_id="anna", ready=True, source="pbx")
        self.tell(e.ContactArrived, contact_id="c1", queue_id="cards", source="pbx")

    def tell(self, kind: type[e.AnyEvent], **fields: object) -> None:
        event_id = str(len(self.entries) + 1)
        self.desk.tell(kind(event_id=event_id, at_ms=self.desk.now_ms(), **fields))

    def wait(self, ms: int, step_ms: int = 100) -> None:
        """Let time pass, looking at the clock as often as the alarm does."""
        until_ms = self.clock.now_ms() + ms
        while self.clock.now_ms() < until_ms:
            self.clock.saw(min(self.clock.now_ms() + step_ms, until_ms))
            self.desk.do_due(self.desk.now_ms())

    def kinds(self) -> list[str]:
        return [entry.row.kind for entry in self.entries if entry.row is not None]

    def has_rung_out(self) -> bool:
        return b"timed_out" in b"".join(
            entry.row.body for entry in self.entries if entry.row is not None
        )


def test_an_agent_has_the_whole_time_to_answer_beside_the_standstill() -> None:
    standing = Standing()
    standing.wait(1_000)
    standing.wait(60_000, step_ms=60_000)  # frozen
    assert not standing.has_rung_out()
    standing.wait(RING_MS - 1_100)
    assert not standing.has_rung_out()
    standing.wait(200)
    assert standing.has_rung_out()


def test_what_was_due_before_the_standstill_is_done_first() -> None:
    standing = Standing()
    standing.wait(RING_MS - 50, step_ms=50)
    standing.clock.saw(standing.clock.now_ms() + STOOD_STILL_MS)  # not longer: no standstill
    standing.desk.do_due(standing.desk.now_ms())
    assert standing.has_rung_out()


@pytest.mark.parametrize("lost_before", [False, True])
def test_a_link_that_is_lost_already_is_not_lost_again(lost_before: bool) -> None:
    standing = Standing()
    if lost_before:
        standing.tell(e.LinkLost)
    standing.wait(10_000, step_ms=10_000)
    assert standing.kinds().count("link_lost") == 1
    assert standing.kinds().count("link_restored") == (0 if lost_before else 1)
    assert not standing.has_rung_out()
