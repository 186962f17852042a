"""Agents sign in and out, get ready, vanish and come back."""

from __future__ import annotations

import pytest

from contacts.vocabulary import AgentState, Disposition, Rejection
from router import decisions as d
from router import events as e
from tests.support.desk import MINUTE, SECOND, Desk, agent, queue

TIMED = {"kind": "timed", "duration_ms": 300_000}


def test_signed_in_not_ready_until_the_agent_says_so() -> None:
    desk = Desk()
    desk.arrive("c1")
    desk.sign_in("anna", ready=False)
    assert desk.doing("anna") == "not_ready: signed_in"
    desk.ready("anna")
    assert desk.where("c1") == "anna reserved"
    desk.ready("anna")
    assert desk.decisions == []


def test_listed_agents_have_the_configurations_skills_whatever_they_say() -> None:
    desk = Desk(agents=[agent("anna", {"voice": 2}, sales=3)])
    desk.sign_in("anna", skills={"sales": 10}, capacity={"voice": 9})
    assert desk.agent("anna").skills == {"sales": 3}
    assert desk.agent("anna").capacity == {"voice": 2}


def test_unlisted_agents_bring_their_own_or_are_refused() -> None:
    desk = Desk()
    desk.sign_in("guest", skills={"sales": 4})
    assert desk.agent("guest").skills == {"sales": 4}
    desk = Desk(limits={"unlisted_agents": False})
    desk.sign_in("guest")
    assert desk.rejection is Rejection.AGENT_UNKNOWN


def test_an_agent_who_is_not_signed_in_is_refused() -> None:
    desk = Desk(ready="anna")
    desk.sign_out("anna")
    assert desk.doing("anna") == "signed_out"
    for event in (desk.ready, desk.not_ready, desk.sign_out, desk.lose, desk.force_out):
        event("anna")
        assert desk.rejection is Rejection.AGENT_NOT_SIGNED_IN
        event("nobody")
        assert desk.rejection is Rejection.AGENT_UNKNOWN


def test_signing_out_with_a_customer_is_refused() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.sign_out("anna")
    assert (desk.rejection, desk.receipt.have) == (Rejection.AGENT_HAS_CONTACTS, "1")
    desk.end("c1")
    desk.sign_out("anna")
    assert desk.doing("anna") == "signed_out"
    assert len(desk.outcomes("c1")) == 1


def test_signing_out_gives_back_what_rings() -> None:
    desk = Desk(ready="anna ben")
    desk.arrive("c1")
    desk.sign_out("anna")
    assert desk.where("c1") == "ben reserved"


def test_not_ready_after_the_contact_in_hand() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.not_ready("anna", "lunch")
    assert desk.doing("anna") == "not_ready_after_contact: lunch"
    desk.arrive("c2")
    desk.end("c1")
    assert desk.doing("anna") == "not_ready: lunch"
    assert desk.where("c2") == "waiting"


def test_ready_again_before_the_contact_is_over() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.not_ready("anna")
    desk.ready("anna")
    desk.arrive("c2")
    desk.end("c1")
    assert desk.where("c2") == "anna reserved"


def test_the_reason_may_change_while_not_ready() -> None:
    desk = Desk(ready="anna")
    desk.not_ready("anna", "lunch")
    desk.not_ready("anna", "training")
    assert desk.doing("anna") == "not_ready: training"
    desk.not_ready("anna", "training")
    assert desk.decisions == []


def test_two_clients_with_one_id() -> None:
    desk = Desk(ready="anna")
    desk.sign_in("anna", "two")
    assert desk.rejection is Rejection.AGENT_SIGNED_IN_ELSEWHERE
    assert desk.receipt.have == "agent/anna"
    desk.by_agent(e.AgentReady, "anna", "two")
    assert desk.rejection is Rejection.AGENT_SIGNED_IN_ELSEWHERE


def test_one_client_may_take_over_from_the_other() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.sign_in("anna", "two", take_over=True)
    assert desk.said(d.AgentReturned) == [d.AgentReturned("anna", "agent/anna/two")]
    desk.hold("c1")
    assert desk.rejection is Rejection.AGENT_SIGNED_IN_ELSEWHERE
    desk.lose("anna")
    assert desk.rejection is Rejection.AGENT_SIGNED_IN_ELSEWHERE, "the old client's last will"
    desk.by_agent(e.ContactHeld, "anna", "two", contact_id="c1")
    assert desk.where("c1") == "anna hold"


