"""Blind transfers: to a queue or to an agent, the wait kept."""

from __future__ import annotations

from typing import Any

import pytest

from bus.recipients import Recipient, recipients
from bus.topics import Role
from contacts.vocabulary import Disposition, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import MINUTE, SECOND, Desk, agent, queue

TIMED = {"kind": "timed", "duration_ms": 30_000}


def two_queues(**fields: Any) -> Desk:
    """Return a desk where anna serves sales only, and talks to c1, who waited ten seconds."""
    desk = Desk(
        queue("sales", requires={"sales": 1}, wrap_up=TIMED),
        queue("help", requires={"help": 1}, wrap_up=TIMED, max_wait_ms=5 * MINUTE, **fields),
        agents=[agent("anna", sales=1), agent("ben", help=1), agent("carla", help=1)],
    )
    desk.arrive("c1")
    desk.wait(10 * SECOND)
    desk.sign_in("anna")
    desk.accept("c1")
    return desk


def test_to_a_queue_where_somebody_is_free() -> None:
    desk = two_queues()
    desk.sign_in("ben")
    desk.wait(MINUTE)
    desk.transfer("c1", to_queue_id="help")
    assert desk.where("c1") == "ben reserved"
    assert desk.agent("anna").assignments["c1"].state == "wrap_up"
    desk.accept("c1")
    desk.end("c1")
    desk.wait(30 * SECOND)
    first, second = desk.outcomes("c1")
    assert (first.agent_id, first.leg, first.queue_id) == ("anna", 1, "sales")
    assert (first.disposition, first.final) == (Disposition.TRANSFERRED, False)
    assert (first.wait_ms, first.talk_ms) == (10 * SECOND, MINUTE)
    assert (second.agent_id, second.leg, second.queue_id) == ("ben", 2, "help")
    assert (second.disposition, second.final) == (Disposition.COMPLETED, True)
    assert (second.wait_ms, second.talk_ms) == (0, 0)


def test_the_wait_is_kept_and_goes_before_later_arrivals() -> None:
    desk = two_queues()
    desk.arrive("late", "help")
    desk.wait(SECOND)
    desk.transfer("c1", to_queue_id="help")
    [requeued] = desk.said(d.ContactRequeued)
    assert requeued.new_entry
    assert requeued.give_up_at_ms == desk.now_ms + 5 * MINUTE
    desk.sign_in("ben")
    assert desk.where("c1") == "ben reserved"
    assert desk.where("late") == "waiting"


def test_to_an_agent() -> None:
    desk = two_queues()
    desk.sign_in("ben")
    desk.sign_in("carla")
    desk.transfer("c1", to_queue_id="help", to_agent_id="carla")
    assert desk.where("c1") == "carla reserved"
    desk.reject("c1")
    assert desk.where("c1") == "ben reserved", "declined, it is a contact of its queue"


def test_the_bridge_may_transfer_too() -> None:
    desk = two_queues()
    desk.tell(e.ContactTransferred, contact_id="c1", to_queue_id="help", source="bridge/pbx")
    assert desk.where("c1") == "waiting"
    assert desk.contact("c1").queue_id == "help"


def test_a_refused_target_leaves_everything_as_it_was() -> None:
    desk = two_queues(max_waiting=0)
    desk.transfer("c1", to_queue_id="help")
    assert (desk.rejection, desk.receipt.have) == (Rejection.QUEUE_REFUSES, "full")
    desk.tell(e.QueueClosed, queue_id="help")
    desk.transfer("c1", to_queue_id="help")
    assert (desk.rejection, desk.receipt.have) == (Rejection.QUEUE_REFUSES, "closed")
    desk.transfer("c1", to_queue_id="nowhere")
    assert desk.rejection is Rejection.QUEUE_UNKNOWN
    assert desk.where("c1") == "anna talk"


@pytest.mark.parametrize("away", ["busy", "not ready", "lost", "signed out", "never seen", "giver"])
def test_an_agent_who_is_not_available_is_a_refused_target(away: str) -> None:
    desk = two_queues()
    if away != "never seen":
        desk.sign_in("ben", ready=away != "not ready")
    if away == "busy":
        desk.talk("c9", "help")
    elif away == "lost":
        desk.lose("ben")
    elif away == "signed out":
        desk.sign_out("ben")
    desk.transfer("c1", to_agent_id="anna" if away == "giver" else "ben")
    known = away != "never seen"
    assert desk.rejection is (Rejection.AGENT_NOT_AVAILABLE if known else Rejection.AGENT_UNKNOWN)
    assert desk.where("c1") == "anna talk"


def test_the_targets_room_is_counted_for_the_channel_of_the_new_queue() -> None:
    desk = Desk(
        queue("sales"),
        queue("mail", channel="task"),
        agents=[agent("anna"), agent("ben", {"voice": 1, "task": 0})],
        ready="anna ben",
    )
    desk.talk("c1")
    desk.transfer("c1", to_queue_id="mail", to_agent_id="ben")
    assert desk.rejection is Rejection.AGENT_NOT_AVAILABLE


