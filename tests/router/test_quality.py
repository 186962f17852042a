"""Surveys and schedules in the engine: what is noted, what is refused, what is remembered."""

from __future__ import annotations

import pytest

from contacts.vocabulary import Rejection, ScheduledActivity
from router import decisions as d
from router.apply import apply_record
from router.quality_decisions import ScheduleNoted, SurveyNoted
from router.quality_events import ScheduledSpan, SchedulePublished, SurveyAnswered
from router.snapshot import dump_state, load_state
from router.state import RoutingState
from tests.support.desk import BRIDGE, MINUTE, START_MS, Desk, agent, queue


def answered(desk: Desk, contact_id: str, score: int = 4) -> None:
    desk.tell(SurveyAnswered, contact_id=contact_id, score=score, source=BRIDGE)


@pytest.mark.parametrize("when", ["in talk", "in wrap-up", "a month later"])
def test_a_customer_may_answer_about_a_contact_an_agent_had(when: str) -> None:
    desk = Desk(queue(wrap_up={"kind": "timed", "duration_ms": MINUTE}), ready="anna")
    desk.talk("c1")
    if when != "in talk":
        desk.end("c1")
    if when == "a month later":
        desk.wait(30 * 24 * 60 * MINUTE)
    answered(desk, "c1")
    assert desk.said(SurveyNoted) == [SurveyNoted("c1", "", 4, 1, 5)]


def test_about_a_contact_that_no_agent_had_nothing_can_be_said() -> None:
    desk = Desk(ready="anna")
    answered(desk, "never-there")
    assert desk.rejection is Rejection.CONTACT_NOT_HANDLED
    desk.not_ready("anna")
    desk.arrive("c1")
    desk.end("c1")
    answered(desk, "c1")
    assert desk.rejection is Rejection.CONTACT_NOT_HANDLED, "it was abandoned"


def test_the_memory_of_contacts_is_bounded_and_survives_a_restart() -> None:
    desk = Desk(ready="anna", limits={"remembered_contacts": 1_000})
    for number in range(1_003):
        desk.talk(f"c{number}")
        desk.end(f"c{number}")
    assert len(list(desk.state.handled)) == 1_000
    recovered = RoutingState()
    for record in desk.records:
        apply_record(recovered, record)
    assert dump_state(recovered) == dump_state(desk.state)
    again = load_state(dump_state(desk.state))
    assert list(again.handled) == [f"c{number}" for number in range(3, 1_003)]
    answered(desk, "c2")
    assert desk.rejection is Rejection.CONTACT_NOT_HANDLED
    answered(desk, "c3")
    assert desk.rejection is None


def test_a_schedule_is_for_an_agent_who_may_sign_in() -> None:
    desk = Desk(agents=[agent("anna")], limits={"unlisted_agents": False})
    spans = (ScheduledSpan(START_MS, START_MS + MINUTE, ScheduledActivity.WORK),)
    period = {"from_ms": START_MS, "until_ms": START_MS + MINUTE, "spans": spans}
    desk.tell(SchedulePublished, agent_id="anna", **period)
    assert desk.said(ScheduleNoted) == [ScheduleNoted("anna", START_MS, START_MS + MINUTE, spans)]
    desk.tell(SchedulePublished, agent_id="nobody", **period)
    assert desk.said(d.EventRejected)[0].reason is Rejection.AGENT_UNKNOWN
