"""Settings change while contacts wait."""

from __future__ import annotations

import pytest

from contacts.vocabulary import Channel, Disposition, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import MINUTE, Desk, agent, queue

TIMED = {"kind": "timed", "duration_ms": 30_000}


def test_a_removed_queue_takes_nobody_and_serves_those_it_has() -> None:
    desk = Desk(queue("sales"), queue("help"))
    desk.arrive("c1")
    desk.arrive("c2")
    desk.configure(queue("help"))
    desk.arrive("c3")
    assert desk.receipt.refusal == "closed"
    desk.sign_in("anna")
    desk.accept("c1")
    desk.end("c1")
    assert desk.where("c2") == "anna reserved"
    desk.accept("c2")
    assert "sales" in desk.state.queues
    desk.end("c2")
    assert desk.state.queues.keys() == {"help"}
    desk.arrive("c4")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN


def test_a_removed_queue_diverts_those_who_wait_if_it_does_so_at_closing() -> None:
    desk = Desk(queue("sales", at_closing="divert"), queue("help"))
    desk.arrive("c1")
    desk.configure(queue("help"))
    desk.wait(1)
    assert desk.outcomes("c1")[0].disposition is Disposition.DIVERTED
    assert desk.state.queues.keys() == {"help"}
    assert desk.engine.next_deadline_ms() is None


def test_an_empty_queue_is_gone_at_once() -> None:
    desk = Desk(queue("sales"), queue("help"), ready="anna")
    desk.configure(queue("help"))
    assert desk.state.queues.keys() == {"help"}


@pytest.mark.parametrize("how", ["moved", "transferred", "abandoned", "wrapped up"])
def test_a_removed_queue_is_gone_with_its_last_contact(how: str) -> None:
    desk = Desk(queue("sales", wrap_up=TIMED), queue("help"))
    desk.arrive("c1")
    if how in ("transferred", "wrapped up"):
        desk.sign_in("anna")
        desk.accept("c1")
    desk.configure(queue("help"))
    if how == "moved":
        desk.tell(e.ContactMoved, contact_id="c1", queue_id="help")
    elif how == "transferred":
        desk.transfer("c1", to_queue_id="help")
    else:
        desk.end("c1")
        desk.wait(MINUTE)
    assert desk.state.queues.keys() == {"help"}


def test_added_back_it_is_open_and_keeps_its_contacts() -> None:
    desk = Desk(queue("sales", at_closing="divert"), queue("help"))
    desk.arrive("c1")
    desk.configure(queue("help"))
    desk.configure(queue("sales", at_closing="divert"), queue("help"))
    desk.wait(MINUTE)
    assert desk.where("c1") == "waiting"
    desk.arrive("c2")
    assert desk.receipt.position == 2


def test_a_removed_queue_cannot_be_opened() -> None:
    desk = Desk(queue("sales"), queue("help"))
    desk.arrive("c1")
    desk.configure(queue("help"))
    desk.tell(e.QueueOpened, queue_id="sales")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN


def test_a_queue_closed_by_hand_stays_closed_through_a_reload() -> None:
    desk = Desk()
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.configure(queue())
    desk.arrive("c1")
    assert desk.receipt.refusal == "closed"


def test_what_new_requirements_make_possible_happens_at_once() -> None:
    desk = Desk(queue(requires={"french": 5}), agents=[agent("anna", french=4)], ready="anna")
    desk.arrive("c1")
    desk.arrive("c2", requires={"sales": 1})
    desk.configure(queue(requires={"french": 4}), agents=[agent("anna", french=4, sales=1)])
    assert desk.where("c1") == "anna reserved"
    desk.end("c1")
    assert desk.where("c2") == "anna reserved"


def test_an_agent_who_lost_a_skill_is_not_offered_what_needs_it() -> None:
    desk = Desk(queue(requires={"french": 1}), agents=[agent("anna", french=1)], ready="anna")
    desk.configure(queue(requires={"french": 1}), agents=[agent("anna")])
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"
    assert desk.receipt.estimated_wait_ms is None


def test_an_agent_in_a_contact_keeps_it_when_the_skill_goes() -> None:
    desk = Desk(queue(requires={"french": 1}), agents=[agent("anna", french=1)], ready="anna")
    desk.talk("c1")
    desk.configure(queue(requires={"french": 1}), agents=[agent("anna")])
    assert desk.where("c1") == "anna talk"


def test_another_strategy_counts_from_the_next_contact_on() -> None:
    agents = [agent("anna", sales=1), agent("ben", sales=9)]
    desk = Desk(queue(requires={"sales": 1}), agents=agents, ready="anna ben")
    desk.configure(queue(requires={"sales": 1}, strategy="most_skilled"), agents=agents)
    desk.arrive("c1")
    assert desk.where("c1") == "ben reserved"


def test_a_queue_that_changes_its_channel_is_offered_by_the_new_one() -> None:
    desk = Desk(queue(channel="voice"), agents=[agent("anna", {"chat": 2})])
    desk.sign_in("anna")
    desk.arrive("c1")
    desk.configure(queue(channel="chat"), agents=[agent("anna", {"chat": 2})])
    assert desk.where("c1") == "anna reserved"
    assert desk.assignment("c1").channel is Channel.CHAT


def test_settings_that_are_not_valid_are_rejected_and_change_nothing() -> None:
    desk = Desk()
    before = desk.state.settings
    desk.tell(e.ConfigurationChanged, settings={"queues": [{"queue_id": "a b"}]})
    assert desk.rejection is Rejection.CONFIGURATION_INVALID
    assert desk.receipt.detail == "queues.0.queue_id"
    assert desk.state.settings is before
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"


def test_many_reloads_leave_no_skill_pools_behind() -> None:
    desk = Desk(ready="anna")
    for level in range(1, 10):
        desk.configure(queue(requires={"sales": 1}), agents=[agent("anna", sales=level)])
    assert len(desk.state.queues["sales"].lines[""].candidates) == 1


def test_a_shorter_memory_forgets_the_oldest_receipts() -> None:
    desk = Desk(limits={"remembered_events": 3_000})
    for number in range(2_000):
        desk.tell(e.QueueOpened, queue_id="sales", event_id=f"n{number}")
    desk.configure(queue(), limits={"remembered_events": 1_000})
    assert len(desk.state.receipts) == 1_000
    assert desk.engine.receipt("n1999") is not None
    assert desk.engine.receipt("n900") is None
    assert desk.ever_said(d.ConfigurationApplied)
