"""The engine was down, or cut off from the broker: nobody is blamed for it."""

from __future__ import annotations

from router import decisions as d
from router import events as e
from router.engine import Engine
from router.snapshot import dump_state, load_state
from tests.support.desk import MINUTE, SECOND, Desk, queue

TIMED = {"kind": "timed", "duration_ms": 30_000}


def test_a_lost_link_makes_no_storm_of_ronas() -> None:
    desk = Desk(ready=" ".join(f"a{number}" for number in range(50)))
    for number in range(50):
        desk.arrive(f"c{number}")
        desk.ring(f"c{number}")
    desk.wait(5 * SECOND)
    desk.tell(e.LinkLost)
    assert desk.engine.next_deadline_ms() is None
    assert desk.wait(MINUTE) == []
    desk.tell(e.LinkRestored)
    assert desk.said(d.TimersResumed) == [d.TimersResumed(MINUTE)]
    for number in range(50):
        desk.accept(f"c{number}")
        assert desk.rejection is None
    assert desk.ever_said(d.ReservationTimedOut) == []


def test_after_the_link_is_back_each_timer_has_left_what_it_had() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna ben carla")
    desk.talk("c1")
    desk.end("c1")
    desk.arrive("c2")
    desk.ring("c2")
    desk.lose("carla")
    desk.wait(5 * SECOND)
    desk.tell(e.LinkLost)
    desk.wait(10 * MINUTE)
    desk.tell(e.LinkRestored)
    desk.wait(15 * SECOND - 1)
    assert desk.where("c2") == "ben ringing"
    desk.wait(1)
    assert desk.where("c2") == "waiting"
    desk.wait(10 * SECOND)
    assert (desk.where("c1"), desk.where("c2")) == ("gone", "anna reserved")
    desk.wait(30 * SECOND)
    assert desk.doing("carla") == "signed_out: lost"


def test_a_reservation_made_during_the_pause_gets_no_more_than_its_time() -> None:
    desk = Desk(queue(requires={"sales": 1}), ready="anna")
    desk.arrive("c1")
    desk.tell(e.LinkLost)
    desk.wait(10 * MINUTE)
    desk.configure(queue())
    assert desk.where("c1") == "anna reserved"
    desk.wait(SECOND)
    desk.tell(e.LinkRestored)
    assert desk.assignment("c1").until_ms == desk.now_ms + 20 * SECOND


def test_a_link_lost_or_restored_twice_counts_once() -> None:
    desk = Desk(ready="anna")
    desk.tell(e.LinkRestored)
    assert desk.decisions == []
    desk.tell(e.LinkLost)
    desk.wait(MINUTE)
    desk.tell(e.LinkLost)
    assert desk.decisions == []
    desk.wait(MINUTE)
    desk.tell(e.LinkRestored)
    assert desk.said(d.TimersResumed) == [d.TimersResumed(2 * MINUTE)]


def test_customers_time_goes_on_while_the_link_is_lost() -> None:
    """Who waited longer than the queue allows is diverted as soon as somebody can be told."""
    desk = Desk(queue(max_wait_ms=30 * SECOND))
    desk.arrive("c1")
    desk.tell(e.LinkLost)
    desk.wait(MINUTE)
    assert desk.where("c1") == "waiting"
    desk.tell(e.LinkRestored)
    desk.wait(0)
    assert desk.where("c1") == "gone"


def restart(desk: Desk, down_ms: int, epoch: int) -> Desk:
    """Return a desk with the engine that takes over after `down_ms`."""
    recovered = Desk(engine=Engine(load_state(dump_state(desk.state))))
    recovered.now_ms = desk.now_ms + down_ms
    # The first thing a new leader does; nothing that was due is done before it.
    event = e.EngineStarted(event_id=f"start-{epoch}", at_ms=recovered.now_ms, epoch=epoch)
    recovered.decisions = recovered.engine.handle(event)
    recovered.keep(event)
    return recovered


def test_time_without_an_engine_counts_against_nobody() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna ben")
    desk.talk("c1")
    desk.end("c1")
    desk.arrive("c2")
    desk.ring("c2")
    desk = restart(desk, 10 * MINUTE, epoch=2)
    assert desk.said(d.EpochBegan) == [d.EpochBegan(2)]
    assert desk.said(d.TimersResumed) == [d.TimersResumed(10 * MINUTE)]
    desk.accept("c2")
    assert desk.where("c2") == "ben talk"
    desk.wait(30 * SECOND - 1)
    assert desk.where("c1") == "anna wrap_up"
    desk.wait(1)
    assert desk.where("c1") == "gone"


def test_down_while_the_link_was_lost_counts_from_the_loss() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.tell(e.LinkLost)
    desk.wait(MINUTE)
    desk.tell(e.QueueOpened, queue_id="sales")
    desk = restart(desk, MINUTE, epoch=2)
    assert desk.said(d.TimersResumed) == [d.TimersResumed(2 * MINUTE)]
    assert desk.assignment("c1").until_ms == desk.now_ms + 20 * SECOND


def test_a_word_said_during_an_outage_does_not_cost_the_time_that_stood_still() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna ben")
    desk.arrive("c1")
    desk.talk("c1")
    desk.end("c1")
    desk.arrive("c2")
    desk.tell(e.LinkLost)
    desk.wait(MINUTE)
    desk.ring("c2")
    desk.tell(e.WrapUpExtended, contact_id="c1", agent_id="anna", by_ms=SECOND)
    desk.wait(MINUTE)
    desk.tell(e.LinkRestored)
    assert desk.assignment("c2").until_ms == desk.now_ms + 20 * SECOND
    assert desk.assignment("c1").until_ms == desk.now_ms + 31 * SECOND


def test_a_first_start_has_no_time_to_make_up_for() -> None:
    engine = Engine()
    decisions = engine.handle(e.EngineStarted(event_id="e", at_ms=1_700_000_000_000, epoch=1))
    assert decisions == [d.EpochBegan(1)]
