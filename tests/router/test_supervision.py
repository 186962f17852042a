"""What a supervisor does to agents and contacts."""

from __future__ import annotations

import pytest

from contacts.vocabulary import Disposition, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import MINUTE, SECOND, Desk, queue

TIMED = {"kind": "timed", "duration_ms": 30_000}


def test_an_idle_agent_is_signed_out_at_once() -> None:
    desk = Desk(ready="anna")
    desk.force_out("anna")
    assert desk.doing("anna") == "signed_out: supervisor"


def test_what_rings_goes_back_and_wrap_up_is_closed() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.force_out("anna")
    assert desk.doing("anna") == "signed_out: supervisor"
    assert desk.where("c1") == "waiting"
    assert desk.said(d.ReservationWithdrawn)[0].cause == "signed_out"

    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.force_out("anna")
    assert desk.doing("anna") == "signed_out: supervisor"
    assert len(desk.outcomes("c1")) == 1


def test_with_a_customer_in_hand_it_takes_effect_after_the_contact() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.force_out("anna")
    assert desk.doing("anna") == "not_ready_after_contact: supervisor"
    desk.end("c1")
    assert desk.doing("anna") == "not_ready_after_contact: supervisor"
    desk.wait(30 * SECOND)
    assert desk.doing("anna") == "signed_out: supervisor"


def test_chats_that_still_ring_go_back_when_the_agent_has_others_in_hand() -> None:
    desk = Desk(queue("chat", channel="chat"), ready="anna")
    desk.talk("c1", "chat")
    desk.arrive("c2", "chat")
    desk.force_out("anna")
    assert (desk.where("c1"), desk.where("c2")) == ("anna talk", "waiting")
    desk.end("c1")
    assert desk.doing("anna") == "signed_out: supervisor"


def test_the_agent_cannot_undo_it() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.force_out("anna")
    desk.ready("anna")
    assert desk.rejection is Rejection.STATE_FORBIDS
    desk.not_ready("anna", "lunch")
    assert desk.rejection is Rejection.STATE_FORBIDS
    desk.sign_in("anna")
    assert desk.doing("anna") == "not_ready_after_contact: supervisor"
    desk.end("c1")
    assert desk.doing("anna") == "signed_out: supervisor"


def test_an_agent_cannot_pretend_to_be_signed_out_by_a_supervisor() -> None:
    """An agent's own reason may be any, but not the one that means a sign-out is under way."""
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.not_ready("anna", "supervisor")
    assert desk.rejection is Rejection.STATE_FORBIDS
    desk.not_ready("anna", "talks to the supervisor")
    desk.end("c1")
    assert desk.doing("anna") == "not_ready: talks to the supervisor"


def test_forced_twice_is_forced_once() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.force_out("anna")
    desk.force_out("anna")
    assert desk.decisions == []
    desk.end("c1")
    desk.force_out("anna")
    assert desk.rejection is Rejection.AGENT_NOT_SIGNED_IN


def test_a_waiting_contact_is_moved_with_its_wait() -> None:
    desk = Desk(queue("sales"), queue("help", max_wait_ms=MINUTE))
    desk.arrive("c1")
    desk.wait(30 * SECOND)
    desk.arrive("c2", "help")
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="help")
    [left] = desk.outcomes("c1")
    assert (left.disposition, left.final, left.wait_ms) == (
        Disposition.TRANSFERRED,
        False,
        30 * SECOND,
    )
    desk.sign_in("anna")
    assert desk.where("c1") == "anna reserved"
    desk.reject("c1")
    desk.wait(MINUTE)
    assert desk.outcomes("c1")[-1].disposition is Disposition.DIVERTED


def test_a_moved_contact_is_offered_at_once() -> None:
    desk = Desk(queue("sales", requires={"sales": 1}), queue("help"), ready="anna")
    desk.arrive("c1")
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="help")
    assert desk.where("c1") == "anna reserved"


def test_moving_is_refused_where_it_cannot_be() -> None:
    desk = Desk(queue("sales"), queue("help", max_waiting=0))
    desk.arrive("c1")
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="help")
    assert (desk.rejection, desk.receipt.have) == (Rejection.QUEUE_REFUSES, "full")
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="nowhere")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN
    desk.tell(e.ContactMoved, contact_id="never", queue_id="help")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="sales")
    assert desk.decisions == []
    desk.sign_in("anna")
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="sales")
    assert (desk.rejection, desk.receipt.have) == (Rejection.CONTACT_NOT_WAITING, "anna")


def test_a_waiting_contact_is_prioritised() -> None:
    desk = Desk(queue(priority_step_ms=MINUTE))
    desk.arrive("c1")
    desk.wait(30 * SECOND)
    desk.arrive("c2")
    desk.tell(e.ContactPrioritised, contact_id="c2", priority=1)
    [requeued] = desk.said(d.ContactRequeued)
    assert not requeued.new_entry
    assert desk.contact("c2").leg == 1
    desk.sign_in("anna")
    assert desk.where("c2") == "anna reserved"


@pytest.mark.parametrize("kind", [e.QueueOpened, e.QueueClosed])
def test_switching_a_queue_that_is_so_already_changes_nothing(kind: type[e.Event]) -> None:
    desk = Desk()
    if kind is e.QueueClosed:
        desk.tell(kind, queue_id="sales")
    desk.tell(kind, queue_id="sales")
    assert desk.decisions == []
    desk.tell(kind, queue_id="nowhere")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN
