"""The observer against the engine's own state, and in the cases that are easy to get wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.agent import Agent
from config.routing import QueueSettings, RoutingSettings
from contacts.vocabulary import (
    AgentState,
    AssignmentState,
    Channel,
    Disposition,
    Mode,
    NotReadyReason,
    Refusal,
)
from queues.agent_times import Activity, AgentSums
from queues.metrics import QueueCounts, total
from router import decisions as d
from router import events as e
from router.observer import Observer
from router.records import Record
from router.state import RoutingState
from tests.support.routed_history import START_MS, RoutedHistory

S = AssignmentState
SEEDS = range(8)


# --- against the real engine ---------------------------------------------------------------


def all_of(observer: Observer, queue_id: str) -> QueueCounts:
    return total(counts for _, counts in observer.queues[queue_id].half_hours())


def all_time(observer: Observer, agent_id: str) -> AgentSums:
    sums = AgentSums()
    if agent_id in observer.agents:
        for _, part in observer.agents[agent_id].half_hours(observer.now_ms):
            sums.merge(part)
    return sums


def really_waiting(state: RoutingState, queue_id: str) -> int:
    waiting = 0
    for contact in state.contacts.values():
        if contact.queue_id == queue_id:
            agent = state.agents.get(contact.agent_id or "")
            in_hands = agent is not None and not agent.assignments[contact.contact_id].is_unanswered
            waiting += not in_hands
    return waiting


@pytest.mark.parametrize("seed", SEEDS)
def test_arrived_is_everything_that_became_of_contacts(seed: int) -> None:
    engine, observer = RoutedHistory(seed), Observer()
    for record in engine.records(500):
        observer.observe(record)
        for queue_id in observer.queues:
            waiting = really_waiting(engine.state, queue_id)
            assert all_of(observer, queue_id).waiting == waiting
            assert observer.waiting(queue_id) == waiting


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_agree_with_the_decisions(seed: int) -> None:
    observer = Observer()
    counted: Counter[tuple[str, str]] = Counter()
    times: Counter[str] = Counter()
    for record in RoutedHistory(seed).records(500):
        observer.observe(record)
        for one in record.decisions:
            match one:
                case d.ContactQueued() | d.ContactRequeued(new_entry=True):
                    counted[one.queue_id, "arrived"] += 1
                case d.ContactRefused():
                    counted[one.queue_id, "refused"] += 1
                case d.ContactDiverted():
                    counted[one.queue_id, "diverted"] += 1
                case d.OutcomeRecorded(accepted_at_ms=None, disposition=Disposition.ABANDONED):
                    counted[one.queue_id, "abandoned"] += 1
                case d.OutcomeRecorded() if one.accepted_at_ms is not None:
                    counted[one.queue_id, "handled"] += 1
                    times[one.queue_id] += one.talk_ms + one.hold_ms + one.wrap_up_ms
                case _:
                    pass
    for queue_id in observer.queues:
        counts = all_of(observer, queue_id)
        for name in ("arrived", "refused", "diverted", "abandoned", "handled"):
            assert getattr(counts, name) == counted[queue_id, name], name
        assert counts.talk_ms + counts.hold_ms + counts.wrap_up_ms == times[queue_id]
        assert 0 <= (counts.service_level_ratio("arrived") or 0) <= 1


def really_does(agent: Agent) -> Activity | None:
    """What an agent does, worked out from the engine's state in another way."""
    states = {one.state for one in agent.assignments.values()}
    if S.TALK in states or S.SERVICE_COMPLETE in states:
        return Activity.TALK
    for state, activity in ((S.MARKETING, Activity.MARKETING), (S.HOLD, Activity.HOLD)):
        if state in states:
            return activity
    if states:
        return Activity.WRAP_UP if S.WRAP_UP in states else Activity.RINGING
    if agent.state is AgentState.SIGNED_OUT:
        return None
    ready = agent.state is AgentState.READY and agent.lost_until_ms is None
    return Activity.READY if ready else Activity.NOT_READY


@pytest.mark.parametrize("seed", SEEDS)
def test_agents_time_is_the_sum_over_the_engines_states(seed: int) -> None:
    engine, observer = RoutedHistory(seed), Observer()
    expected: Counter[tuple[str, Activity]] = Counter()
    doing: dict[str, Activity | None] = {}
    for record in engine.records(500):
        before_ms = observer.now_ms
        observer.observe(record)
        unknown = isinstance(record.event, e.EngineStarted)  # nobody led before it
        for agent_id, activity in doing.items():
            if activity is not None and not unknown:
                expected[agent_id, activity] += observer.now_ms - before_ms
        paused = engine.state.paused_since_ms is not None
        doing = {
            agent.agent_id: None if paused else really_does(agent)
            for agent in engine.state.agents.values()
        }
    for agent_id in engine.state.agents:
        spent = all_time(observer, agent_id).time_ms
        assert spent == {one: expected[agent_id, one] for one in Activity}
    accepted = sum(one.accepted_count for one in engine.state.agents.values())
    assert sum(all_time(observer, one).accepted for one in engine.state.agents) == accepted > 0


# --- by hand -------------------------------------------------------------------------------


class Story:
    """An observer, told decisions at seconds after the start."""

    def __init__(self) -> None:
        self.observer = Observer()
        self._seq = 0
        queue = QueueSettings(queue_id="service")
        settings = RoutingSettings(queues=[queue]).model_dump(mode="json")
        self.tell(0, d.ConfigurationApplied(settings))

    def tell(self, at_s: float, *decisions: d.AnyDecision) -> None:
        self._seq += 1
        event = e.ClockTicked(event_id="", at_ms=START_MS + round(at_s * 1000))
        self.observer.observe(Record(self._seq, event, decisions))

    def queue(self, queue_id: str = "service") -> QueueCounts:
        return all_of(self.observer, queue_id)

    def agent(self, agent_id: str = "anna") -> AgentSums:
        return all_time(self.observer, agent_id)

    def seconds(self, activity: Activity) -> float:
        return self.agent().time_ms[activity] / 1000


def queued(contact_id: str = "c", queue_id: str = "service") -> d.ContactQueued:
    return d.ContactQueued(
        contact_id, queue_id, Channel.VOICE, 0, 0, None, 0, "bridge/pbx", None, 1, None
    )


def reserved(contact_id: str = "c", agent_id: str = "anna") -> d.ContactReserved:
    return d.ContactReserved(contact_id, agent_id, "service", 2, START_MS + 20_000, "bridge/pbx")


def now_in(state: AssignmentState, contact_id: str = "c", agent_id: str = "anna") -> d.AnyDecision:
    return d.AssignmentChanged(contact_id, agent_id, state)


def state(state: AgentState, reason: str | None = None) -> d.AgentStateChanged:
    return d.AgentStateChanged("anna", state, reason)


def requeued(queue_id: str, new_entry: bool = True) -> d.ContactRequeued:
    return d.ContactRequeued("c", queue_id, Channel.VOICE, 0, 0, None, 3, new_entry)


def outcome(
    disposition: Disposition,
    queued_s: int,
    accepted_s: int | None,
    ended_s: int,
    queue_id: str = "service",
) -> d.OutcomeRecorded:
    accepted_ms = None if accepted_s is None else START_MS + accepted_s * 1000
    return d.OutcomeRecorded(
        contact_id="c",
        leg=1,
        queue_id=queue_id,
        agent_id=None if accepted_s is None else "anna",
        disposition=disposition,
        final=True,
        mode=Mode.SERVING,
        queued_at_ms=START_MS + queued_s * 1000,
        accepted_at_ms=accepted_ms,
        ended_at_ms=START_MS + ended_s * 1000,
        wait_ms=((ended_s if accepted_s is None else accepted_s) - queued_s) * 1000,
        talk_ms=0 if accepted_s is None else (ended_s - accepted_s) * 1000,
    )


ABANDONED = Disposition.ABANDONED


@pytest.mark.parametrize("stage", [S.RESERVED, S.RINGING])
def test_abandoned_in_an_agents_hands_is_abandoned(stage: AssignmentState) -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued(), reserved())
    story.tell(1, now_in(stage))
    story.tell(7, now_in(S.CLOSED), outcome(ABANDONED, 0, None, 7))
    counts = story.queue()
    assert (counts.arrived, counts.abandoned, counts.accepted, counts.waiting) == (1, 1, 0, 0)
    story.tell(17)
    assert (story.seconds(Activity.RINGING), story.seconds(Activity.READY)) == (7, 10)


def test_rona_keeps_the_wait_and_is_charged() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued(), reserved())
    story.tell(2, now_in(S.RINGING))
    story.tell(
        20,
        d.ReservationTimedOut("c", "anna", True, 0, 3),
        state(AgentState.NOT_READY, NotReadyReason.RONA),
    )
    story.tell(30, reserved(agent_id="ben"))
    story.tell(31, now_in(S.TALK, agent_id="ben"))
    counts = story.queue()
    assert (counts.arrived, counts.rona, counts.accepted, counts.asa_ms) == (1, 1, 1, 31_000)
    assert (story.agent().rona, story.agent().accepted) == (1, 0)
    assert story.agent().not_ready_ms == {"rona": 11_000}


def test_time_out_without_ringing_is_nobodys_fault() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued(), reserved())
    story.tell(20, d.ReservationTimedOut("c", "anna", False, 0, 3))
    assert (story.queue().rona, story.agent().rona, story.queue().waiting) == (0, 0, 1)


def test_transfer_arrives_anew_while_the_giver_wraps_up() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued(), reserved(), now_in(S.TALK))
    story.tell(60, requeued("sales"), now_in(S.WRAP_UP))
    story.tell(90, outcome(Disposition.TRANSFERRED, 0, 0, 60))
    first, second = story.queue(), story.queue("sales")
    assert (first.accepted, first.transferred_out, first.moved, first.waiting) == (1, 1, 0, 0)
    assert (second.arrived, second.accepted, second.waiting) == (1, 0, 1)
    assert story.seconds(Activity.WRAP_UP) == 30
    assert story.observer.longest_waiting_ms("sales", START_MS + 100_000) == 40_000


