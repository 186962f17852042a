"""A contact is held for an agent, who answers, or not in time."""

from __future__ import annotations

import pytest

from contacts.vocabulary import AssignmentState, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import SECOND, Desk, agent, queue


def test_ringing_then_accepted() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    expires_at_ms = desk.assignment("c1").until_ms
    desk.wait(2 * SECOND)
    desk.ring("c1")
    assert desk.where("c1") == "anna ringing"
    assert desk.assignment("c1").until_ms == expires_at_ms
    desk.accept("c1")
    assert desk.where("c1") == "anna talk"
    desk.wait(60 * SECOND)
    assert desk.where("c1") == "anna talk"


def test_no_answer_while_ringing_is_charged() -> None:
    """RONA: the contact goes back to the head with its wait, the agent is not ready, and why."""
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.arrive("c2")
    desk.wait(20 * SECOND)
    [timed_out] = desk.said(d.ReservationTimedOut)
    assert timed_out.charged
    assert desk.doing("anna") == "not_ready: rona"
    assert desk.where("c1") == "waiting"
    assert desk.contact("c1").rona_count == 1
    desk.sign_in("ben")
    assert desk.where("c1") == "ben reserved"
    desk.accept("c1")
    desk.end("c1")
    [outcome] = desk.outcomes("c1")
    assert (outcome.wait_ms, outcome.rona_count) == (20 * SECOND, 1)


def test_the_contact_goes_to_the_head_even_before_a_higher_priority() -> None:
    desk = Desk(queue(strict_priority=True, priority_step_ms=None), ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.arrive("vip", priority=9)
    desk.wait(20 * SECOND)
    desk.sign_in("ben")
    assert desk.where("c1") == "ben reserved"


def test_no_answer_before_ringing_was_confirmed_blames_nobody() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.wait(20 * SECOND)
    [timed_out] = desk.said(d.ReservationTimedOut)
    assert not timed_out.charged
    assert desk.doing("anna") == "ready"
    assert desk.agent("anna").unconfirmed == 1
    assert desk.where("c1") == "anna reserved", "nobody else could take it"
    assert desk.contact("c1").rona_count == 0


@pytest.mark.parametrize("strategy", ["longest_idle", "most_skilled", "fastest", "round_robin"])
def test_an_agent_whose_device_never_rings_is_offered_last(strategy: str) -> None:
    skilled = [agent("anna", sales=9), agent("ben", sales=1)]
    desk = Desk(queue(strategy=strategy, requires={"sales": 1}), agents=skilled, ready="anna")
    desk.arrive("c1")
    desk.wait(10 * SECOND)
    desk.sign_in("ben")
    desk.wait(10 * SECOND)
    assert desk.where("c1") == "ben reserved"
    desk.ring("c1")
    desk.accept("c1")
    desk.arrive("c2")
    assert desk.where("c2") == "anna reserved"
    desk.ring("c2")
    assert desk.agent("anna").unconfirmed == 0


def test_rejected_contact_goes_on_and_the_agent_is_not_ready() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    desk.wait(SECOND)
    desk.reject("c1")
    [withdrawn] = desk.said(d.ReservationWithdrawn)
    assert withdrawn.cause == "rejected"
    assert desk.doing("anna") == "not_ready: rejected"
    assert desk.where("c1") == "ben reserved"


def test_a_stale_revision_is_refused_with_the_present_one() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    stale = desk.assignment("c1").revision
    desk.reject("c1")
    desk.ready("anna")
    desk.reject("c1")
    assert desk.where("c1") == "anna reserved"
    desk.accept("c1", revision=stale)
    assert desk.rejection is Rejection.REVISION_STALE
    assert desk.receipt.have == str(desk.assignment("c1").revision)
    desk.accept("c1", revision=desk.assignment("c1").revision)
    assert desk.where("c1") == "anna talk"


def test_accepting_after_the_time_out_is_refused() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    revision = desk.assignment("c1").revision
    desk.wait(20 * SECOND)
    desk.accept("c1", agent_id="anna", revision=revision)
    assert desk.rejection is Rejection.REVISION_STALE
    desk.accept("c1", agent_id="anna")
    assert desk.rejection is Rejection.CONTACT_NOT_WITH_AGENT
    assert desk.where("c1") == "waiting"


def test_accepting_at_the_very_moment_of_the_time_out_is_too_late() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.tell(
        e.ReservationAccepted,
        at_ms=desk.now_ms + 20 * SECOND,
        agent_id="anna",
        contact_id="c1",
        source="agent/anna",
    )
    assert desk.rejection is Rejection.CONTACT_NOT_WITH_AGENT


def test_nobody_accepts_a_contact_that_another_agent_has() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    desk.accept("c1", agent_id="ben")
    assert desk.rejection is Rejection.CONTACT_NOT_WITH_AGENT
    assert desk.receipt.have == "anna"


def test_nobody_speaks_for_another_agent() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    desk.tell(e.ReservationAccepted, contact_id="c1", agent_id="anna", source="agent/ben")
    assert desk.rejection is Rejection.AGENT_SIGNED_IN_ELSEWHERE
    desk.tell(e.ReservationAccepted, contact_id="c1", agent_id="anna", source="bridge/pbx")
    assert desk.where("c1") == "anna talk"


@pytest.mark.parametrize("kind", [e.ReservationRinging, e.ReservationAccepted])
def test_what_was_accepted_cannot_ring_or_be_accepted_again(kind: type[e.Event]) -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.by_holder(kind, "c1")
    assert desk.rejection is Rejection.STATE_FORBIDS
    assert desk.receipt.have == "talk"
    desk.reject("c1")
    assert desk.rejection is Rejection.STATE_FORBIDS


def test_unknown_contact_and_unknown_agent() -> None:
    desk = Desk(ready="anna")
    desk.accept("ghost", agent_id="anna")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
    desk.accept("ghost", agent_id="nobody")
    assert desk.rejection is Rejection.AGENT_UNKNOWN


def test_confirming_the_ringing_twice_changes_nothing() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.ring("c1")
    assert desk.rejection is None
    assert desk.is_in("c1", AssignmentState.RINGING)


def test_many_time_outs_come_up_in_bounded_portions() -> None:
    """A process that was stopped meets a thousand deadlines at once: 64 at a time."""
    names = " ".join(f"a{number}" for number in range(200))
    desk = Desk(ready=names)
    for number in range(200):
        desk.arrive(f"c{number}")
        desk.ring(f"c{number}")
    late_ms = desk.now_ms + 60 * SECOND
    sizes = []
    while decisions := desk.advance(late_ms):
        sizes.append(sum(type(one) is d.ReservationTimedOut for one in decisions))
    assert sizes == [64, 64, 64, 8]
    assert desk.engine.next_deadline_ms() is None
