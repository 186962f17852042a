"""Talk, hold, service complete, marketing and wrap-up."""

from __future__ import annotations

import pytest

from contacts.vocabulary import Disposition, Mode, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import SECOND, Desk, always, queue

TIMED = {"kind": "timed", "duration_ms": 30_000, "extension_max_ms": 60_000}


def talking(wrap_up: dict[str, object], **fields: object) -> Desk:
    """Return a desk where anna talks to c1."""
    desk = Desk(queue(wrap_up=wrap_up), ready="anna", **fields)  # type: ignore[arg-type]
    desk.talk("c1")
    return desk


def test_each_phase_is_timed_on_its_own() -> None:
    desk = Desk(queue(wrap_up=TIMED), gate=always)
    desk.arrive("c1")
    desk.wait(5 * SECOND)
    desk.sign_in("anna")
    desk.wait(2 * SECOND)
    desk.accept("c1")
    desk.wait(10 * SECOND)
    desk.hold("c1")
    desk.wait(20 * SECOND)
    desk.resume("c1")
    desk.wait(3 * SECOND)
    desk.complete_service("c1")
    desk.wait(40 * SECOND)
    desk.end("c1")
    desk.wait(6 * SECOND)
    desk.finish_wrap_up("c1")
    [outcome] = desk.outcomes("c1")
    assert outcome.disposition is Disposition.COMPLETED
    assert outcome.mode is Mode.MARKETING
    assert outcome.final
    seconds = [
        one // SECOND
        for one in (
            outcome.wait_ms,
            outcome.talk_ms,
            outcome.hold_ms,
            outcome.marketing_ms,
            outcome.wrap_up_ms,
        )
    ]
    assert seconds == [7, 13, 20, 40, 6]
    assert outcome.ended_at_ms == desk.now_ms - 6 * SECOND
    assert desk.agent("anna").busy_ms == 79 * SECOND
    assert desk.agent("anna").handle_mean_ms == 39 * SECOND, "handle time excludes marketing"


def test_service_complete_opens_marketing_when_the_gate_grants_it() -> None:
    desk = talking(TIMED, gate=always)
    desk.complete_service("c1")
    assert desk.said(d.MarketingDecided) == [d.MarketingDecided("c1", "anna", True, "always")]
    assert desk.where("c1") == "anna marketing"


def test_service_complete_stays_there_when_the_gate_denies_it() -> None:
    desk = talking(TIMED)
    desk.complete_service("c1")
    [decided] = desk.said(d.MarketingDecided)
    assert (decided.granted, decided.reason) == (False, "policy_never")
    assert desk.where("c1") == "anna service_complete"
    desk.wait(9 * SECOND)
    desk.end("c1")
    desk.wait(30 * SECOND)
    [outcome] = desk.outcomes("c1")
    assert (outcome.mode, outcome.talk_ms, outcome.marketing_ms) == (Mode.SERVING, 9 * SECOND, 0)


def test_the_gate_sees_the_assignment_and_the_state() -> None:
    seen = []

    def gate(state: object, assignment: object) -> d.MarketingDecided:
        seen.append((state, assignment))
        return d.MarketingDecided("c1", "anna", False, "seen")

    desk = talking(TIMED, gate=gate)
    desk.complete_service("c1")
    assert seen == [(desk.state, desk.assignment("c1"))]


def test_service_may_be_completed_from_hold_and_taken_up_again() -> None:
    desk = talking(TIMED, gate=always)
    desk.hold("c1")
    desk.complete_service("c1")
    desk.resume("c1")
    assert desk.where("c1") == "anna talk"
    desk.complete_service("c1")
    assert desk.where("c1") == "anna marketing"


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (e.ContactResumed, "talk"),
        (e.ContactHeld, "hold"),
        (e.ContactHeld, "service_complete"),
        (e.ServiceCompleted, "service_complete"),
        (e.ContactHeld, "wrap_up"),
        (e.ContactResumed, "wrap_up"),
        (e.ServiceCompleted, "wrap_up"),
        (e.WrapUpCompleted, "talk"),
        (e.ContactHeld, "reserved"),
        (e.ServiceCompleted, "reserved"),
    ],
)
def test_what_the_state_forbids_is_refused_and_changes_nothing(
    kind: type[e.Event], stage: str
) -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.arrive("c1")
    if stage != "reserved":
        desk.accept("c1")
    steps = {"hold": desk.hold, "service_complete": desk.complete_service, "wrap_up": desk.end}
    if stage in steps:
        steps[stage]("c1")
    desk.by_holder(kind, "c1")
    assert desk.rejection is Rejection.STATE_FORBIDS
    assert desk.receipt.have == stage
    assert desk.where("c1") == f"anna {stage}"