def test_move_ends_one_entry_and_begins_another() -> None:
    story = Story()
    story.tell(0, queued())
    story.tell(40, outcome(Disposition.TRANSFERRED, 0, None, 40), requeued("sales"))
    story.tell(50, outcome(ABANDONED, 40, None, 50, "sales"))
    assert (story.queue().moved, story.queue().waiting) == (1, 0)
    sales = story.queue("sales")
    assert (sales.arrived, sales.abandoned, sales.longest_wait_ms) == (1, 1, 10_000)


def test_priority_changes_no_count() -> None:
    story = Story()
    story.tell(0, queued())
    story.tell(5, requeued("service", new_entry=False))
    assert (story.queue().arrived, story.queue().waiting) == (1, 1)


def test_refused_and_diverted() -> None:
    story = Story()
    story.tell(0, d.ContactRefused("b", "service", Refusal.FULL, None, "bridge/pbx"), queued())
    story.tell(
        90,
        d.ContactDiverted("c", "service", Refusal.WAITED_TOO_LONG, None, "bridge/pbx"),
        outcome(Disposition.DIVERTED, 0, None, 90),
    )
    counts = story.queue()
    assert (counts.arrived, counts.refused, counts.diverted, counts.waiting) == (1, 1, 1, 0)


def test_a_ghost_is_neither_abandoned_nor_waiting() -> None:
    story = Story()
    story.tell(0, queued())
    story.tell(90, outcome(Disposition.GHOST, 0, None, 90))
    assert (story.queue().removed, story.queue().abandoned, story.queue().waiting) == (1, 0, 0)


def test_several_contacts_at_once_count_once() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued("c"), queued("e"))
    story.tell(0, reserved("c"), now_in(S.TALK, "c"))
    story.tell(10, reserved("e"), now_in(S.TALK, "e"))
    story.tell(20, now_in(S.WRAP_UP, "c"))
    story.tell(30, now_in(S.CLOSED, "c"), now_in(S.HOLD, "e"))
    story.tell(35, now_in(S.CLOSED, "e"))
    story.tell(50)
    assert story.seconds(Activity.TALK) == 30
    assert story.seconds(Activity.HOLD) == 5
    assert story.seconds(Activity.WRAP_UP) == 0
    assert story.agent().occupancy_ratio == 35 / 50


def test_a_lost_agent_is_not_ready_until_back() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY))
    story.tell(10, d.AgentVanished("anna", START_MS + 70_000))
    story.tell(25, d.AgentReturned("anna", "agent/anna"))
    story.tell(30, state(AgentState.SIGNED_OUT))
    story.tell(90)
    assert story.agent().not_ready_ms == {"lost": 15_000}
    assert story.seconds(Activity.READY) == 15


def test_time_cut_off_from_the_broker_counts_for_nothing() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY))
    story.tell(10, d.TimersPaused())
    story.tell(70, d.TimersResumed(60_000))
    story.tell(75)
    assert story.seconds(Activity.READY) == 15


def test_time_the_engine_was_down_counts_for_nothing() -> None:
    story = Story()
    story.tell(0, state(AgentState.READY), queued())
    story.tell(10)
    story.tell(310, d.EpochBegan(2), d.TimersResumed(300_000))
    story.tell(315, reserved(), now_in(S.TALK))
    assert story.seconds(Activity.READY) == 15
    assert story.queue().asa_ms == 315_000  # the customer did wait


def test_time_never_goes_back() -> None:
    story = Story()
    story.tell(50, state(AgentState.READY), queued())
    story.tell(20, reserved(), now_in(S.TALK))
    assert story.queue().asa_ms == 0
    assert story.observer.now_ms == START_MS + 50_000


def test_limits_are_those_in_force_when_the_contact_entered() -> None:
    story = Story()
    story.tell(0, queued())
    strict = QueueSettings.model_validate(
        {"queue_id": "service", "service_level": {"threshold_ms": 1_000}}
    )
    settings = RoutingSettings(queues=[strict]).model_dump(mode="json")
    story.tell(5, d.ConfigurationApplied(settings), queued("e"))
    story.tell(15, reserved("c"), now_in(S.TALK, "c"), reserved("e"), now_in(S.TALK, "e"))
    assert (story.queue().accepted, story.queue().accepted_in_time) == (2, 1)


def test_half_hours_of_agents_are_cut_exactly() -> None:
    story = Story()
    story.tell(1790, state(AgentState.READY))
    story.tell(3700)
    pieces = story.observer.agents["anna"].half_hours(story.observer.now_ms)
    assert [sums.time_ms[Activity.READY] for _, sums in pieces] == [10_000, 1_800_000, 100_000]
