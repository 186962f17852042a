"""The bridge's list of live contacts after a reconnect: ghosts closed, unknown ones adopted."""

from __future__ import annotations

import msgspec

from contacts.vocabulary import AssignmentState, Disposition
from router import decisions as d
from router import events as e
from router.snapshot import dump_state
from tests.support.desk import BRIDGE, MINUTE, Desk, agent, queue

TIMED = {"kind": "timed", "duration_ms": 30_000}


def test_ghosts_are_closed_at_every_stage() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna ben")
    desk.talk("talks")
    desk.arrive("rings")
    desk.arrive("waits")
    desk.report_live()
    assert desk.where("talks") == "anna wrap_up"
    assert (desk.where("rings"), desk.where("waits")) == ("gone", "gone")
    desk.wait(30_000)
    for contact_id, agent_id in (("talks", "anna"), ("rings", None), ("waits", None)):
        [outcome] = desk.outcomes(contact_id)
        assert (outcome.disposition, outcome.agent_id) == (Disposition.GHOST, agent_id)


def test_what_the_bridge_still_has_is_left_alone_and_told_again() -> None:
    desk = Desk(ready="anna ben")
    desk.talk("c1")
    desk.arrive("c2")
    desk.arrive("c3")
    before = dump_state(desk.state)
    desk.report_live(("c1", "sales", "anna"), ("c2", "sales"), ("c3", "sales"))
    talk, reserved = AssignmentState.TALK, AssignmentState.RESERVED
    until_ms = desk.assignment("c2").until_ms
    assert desk.decisions == [
        d.AssignmentRestated("c1", "anna", "sales", talk, 2, None, BRIDGE),
        d.AssignmentRestated("c2", "ben", "sales", reserved, 2, until_ms, BRIDGE),
    ]
    assert without_receipts(dump_state(desk.state)) == without_receipts(before)


def without_receipts(state: bytes) -> object:
    plain = msgspec.json.decode(state)
    return {key: plain[key] for key in ("agents", "contacts", "queues")}


def test_an_agent_who_comes_back_is_told_what_is_in_hand() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.tell(e.AgentSignedIn, agent_id="anna", source="agent/anna")
    assert d.AssignmentRestated("c1", "anna", "sales", AssignmentState.TALK, 2, None, BRIDGE) in (
        desk.decisions
    )


def test_contacts_of_other_bridges_are_not_ghosts() -> None:
    desk = Desk()
    desk.arrive("c1", source="bridge/web")
    desk.report_live()
    assert desk.where("c1") == "waiting"


def test_an_unknown_waiting_contact_is_adopted_and_offered() -> None:
    desk = Desk(ready="anna")
    desk.report_live(("c1", "sales"))
    assert desk.where("c1") == "anna reserved"
    assert desk.contact("c1").bridge == BRIDGE


def test_an_unknown_contact_is_adopted_with_its_agent() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna ben")
    desk.report_live(("c1", "sales", "ben"))
    assert desk.where("c1") == "ben talk"
    desk.arrive("c2")
    assert desk.where("c2") == "anna reserved"
    desk.wait(MINUTE)
    desk.end("c1")
    desk.finish_wrap_up("c1")
    [outcome] = desk.outcomes("c1")
    assert (outcome.agent_id, outcome.talk_ms, outcome.wait_ms) == ("ben", MINUTE, 0)


def test_its_agent_is_signed_in_on_the_bridges_word_and_takes_the_session_over() -> None:
    desk = Desk(agents=[agent("anna", sales=3)])
    desk.report_live(("c1", "sales", "anna"))
    assert desk.where("c1") == "anna talk"
    assert desk.doing("anna") == "not_ready: adopted"
    desk.sign_in("anna")
    assert desk.said(d.AgentReturned) == [d.AgentReturned("anna", "agent/anna")]
    desk.hold("c1")
    assert desk.where("c1") == "anna hold"


def test_a_contact_connected_to_an_agent_we_may_not_sign_in_is_not_offered_to_another() -> None:
    desk = Desk(agents=[agent("anna")], ready="anna", limits={"unlisted_agents": False})
    desk.report_live(("c1", "sales", "stranger"))
    assert desk.where("c1") == "gone"
    assert "c1" not in desk.state.contacts


def test_adoption_counts_even_above_capacity() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.report_live(("c1", "sales", "anna"), ("c2", "sales", "anna"))
    assert desk.agent("anna").assignments.keys() == {"c1", "c2"}
    desk.end("c1")
    desk.arrive("c3")
    assert desk.where("c3") == "waiting"


def test_a_contact_in_wrap_up_that_the_bridge_still_has_is_adopted_anew() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.report_live(("c1", "sales", "anna"))
    assert desk.where("c1") == "anna talk"
    assert len(desk.outcomes("c1")) == 1


def test_unknown_queues_are_left_to_the_bridge_and_repeats_are_one() -> None:
    desk = Desk()
    desk.report_live(("c1", "nowhere"), ("c2", "sales"), ("c2", "sales"))
    assert desk.state.contacts.keys() == {"c2"}


def test_a_waiting_contact_adopted_into_a_closed_queue_is_diverted() -> None:
    desk = Desk(queue(at_closing="divert"))
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.report_live(("c1", "sales"))
    assert desk.outcomes("c1")[0].disposition is Disposition.DIVERTED


def test_one_that_waits_here_and_talks_there_is_with_that_agent() -> None:
    desk = Desk(ready="")
    desk.arrive("c1")
    desk.report_live(("c1", "sales", "anna"))
    assert desk.where("c1") == "anna talk"
    [reserved] = desk.said(d.ContactReserved)
    assert reserved.is_connected, "nobody is rung for it"
