"""A contact asks for a queue."""

from __future__ import annotations

from contacts.vocabulary import Disposition, Refusal, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import BRIDGE, MINUTE, SECOND, Desk, agent, queue


def test_a_contact_waits_when_nobody_is_free() -> None:
    desk = Desk()
    desk.arrive("c1", reason="loan", customer_id="k7")
    [queued] = desk.said(d.ContactQueued)
    assert (queued.contact_id, queued.queue_id, queued.bridge) == ("c1", "sales", BRIDGE)
    assert (queued.reason, queued.customer_id) == ("loan", "k7")
    assert desk.where("c1") == "waiting"


def test_a_contact_is_reserved_at_once_for_a_free_agent() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    [reserved] = desk.said(d.ContactReserved)
    assert reserved.expires_at_ms == desk.now_ms + 20 * SECOND
    assert desk.where("c1") == "anna reserved"
    assert desk.receipt.estimated_wait_ms == 0


def test_closed_queue_refuses_with_its_destination() -> None:
    desk = Desk(queue(destinations={"closed": "voicemail"}), ready="anna")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.arrive("c1")
    [refused] = desk.said(d.ContactRefused)
    assert (refused.reason, refused.destination, refused.bridge) == (
        Refusal.CLOSED,
        "voicemail",
        BRIDGE,
    )
    assert (desk.receipt.refusal, desk.receipt.destination) == (Refusal.CLOSED, "voicemail")
    assert desk.where("c1") == "gone"


def test_opened_again_the_queue_takes_contacts() -> None:
    desk = Desk()
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.tell(e.QueueOpened, queue_id="sales")
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"


def test_full_queue_refuses() -> None:
    desk = Desk(queue(max_waiting=2, destinations={"full": "overflow"}))
    desk.arrive("c1")
    desk.arrive("c2")
    desk.arrive("c3")
    assert [(one.reason, one.destination) for one in desk.said(d.ContactRefused)] == [
        (Refusal.FULL, "overflow")
    ]


def test_a_queue_where_nobody_may_wait_still_serves_those_who_need_not() -> None:
    desk = Desk(queue(max_waiting=0), ready="anna")
    desk.arrive("c1")
    assert desk.where("c1") == "anna reserved"
    desk.arrive("c2")
    assert desk.receipt.refusal is Refusal.FULL


def test_without_staff_the_queue_refuses_if_it_is_told_to() -> None:
    desk = Desk(queue(requires={"french": 3}, refuse_without_staff=True), agents=[agent("anna")])
    desk.sign_in("anna")
    desk.arrive("c1")
    assert desk.receipt.refusal is Refusal.NO_STAFF


def test_agents_who_are_not_ready_are_staff() -> None:
    desk = Desk(queue(refuse_without_staff=True))
    desk.arrive("c1")
    assert desk.receipt.refusal is Refusal.NO_STAFF
    desk.sign_in("anna", ready=False)
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"
    desk.sign_out("anna")
    desk.arrive("c2")
    assert desk.receipt.refusal is Refusal.NO_STAFF


def test_staff_is_counted_with_the_contacts_own_requirements() -> None:
    desk = Desk(queue(refuse_without_staff=True), agents=[agent("anna", french=2)], ready="anna")
    desk.arrive("c1", requires={"french": 3})
    assert desk.receipt.refusal is Refusal.NO_STAFF
    assert desk.state.queues["sales"].lines.keys() == {""}
    desk.arrive("c1", requires={"french": 2})
    assert desk.where("c1") == "anna reserved"


def test_the_same_contact_twice_is_rejected() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.arrive("c1")
    assert desk.rejection is Rejection.CONTACT_EXISTS
    assert len(desk.state.contacts) == 1