def test_only_a_contact_in_an_agents_hands_is_transferred() -> None:
    desk = two_queues()
    desk.tell(e.ContactTransferred, contact_id="never", to_queue_id="help")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
    desk.arrive("c2")
    desk.tell(e.ContactTransferred, contact_id="c2", to_queue_id="help")
    assert desk.rejection is Rejection.CONTACT_NOT_WITH_AGENT
    desk.transfer("c1", to_queue_id="help", agent_id="anna", revision=1)
    assert desk.rejection is Rejection.REVISION_STALE
    desk.end("c1")
    desk.wait(30 * SECOND)
    desk.tell(e.ContactTransferred, contact_id="c2", to_queue_id="help", source="agent/anna")
    assert (desk.rejection, desk.receipt.have) == (Rejection.STATE_FORBIDS, "reserved")


def test_back_to_the_agent_who_still_wraps_it_up() -> None:
    """A chat comes back while its first leg is wrapped up: that wrap-up is closed first."""
    desk = Desk(queue("chat", channel="chat", wrap_up=TIMED), ready="anna")
    desk.talk("c1", "chat")
    desk.wait(SECOND)
    desk.transfer("c1")
    assert desk.where("c1") == "anna reserved"
    [first] = desk.outcomes("c1")
    assert (first.leg, first.disposition, first.final) == (1, Disposition.TRANSFERRED, False)
    desk.accept("c1")
    desk.end("c1")
    desk.finish_wrap_up("c1")
    assert [one.leg for one in desk.outcomes("c1")] == [1, 2]


def test_a_voice_contact_waits_until_the_agent_has_wrapped_it_up() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.transfer("c1")
    assert desk.contact("c1").agent_id is None
    desk.finish_wrap_up("c1", agent_id="anna")
    assert desk.where("c1") == "anna reserved"


def test_who_waited_longer_goes_before_the_contact_given_away() -> None:
    """Without wrap-up the giver is free at once; the older contact is first, not the new one."""
    desk = Desk(queue("sales"), queue("help"), ready="anna", agents=[agent("anna")])
    desk.talk("given")
    desk.arrive("older", "help", wait_credit_ms=MINUTE)
    desk.transfer("given", to_queue_id="help")
    assert desk.where("older") == "anna reserved"
    assert desk.where("given") == "waiting"


def test_who_leaves_after_a_transfer_abandons_the_new_queue() -> None:
    desk = two_queues()
    desk.transfer("c1", to_queue_id="help")
    desk.wait(4 * SECOND)
    desk.end("c1")
    desk.wait(30 * SECOND)
    abandoned, served = sorted(desk.outcomes("c1"), key=lambda one: one.final, reverse=True)
    assert (abandoned.queue_id, abandoned.wait_ms) == ("help", 4 * SECOND)
    assert (served.queue_id, served.agent_id) == ("sales", "anna")


def test_the_bridge_is_told_where_the_contact_goes_and_from_whom() -> None:
    desk = two_queues()
    desk.sign_in("carla")
    desk.transfer("c1", to_queue_id="help", to_agent_id="carla")
    kinds = [type(one) for one in desk.decisions]
    assert kinds == [d.ContactRequeued, d.AssignmentChanged, d.ContactReserved]
    [requeued] = desk.said(d.ContactRequeued)
    assert (requeued.from_agent_id, requeued.to_agent_id) == ("anna", "carla")
    assert (requeued.queue_id, requeued.bridge) == ("help", "bridge/pbx")
    assert recipients(requeued) == [Recipient(Role.BRIDGE, "pbx")]
    desk.tell(e.ContactMoved, contact_id="c1", queue_id="sales")
    assert desk.rejection is Rejection.CONTACT_NOT_WAITING, "carla is being offered it"


def test_the_bridge_is_told_of_a_move_but_not_of_a_new_priority() -> None:
    desk = two_queues()
    desk.arrive("c2")
    desk.tell(e.ContactPrioritised, contact_id="c2", priority=5, source="supervisor/zoe")
    assert recipients(desk.said(d.ContactRequeued)[0]) == []
    desk.tell(e.ContactMoved, contact_id="c2", queue_id="help", source="supervisor/zoe")
    [moved] = desk.said(d.ContactRequeued)
    assert (moved.from_agent_id, recipients(moved)) == (None, [Recipient(Role.BRIDGE, "pbx")])


def test_an_agents_client_transfers_only_what_is_in_its_own_hands() -> None:
    desk = two_queues()
    desk.sign_in("ben")
    desk.tell(e.ContactTransferred, contact_id="c1", to_queue_id="help", source="agent/ben")
    assert (desk.rejection, desk.receipt.have) == (
        Rejection.CONTACT_NOT_WITH_AGENT,
        "anna",
    )
    desk.tell(
        e.ContactTransferred,
        contact_id="c1",
        agent_id="ben",
        to_queue_id="help",
        source="agent/ben",
    )
    assert desk.rejection is Rejection.CONTACT_NOT_WITH_AGENT
    assert desk.where("c1") == "anna talk"
