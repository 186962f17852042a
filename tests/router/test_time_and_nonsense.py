"""Time that goes back, and events about things that are not there."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from contacts.vocabulary import Rejection
from router import decisions as d
from router import events as e
from router.engine import RULES
from router.snapshot import dump_state
from tests.support.desk import BRIDGE, MINUTE, SECOND, START_MS, Desk, queue

NONSENSE: list[tuple[type[e.Event], dict[str, Any], Rejection]] = [
    (e.ContactArrived, {"contact_id": "c", "queue_id": "?"}, Rejection.QUEUE_UNKNOWN),
    (e.ContactEnded, {"contact_id": "?"}, Rejection.CONTACT_UNKNOWN),
    (e.ContactTransferred, {"contact_id": "?"}, Rejection.CONTACT_UNKNOWN),
    (e.AgentSignedOut, {"agent_id": "?"}, Rejection.AGENT_UNKNOWN),
    (e.AgentReady, {"agent_id": "?"}, Rejection.AGENT_UNKNOWN),
    (e.AgentNotReady, {"agent_id": "?", "reason": "x"}, Rejection.AGENT_UNKNOWN),
    (e.AgentLost, {"agent_id": "?"}, Rejection.AGENT_UNKNOWN),
    (e.ContactHeld, {"agent_id": "?", "contact_id": "c"}, Rejection.AGENT_UNKNOWN),
    (e.ContactHeld, {"agent_id": "anna", "contact_id": "?"}, Rejection.CONTACT_UNKNOWN),
    (
        e.WrapUpExtended,
        {"agent_id": "anna", "contact_id": "?", "by_ms": 1},
        Rejection.CONTACT_UNKNOWN,
    ),
    (e.AgentSignOutForced, {"agent_id": "?"}, Rejection.AGENT_UNKNOWN),
    (e.ContactMoved, {"contact_id": "?", "queue_id": "sales"}, Rejection.CONTACT_UNKNOWN),
    (e.ContactPrioritised, {"contact_id": "?", "priority": 1}, Rejection.CONTACT_UNKNOWN),
    (e.QueueOpened, {"queue_id": "?"}, Rejection.QUEUE_UNKNOWN),
    (e.QueueClosed, {"queue_id": "?"}, Rejection.QUEUE_UNKNOWN),
    (e.ConfigurationChanged, {"settings": {"quees": []}}, Rejection.CONFIGURATION_INVALID),
]


@pytest.mark.parametrize(("kind", "fields", "why"), NONSENSE)
def test_nonsense_is_rejected_and_changes_nothing(
    kind: type[e.Event], fields: dict[str, Any], why: Rejection
) -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    contacts, agents = repr(desk.state.contacts), repr(desk.state.agents)
    desk.tell(kind, **fields)
    assert [type(one) for one in desk.decisions] == [d.EventRejected]
    assert desk.rejection is why
    assert desk.receipt.rejection is why
    assert (repr(desk.state.contacts), repr(desk.state.agents)) == (contacts, agents)


def test_every_event_but_the_tick_has_its_rule() -> None:
    assert RULES.keys() == set(typing.get_args(e.AnyEvent)) - {e.ClockTicked}


def test_an_event_from_the_past_happens_now() -> None:
    desk = Desk(ready="anna")
    desk.wait(MINUTE)
    desk.tell(e.QueueOpened, queue_id="sales")
    event = e.ContactArrived(
        event_id="late", at_ms=START_MS, contact_id="c1", queue_id="sales", source=BRIDGE
    )
    desk.handle(event)
    assert desk.state.now_ms == START_MS + MINUTE
    assert desk.contact("c1").arrived_at_ms == START_MS + MINUTE
    assert desk.assignment("c1").until_ms == START_MS + MINUTE + 20 * SECOND


def test_a_clock_that_goes_back_fires_nothing_early_and_nothing_twice() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    assert desk.engine.advance(START_MS - MINUTE) == ()
    desk.wait(20 * SECOND)
    assert len(desk.ever_said(d.ReservationTimedOut)) == 1
    assert desk.engine.advance(START_MS) == ()


def test_a_clock_that_leaps_ahead_does_everything_once() -> None:
    timed = {"kind": "timed", "duration_ms": 30_000}
    desk = Desk(queue(wrap_up=timed, max_wait_ms=MINUTE), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.arrive("c2")
    desk.advance(desk.now_ms + 24 * 60 * MINUTE)
    assert (desk.where("c1"), desk.where("c2")) == ("gone", "anna reserved")


def test_the_senders_clock_drives_nothing() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1", occurred_at_ms=START_MS + 24 * 60 * MINUTE)
    assert desk.state.now_ms == START_MS


def test_advancing_when_nothing_is_due_writes_no_record() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    before = dump_state(desk.state)
    assert desk.engine.advance(desk.now_ms + 5 * SECOND) == ()
    assert dump_state(desk.state) == before
