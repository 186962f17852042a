"""A queue closes with contacts waiting."""

from __future__ import annotations

import pytest

from contacts.vocabulary import Disposition, Refusal
from router import decisions as d
from router import events as e
from router.engine import Engine
from router.rules.supervision import DRAIN_CHUNK
from router.snapshot import dump_state, load_state
from tests.support.desk import BRIDGE, START_MS, Desk, agent, queue, settings_of

DIVERT = queue(at_closing="divert", destinations={"closed": "night"})


def test_those_who_wait_are_served_unless_told_otherwise() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    assert desk.said(d.QueueSwitched) == [d.QueueSwitched("sales", is_open=False)]
    assert desk.engine.next_deadline_ms() is None
    desk.sign_in("anna")
    assert desk.where("c1") == "anna reserved"


def test_those_who_wait_are_diverted_if_the_queue_says_so() -> None:
    desk = Desk(DIVERT)
    desk.arrive("c1")
    desk.arrive("c2", requires={"french": 1})
    desk.tell(e.QueueClosed, queue_id="sales")
    decided = desk.wait(1)
    diverted = [one for one in decided if type(one) is d.ContactDiverted]
    assert [(one.contact_id, one.reason, one.destination) for one in diverted] == [
        ("c1", Refusal.CLOSED, "night"),
        ("c2", Refusal.CLOSED, "night"),
    ]
    assert desk.outcomes("c1")[0].disposition is Disposition.DIVERTED
    assert desk.engine.next_deadline_ms() is None


def test_opened_again_nobody_more_is_diverted() -> None:
    desk = Desk(DIVERT)
    desk.arrive("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.tell(e.QueueOpened, queue_id="sales")
    desk.wait(1_000)
    assert desk.where("c1") == "waiting"


@pytest.mark.parametrize("how", ["time-out", "rejected", "lost"])
def test_who_comes_back_from_an_agent_after_closing_is_diverted_too(how: str) -> None:
    desk = Desk(DIVERT, ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.wait(1_000)
    assert desk.where("c1") == "anna ringing"
    if how == "time-out":
        desk.wait(20_000)
    elif how == "rejected":
        desk.reject("c1")
    else:
        desk.lose("anna")
    assert desk.where("c1") == "gone"
    assert desk.outcomes("c1")[0].disposition is Disposition.DIVERTED


def test_a_setting_changed_while_closed_takes_effect() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.configure(DIVERT)
    desk.wait(1)
    assert desk.where("c1") == "gone"


def test_agents_who_come_free_serve_those_not_diverted_yet() -> None:
    desk = Desk(DIVERT)
    desk.arrive("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.sign_in("anna")
    assert desk.where("c1") == "anna reserved"
    desk.wait(1)
    assert desk.where("c1") == "anna reserved"


def test_a_hundred_thousand_are_never_diverted_in_one_go() -> None:
    engine = Engine()
    configuration = settings_of([DIVERT], [agent("anna")])
    engine.handle(e.ConfigurationChanged(event_id="e", at_ms=START_MS, settings=configuration))
    for number in range(100_000):
        engine.handle(
            e.ContactArrived(
                event_id=f"a{number}",
                at_ms=START_MS,
                source=BRIDGE,
                contact_id=f"c{number}",
                queue_id="sales",
            )
        )
    engine.handle(e.QueueClosed(event_id="close", at_ms=START_MS, queue_id="sales"))
    steps = 0
    while (due_ms := engine.next_deadline_ms()) is not None:
        decisions = engine.advance(due_ms)
        diverted = sum(type(one) is d.ContactDiverted for one in decisions)
        assert diverted <= DRAIN_CHUNK
        steps += 1
    assert engine.state.contacts == {}
    assert steps == 100_000 // DRAIN_CHUNK


def test_a_restart_in_the_middle_goes_on_draining() -> None:
    desk = Desk(DIVERT)
    for number in range(3 * DRAIN_CHUNK):
        desk.arrive(f"c{number}")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.wait(1)
    assert len(desk.state.contacts) == 2 * DRAIN_CHUNK
    recovered = Desk(engine=Engine(load_state(dump_state(desk.state))))
    assert recovered.engine.next_deadline_ms() == desk.engine.next_deadline_ms()
    recovered.wait(10)
    assert recovered.state.contacts == {}
