"""The customer leaves, at every stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contacts.vocabulary import AssignmentState, Disposition, Rejection
from router import decisions as d
from tests.support.desk import SECOND, Desk, always, queue


def ring(desk: Desk) -> None:
    """Let the contact ring at anna's."""
    desk.sign_in("anna")
    desk.ring("c1")


def ring_out(desk: Desk) -> None:
    """Let the contact ring at anna's until it is back in the queue."""
    ring(desk)
    desk.wait(20 * SECOND)


BEFORE_ACCEPTED: dict[str, Callable[[Desk], None]] = {
    "waiting": lambda desk: None,
    "reserved": lambda desk: desk.sign_in("anna"),
    "ringing": ring,
    "back in the queue": ring_out,
}

AFTER_ACCEPTED: dict[str, Callable[[Desk], None]] = {
    "talk": lambda desk: None,
    "hold": lambda desk: desk.hold("c1"),
    "marketing": lambda desk: desk.complete_service("c1"),
}


@pytest.mark.parametrize("stage", BEFORE_ACCEPTED)
def test_whoever_leaves_before_an_answer_has_abandoned(stage: str) -> None:
    desk = Desk()
    desk.arrive("c1")
    arrived_ms = desk.now_ms
    desk.wait(3 * SECOND)
    BEFORE_ACCEPTED[stage](desk)
    desk.end("c1")
    [outcome] = desk.outcomes("c1")
    assert outcome.disposition is Disposition.ABANDONED
    assert outcome.final
    assert outcome.agent_id is None
    assert (outcome.accepted_at_ms, outcome.wait_ms) == (None, desk.now_ms - arrived_ms)
    assert desk.where("c1") == "gone"
    assert desk.engine.next_deadline_ms() is None


def test_the_agent_is_told_and_takes_the_next() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.arrive("c2")
    desk.end("c1")
    [closed] = desk.said(d.AssignmentChanged)
    assert (closed.agent_id, closed.state) == ("anna", AssignmentState.CLOSED)
    assert closed.disposition is Disposition.ABANDONED
    assert desk.doing("anna") == "ready"
    assert desk.where("c2") == "anna reserved"


@pytest.mark.parametrize("stage", AFTER_ACCEPTED)
def test_whoever_leaves_later_was_served(stage: str) -> None:
    desk = Desk(queue(wrap_up={"kind": "timed", "duration_ms": 9_000}), ready="anna", gate=always)
    desk.talk("c1")
    AFTER_ACCEPTED[stage](desk)
    desk.end("c1")
    assert desk.where("c1") == "anna wrap_up"
    assert "c1" not in desk.state.contacts
    desk.wait(9 * SECOND)
    [outcome] = desk.outcomes("c1")
    assert (outcome.disposition, outcome.final) == (Disposition.COMPLETED, True)


def test_the_end_of_a_contact_in_wrap_up_or_unknown_is_rejected() -> None:
    desk = Desk(queue(wrap_up={"kind": "timed", "duration_ms": 9_000}), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.end("c1")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
    desk.end("never")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN


def test_those_behind_move_up() -> None:
    desk = Desk()
    for contact_id in ("c1", "c2", "c3"):
        desk.arrive(contact_id)
    desk.end("c1")
    desk.arrive("c4")
    assert desk.receipt.position == 3
    desk.sign_in("anna")
    assert desk.where("c2") == "anna reserved"