def test_no_wrap_up() -> None:
    desk = talking({"kind": "none"})
    desk.end("c1")
    assert desk.where("c1") == "gone"
    assert len(desk.outcomes("c1")) == 1


def test_wrap_up_of_no_length_is_none() -> None:
    desk = talking({"kind": "timed", "duration_ms": 0})
    desk.end("c1")
    assert desk.where("c1") == "gone"


def test_timed_wrap_up_keeps_the_agent_until_it_ends_by_itself() -> None:
    desk = talking(TIMED)
    desk.end("c1")
    desk.arrive("c2")
    desk.wait(30 * SECOND - 1)
    assert (desk.where("c1"), desk.where("c2")) == ("anna wrap_up", "waiting")
    desk.wait(1)
    assert (desk.where("c1"), desk.where("c2")) == ("gone", "anna reserved")
    assert desk.outcomes("c1")[0].wrap_up_ms == 30 * SECOND


def test_timed_wrap_up_may_be_finished_sooner() -> None:
    desk = talking(TIMED)
    desk.end("c1")
    desk.wait(SECOND)
    desk.finish_wrap_up("c1")
    assert desk.outcomes("c1")[0].wrap_up_ms == SECOND
    assert desk.engine.next_deadline_ms() is None


def test_forced_wrap_up_lasts_its_full_time() -> None:
    desk = talking({"kind": "forced", "duration_ms": 30_000})
    desk.end("c1")
    desk.wait(29 * SECOND)
    desk.finish_wrap_up("c1")
    assert desk.rejection is Rejection.WRAP_UP_FORCED
    desk.wait(SECOND)
    assert desk.where("c1") == "gone"


def test_manual_wrap_up_has_an_upper_limit() -> None:
    desk = talking({"kind": "manual", "duration_ms": 600_000})
    desk.end("c1")
    desk.wait(599 * SECOND)
    assert desk.where("c1") == "anna wrap_up"
    desk.wait(SECOND)
    assert desk.where("c1") == "gone"


def test_wrap_up_is_extended_within_the_limit() -> None:
    desk = talking(TIMED)
    desk.end("c1")
    desk.wait(20 * SECOND)
    desk.extend_wrap_up("c1", 40 * SECOND)
    desk.wait(49 * SECOND)
    desk.extend_wrap_up("c1", 21 * SECOND)
    assert desk.rejection is Rejection.EXTENSION_TOO_LONG
    assert desk.receipt.have == "20000"
    desk.extend_wrap_up("c1", 20 * SECOND)
    desk.wait(21 * SECOND - 1)
    assert desk.where("c1") == "anna wrap_up"
    desk.wait(1)
    [outcome] = desk.outcomes("c1")
    assert outcome.wrap_up_ms == 90 * SECOND


@pytest.mark.parametrize("by_ms", [0, -1, -60_000])
def test_wrap_up_is_not_extended_by_nothing_or_less(by_ms: int) -> None:
    desk = talking(TIMED)
    desk.end("c1")
    desk.extend_wrap_up("c1", by_ms)
    assert desk.rejection is Rejection.EXTENSION_TOO_LONG
    assert desk.assignment("c1").until_ms == desk.now_ms + 30 * SECOND


def test_only_wrap_up_is_extended() -> None:
    desk = talking(TIMED)
    desk.extend_wrap_up("c1", SECOND)
    assert desk.rejection is Rejection.STATE_FORBIDS


def test_wrap_up_after_the_end_of_everything() -> None:
    desk = talking(TIMED)
    desk.end("c1")
    desk.finish_wrap_up("c1")
    desk.finish_wrap_up("c1", agent_id="anna")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