def test_vanished_while_it_rings_the_contact_returns_at_once() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.arrive("c2")
    desk.lose("anna")
    assert desk.said(d.ReservationWithdrawn)[0].cause == "agent_lost"
    desk.sign_in("ben")
    assert desk.where("c1") == "ben reserved"


@pytest.mark.parametrize("comes_as", ["", "two"])
def test_vanished_in_talk_and_back_within_the_grace(comes_as: str) -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.lose("anna")
    assert desk.where("c1") == "anna talk"
    desk.wait(59 * SECOND)
    desk.sign_in("anna", comes_as)
    desk.wait(MINUTE)
    assert desk.where("c1") == "anna talk"
    assert desk.doing("anna") == "ready"


def test_vanished_in_talk_and_not_back_in_time() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.lose("anna")
    desk.wait(MINUTE)
    [outcome] = desk.outcomes("c1")
    assert (outcome.disposition, outcome.final) == (Disposition.AGENT_LOST, True)
    assert desk.doing("anna") == "signed_out: lost"
    desk.end("c1")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN


def test_vanished_in_wrap_up_the_leg_keeps_its_disposition() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.lose("anna")
    desk.wait(MINUTE)
    [outcome] = desk.outcomes("c1")
    assert (outcome.disposition, outcome.wrap_up_ms) == (Disposition.COMPLETED, MINUTE)
    assert desk.doing("anna") == "signed_out: lost"


def test_the_pbx_may_end_the_contact_of_a_vanished_agent() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.lose("anna")
    desk.end("c1")
    assert desk.where("c1") == "anna wrap_up"
    desk.sign_in("anna")
    desk.finish_wrap_up("c1")
    assert desk.outcomes("c1")[0].disposition is Disposition.COMPLETED


def test_nothing_is_offered_to_a_vanished_agent() -> None:
    desk = Desk(ready="anna")
    desk.lose("anna")
    desk.arrive("c1")
    assert desk.where("c1") == "waiting"
    desk.sign_in("anna")
    assert desk.where("c1") == "anna reserved"


def test_vanishing_twice_does_not_lengthen_the_grace() -> None:
    desk = Desk(ready="anna")
    desk.lose("anna")
    desk.wait(30 * SECOND)
    desk.lose("anna")
    desk.wait(30 * SECOND)
    assert desk.doing("anna") == "signed_out: lost"


def test_a_last_will_that_comes_late_is_undone_by_the_agents_next_word() -> None:
    """The client was back before the broker noticed it had gone: it works on, and is believed."""
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.lose("anna")
    desk.hold("c1")
    assert desk.said(d.AgentReturned)
    desk.wait(10 * MINUTE)
    assert desk.where("c1") == "anna hold"


def test_a_refused_word_of_a_vanished_agent_does_not_bring_it_back() -> None:
    desk = Desk(ready="anna")
    desk.lose("anna")
    desk.accept("never", agent_id="anna")
    assert desk.rejection is Rejection.CONTACT_UNKNOWN
    assert desk.agent("anna").lost_until_ms is not None


def test_a_new_session_starts_new_counts_with_the_old_experience() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.wait(MINUTE)
    desk.end("c1")
    desk.sign_out("anna")
    desk.wait(MINUTE)
    desk.sign_in("anna")
    assert desk.agent("anna").busy_ms == 0
    assert desk.agent("anna").handle_mean_ms == MINUTE
    assert desk.agent("anna").signed_in_at_ms == desk.now_ms


def test_the_state_shown_changes_only_when_something_changed() -> None:
    """No flapping: a whole contact leaves an agent's own state alone."""
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    before = len(desk.ever_said(d.AgentStateChanged))
    desk.talk("c1")
    desk.end("c1")
    desk.finish_wrap_up("c1")
    assert len(desk.ever_said(d.AgentStateChanged)) == before
    assert desk.agent("anna").state is AgentState.READY
