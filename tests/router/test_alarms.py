"""Alarms: raised when something lasts, over when it has been gone, and the same in between."""

from __future__ import annotations

from config.alarms import AlarmSettings
from router import decisions as d
from router import events as e
from router.alarm_causes import causes
from router.alarm_watch import Alarm, AlarmWatch, Cause, alarm_id_of
from router.observer import Observer
from router.records import Record
from router.standing import Standing, standing_in
from tests.support.chaos import Chaos
from tests.support.desk import BRIDGE, Desk, agent, queue

LOW = Cause(code="service_level_low", subject="cards", queue_id="cards")
LOST = Cause(code="agent_lost", subject="anna", agent_id="anna", since_ms=500)


def watch() -> AlarmWatch:
    return AlarmWatch(raise_after_ms=10, clear_after_ms=30)


def test_a_figure_has_to_last_before_an_alarm_is_raised() -> None:
    one = watch()
    assert not one.see([LOW], 100)
    assert not one.see([LOW], 109)
    assert list(one.see([LOW], 110)) == ["service_level_low:cards:100"]


def test_a_figure_that_wavers_raises_nothing() -> None:
    one = watch()
    for at_ms in range(0, 100, 10):
        assert not one.see([LOW] if at_ms % 20 else [], at_ms)


def test_an_alarm_is_over_once_its_cause_has_been_gone() -> None:
    one = watch()
    one.see([LOW], 100)
    raised = one.see([LOW], 110)
    assert one.see([], 120).keys() == raised.keys()
    assert one.see([LOW], 149).keys() == raised.keys()  # came back: the time begins anew
    assert one.see([], 150).keys() == raised.keys()
    assert one.see([], 179).keys() == raised.keys()
    assert not one.see([], 180)
    assert not one.followed


def test_what_is_known_since_when_is_told_and_over_at_once() -> None:
    one = watch()
    assert list(one.see([LOST], 600)) == ["agent_lost:anna:500"]
    assert not one.see([], 601)
    again = Cause(code="agent_lost", subject="anna", agent_id="anna", since_ms=700)
    one.see([LOST], 602)
    assert list(one.see([again], 702)) == ["agent_lost:anna:700"]


def test_a_later_watch_goes_on_with_the_same_alarm() -> None:
    one = watch()
    one.adopt(Alarm(alarm_id=alarm_id_of(LOW, 7), since_ms=7, cause=LOW, is_raised=True))
    assert list(one.see([LOW], 100)) == ["service_level_low:cards:7"]
    one = watch()
    one.adopt(Alarm(alarm_id=alarm_id_of(LOW, 7), since_ms=7, cause=LOW, is_raised=True))
    assert one.see([], 100)
    assert not one.see([], 130)


def test_an_alarm_of_a_long_name_fits_a_topic() -> None:
    names = ["x" * 127 + end for end in "ab"]
    ids = {alarm_id_of(Cause(code="wrap_up_long", subject=one), 10**13) for one in names}
    assert len(ids) == 2
    assert max(map(len, ids)) <= 128


# --- causes --------------------------------------------------------------------------------


class Watched:
    """A desk, and what a follower of its records would have."""

    def __init__(self, *queues: object) -> None:
        self.desk = Desk()
        self.observer, self.standing = Observer(), Standing()
        self.settings = AlarmSettings()
        self._taken = 0

    def codes(self, now_ms: int, settings: AlarmSettings | None = None) -> list[str]:
        found = causes(
            settings or self.settings, self.desk.state, self.observer, self.standing, now_ms
        )
        return [one.code for one in found]


def record(at_ms: int, *decisions: d.AnyDecision, event: e.AnyEvent | None = None) -> Record:
    return Record(1, event or e.ClockTicked(event_id="", at_ms=at_ms), decisions)