def test_an_id_may_come_again_when_its_contact_is_over() -> None:
    desk = Desk(queue(wrap_up={"kind": "timed", "duration_ms": 60_000}), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"
    assert desk.agent("anna").assignments["c1"].state == "wrap_up"
    desk.finish_wrap_up("c1", agent_id="anna")
    assert desk.where("c1") == "anna reserved"


def test_unknown_queue_is_rejected() -> None:
    desk = Desk()
    desk.arrive("c1", "nowhere")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN
    assert desk.receipt.detail == "nowhere"


def test_a_repeated_event_is_recognised_by_its_receipt() -> None:
    desk = Desk()
    desk.arrive("c1", event_id="first")
    receipt = desk.engine.receipt("first")
    assert receipt is not None
    assert (receipt.position, receipt.revision, receipt.rejection) == (1, 1, None)
    assert desk.engine.receipt("second") is None


def test_an_event_handled_twice_by_mistake_keeps_its_first_receipt() -> None:
    desk = Desk(limits={"remembered_events": 1_000})
    desk.arrive("c1", event_id="same")
    desk.arrive("c1", event_id="same")
    receipt = desk.engine.receipt("same")
    assert receipt is not None
    assert receipt.rejection is None
    for number in range(1_100):
        desk.tell(e.QueueOpened, queue_id="sales", event_id=f"later-{number}")
    assert desk.engine.receipt("same") is None
    assert len(desk.state.receipts) == 1_000


def test_position_counts_everybody_who_goes_first() -> None:
    desk = Desk(queue(priority_step_ms=60 * SECOND))
    desk.arrive("c1")
    desk.wait(SECOND)
    desk.arrive("c2")
    assert desk.receipt.position == 2
    desk.arrive("vip", priority=1)
    assert desk.receipt.position == 1
    desk.arrive("french", requires={"french": 1})
    assert desk.receipt.position == 4


def test_estimated_wait_grows_with_the_position_and_shrinks_with_agents() -> None:
    desk = Desk(ready="anna ben")
    for contact_id in ("c1", "c2"):
        desk.talk(contact_id)
    desk.wait(4 * MINUTE)
    for contact_id in ("c1", "c2"):
        desk.end(contact_id)
        desk.talk(f"next-{contact_id}")
    assert desk.state.queues["sales"].handle_mean_ms == 4 * MINUTE
    desk.arrive("w1")
    assert desk.receipt.estimated_wait_ms == 2 * MINUTE
    desk.arrive("w2")
    assert desk.receipt.estimated_wait_ms == 4 * MINUTE
    desk.not_ready("anna")
    desk.arrive("w3")
    assert desk.receipt.estimated_wait_ms == 12 * MINUTE


def test_without_ready_agents_the_wait_is_unknown() -> None:
    desk = Desk()
    desk.arrive("c1")
    assert (desk.receipt.position, desk.receipt.estimated_wait_ms) == (1, None)


def test_a_contact_that_waited_too_long_is_diverted() -> None:
    desk = Desk(queue(max_wait_ms=90 * SECOND, destinations={"waited_too_long": "callback"}))
    desk.arrive("c1")
    desk.wait(90 * SECOND - 1)
    assert desk.where("c1") == "waiting"
    desk.wait(1)
    [diverted] = desk.said(d.ContactDiverted)
    assert (diverted.reason, diverted.destination) == (Refusal.WAITED_TOO_LONG, "callback")
    [outcome] = desk.outcomes("c1")
    assert (outcome.disposition, outcome.wait_ms) == (Disposition.DIVERTED, 90 * SECOND)


def test_a_contact_is_not_diverted_while_it_rings() -> None:
    desk = Desk(queue(max_wait_ms=30 * SECOND, ring_timeout_ms=20 * SECOND))
    desk.arrive("c1")
    desk.wait(25 * SECOND)
    desk.sign_in("anna")
    desk.ring("c1")
    desk.wait(10 * SECOND)
    assert desk.where("c1") == "anna ringing"
    desk.wait(10 * SECOND)
    assert desk.where("c1") == "gone"
    assert desk.outcomes("c1")[0].disposition is Disposition.DIVERTED