def test_what_stands_is_added_and_taken_out_by_decisions() -> None:
    standing = Standing()
    standing.take(record(10, d.AgentVanished("anna", 99), d.BridgeNoted("pbx", True)))
    standing.take(record(20, d.AgentVanished("anna", 99), d.AgentStateChanged("ben", _NOT, "rona")))
    guard = e.GuardChanged(
        event_id="", at_ms=30, queue_id="cards", closed_by="occupancy", measured=0.9, limit=0.8
    )
    standing.take(record(30, d.GuardSet("cards", "occupancy"), event=guard))
    assert standing.lost_agents == {"anna": 10}
    assert standing.silent_bridges == {"pbx": 10}
    assert standing.did_not_answer == {"ben": 20}
    assert (standing.guards["cards"].since_ms, standing.guards["cards"].measured) == (30, 0.9)
    standing.take(
        record(
            40,
            d.AgentReturned("anna", "desk"),
            d.BridgeNoted("pbx", False),
            d.AgentStateChanged("ben", _READY),
            d.GuardSet("cards", None),
        )
    )
    assert standing == Standing()


_NOT = d.AgentState.NOT_READY
_READY = d.AgentState.READY


def test_causes_are_seen_and_each_can_be_switched_off() -> None:
    watched = Watched()
    desk = watched.desk = Desk(queue("cards"), agents=[agent("anna")])
    for number in range(2):
        desk.tell(e.ContactArrived, contact_id=f"c{number}", queue_id="cards", source=BRIDGE)
    desk.tell(e.EmergencyDeclared, reason="fire", source="supervisor/zoe")
    for one in desk.records:
        watched.observer.observe(one)
        watched.standing.take(one)
    soon_ms, late_ms = desk.now_ms + 1_000, desk.now_ms + 200_000
    assert watched.codes(soon_ms) == ["emergency", "nobody_signed_in"]
    assert watched.codes(late_ms) == ["emergency", "longest_wait_high", "nobody_signed_in"]
    off = AlarmSettings(emergency=False, longest_wait_ms=0, nobody_signed_in=False)
    assert watched.codes(late_ms, off) == []
    found = next(
        iter(causes(watched.settings, desk.state, watched.observer, watched.standing, soon_ms))
    )
    assert found.values == {"reason": "fire", "by": "supervisor/zoe"}
    assert found.since_ms == desk.state.emergency_since_ms


def test_a_low_service_level_needs_enough_contacts() -> None:
    watched = Watched()
    desk = watched.desk = Desk(queue("cards"))
    for number in range(20):
        desk.tell(e.ContactArrived, contact_id=f"c{number}", queue_id="cards", source=BRIDGE)
    for one in desk.records:
        watched.observer.observe(one)
    assert "service_level_low" in watched.codes(desk.now_ms)
    few = AlarmSettings(service_level_min_arrived=21)
    assert "service_level_low" not in watched.codes(desk.now_ms, few)


def test_what_stands_is_what_the_state_says() -> None:
    """After thousands of random events both ways of knowing what stands agree."""
    desk = Desk(queue("sales"), agents=[agent("anna")])
    chaos, standing, taken = Chaos(desk, seed=3), Standing(), 0
    for step in range(4_000):
        chaos.step()
        for one in desk.records[taken:]:
            standing.take(one)
        taken = len(desk.records)
        if step % 40 == 0:
            told = standing_in(desk.state)
            guards = {one: standing.guard_of(of) for one, of in desk.state.queues.items()}
            assert {one for one, guard in guards.items() if guard} == told.guards.keys()
            assert standing.silent_bridges.keys() == told.silent_bridges.keys()
            assert standing.lost_agents.keys() == told.lost_agents.keys()
            assert standing.did_not_answer == told.did_not_answer
            assert standing.wrap_ups.keys() == told.wrap_ups.keys()
            for key, one in standing.wrap_ups.items():  # the state's time is of the last extension
                assert one.since_ms <= told.wrap_ups[key].since_ms
