"""The plan of a day: what is recorded stays, what is estimated is honest and repeatable."""

import heapq
from dataclasses import replace
from pathlib import Path

import pytest

from simulation.recorded import load_calls
from simulation.recorded_figures import Fate, figures_of
from simulation.recorded_plan import WAIT_CREDIT_MS, DayPlan, build_day_plan
from simulation.recorded_rows import RecordError

DAY = "1999-02-01"
ARCHIVE = Path(__file__).parents[3] / "shared/data/anonymous-bank-1999-02-01--14.csv.gz"
WEEKDAYS = [f"1999-02-{day:02d}" for day in (1, 2, 3, 4, 7, 8, 9, 10, 11, 14)]


@pytest.fixture(scope="module")
def plan() -> DayPlan:
    return build_day_plan(DAY, seed=1)


def test_contacts_are_the_calls_that_arrived(plan: DayPlan) -> None:
    assert plan.recorded == figures_of(load_calls(DAY))
    assert len(plan.calls) == plan.recorded.arrived == 1481
    assert len({c.contact_id for c in plan.calls}) == 1481
    assert [c.at_ms for c in plan.calls] == sorted(c.at_ms for c in plan.calls)
    assert {c.queue_id for c in plan.calls} <= set(plan.queue_ids)
    answered = sum(c.recorded_fate is Fate.ANSWERED for c in plan.calls)
    assert answered == plan.recorded.answered


def test_recorded_facts_stay_and_patience_exceeds_the_recorded_wait(plan: DayPlan) -> None:
    recorded = {call.call_id: call for call in load_calls(DAY)}
    for contact in plan.calls:
        call = recorded[contact.contact_id]
        if contact.recorded_fate is Fate.ABANDONED:
            assert contact.patience_ms == call.wait_ms
        else:
            assert contact.patience_ms > call.wait_ms
        if contact.recorded_fate is Fate.ANSWERED and call.service_ms:
            assert contact.service_ms == call.service_ms
        assert contact.service_ms > 0


def test_only_priority_2_is_credited_with_waiting(plan: DayPlan) -> None:
    credits = {(c.priority, c.wait_credit_ms) for c in plan.calls}
    assert credits == {(0, 0), (1, 0), (2, WAIT_CREDIT_MS)}


def test_the_day_is_open_for_every_contact(plan: DayPlan) -> None:
    assert plan.open_hours.until_ms == 24 * 3_600_000
    assert 6.9 * 3_600_000 < plan.open_hours.from_ms == plan.calls[0].at_ms < 7 * 3_600_000


def test_the_seed_decides_everything_drawn(plan: DayPlan) -> None:
    assert build_day_plan(DAY, seed=1) == plan
    other = build_day_plan(DAY, seed=2)
    assert [c.patience_ms for c in other.calls] != [c.patience_ms for c in plan.calls]
    assert other.shifts == plan.shifts
    assert replace(other, seed=1, calls=plan.calls) == plan


def test_a_day_without_enough_hang_ups_is_refused(tmp_path: Path) -> None:
    from_package = Path(__file__).parents[2] / f"simulation/data/anonymous-bank-{DAY}.csv"
    lines = from_package.read_text().splitlines()
    few = tmp_path / "few.csv"
    few.write_text("\n".join(lines[:60]))
    with pytest.raises(RecordError, match=f"{DAY}: .*hang-ups are too few"):
        build_day_plan(DAY, 1, few)
    few.write_text("\n".join(lines[:6]))
    with pytest.raises(RecordError, match="none of the 5 calls"):
        build_day_plan(DAY, 1, few)


def test_the_plan_played_first_come_first_served_resembles_the_record(plan: DayPlan) -> None:
    level_ratio, asa_ms, abandoned = play(plan)
    assert level_ratio == pytest.approx(plan.recorded.service_level_ratio, abs=0.05)
    assert asa_ms == pytest.approx(plan.recorded.asa_ms, abs=8_000)
    assert abandoned == pytest.approx(plan.recorded.abandoned, abs=40)


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs the two-week archive of the record")
def test_the_same_rules_fit_every_weekday_of_the_two_weeks() -> None:
    level_errors, asa_errors = [], []
    for date in WEEKDAYS:
        day = build_day_plan(date, 1, ARCHIVE)
        level_ratio, asa_ms, _ = play(day)
        level_errors.append(level_ratio - day.recorded.service_level_ratio)
        asa_errors.append(asa_ms - day.recorded.asa_ms)
    assert max(map(abs, level_errors)) < 0.08
    assert max(map(abs, asa_errors)) < 15_000
    assert abs(sum(level_errors)) / len(WEEKDAYS) < 0.03
    assert abs(sum(asa_errors)) / len(WEEKDAYS) < 4_000


class FifoDay:
    """An independent, deliberately plain call centre: the longest wait first, credit included;
    the agent who has been idle longest; pauses begin when the contact in hand is done."""

    def __init__(self, plan: DayPlan) -> None:
        self.plan = plan
        self.waiting: set[int] = set()
        self.idle: dict[int, int] = {}
        self.pauses = {n: list(shift.pauses) for n, shift in enumerate(plan.shifts)}
        self.waits_ms: dict[int, int] = {}
        self.events = [(c.at_ms, "arrive", n) for n, c in enumerate(plan.calls)]
        for n, shift in enumerate(plan.shifts):
            self.events.append((shift.from_ms, "free", n))
            self.events += [(pause.due_ms, "pause", n) for pause in shift.pauses]
        heapq.heapify(self.events)

    def run(self) -> dict[int, int]:
        while self.events:
            now, kind, n = heapq.heappop(self.events)
            if kind == "arrive":
                self.arrive(now, n)
            elif kind == "hang up":
                self.waiting.discard(n)
            elif kind == "free" or n in self.idle:
                self.free(now, n)
        return self.waits_ms

    def arrive(self, now: int, n: int) -> None:
        self.waiting.add(n)
        contact = self.plan.calls[n]
        able = [
            (since, agent)
            for agent, since in self.idle.items()
            if contact.queue_id in self.plan.shifts[agent].skills
            and now < self.plan.shifts[agent].until_ms
        ]
        if able:
            self.serve(now, min(able)[1], n)
        else:
            heapq.heappush(self.events, (now + contact.patience_ms, "hang up", n))

    def free(self, now: int, agent: int) -> None:
        self.idle.pop(agent, None)
        shift, pauses = self.plan.shifts[agent], self.pauses[agent]
        if pauses and pauses[0].due_ms <= now:
            heapq.heappush(self.events, (now + pauses.pop(0).duration_ms, "free", agent))
        elif now < shift.until_ms:
            calls = self.plan.calls
            able = [n for n in self.waiting if calls[n].queue_id in shift.skills]
            if able:
                first = min(able, key=lambda n: (calls[n].at_ms - calls[n].wait_credit_ms, n))
                self.serve(now, agent, first)
            else:
                self.idle[agent] = now

    def serve(self, now: int, agent: int, n: int) -> None:
        self.idle.pop(agent, None)
        self.waiting.discard(n)
        contact = self.plan.calls[n]
        self.waits_ms[n] = now - contact.at_ms
        done_ms = now + contact.service_ms + self.plan.wrap_up_ms
        heapq.heappush(self.events, (done_ms, "free", agent))


def play(plan: DayPlan) -> tuple[float, float, int]:
    """Service level (20 s), ASA in ms and abandoned of a plain first-come-first-served day."""
    waits_ms = FifoDay(plan).run().values()
    arrived = len(plan.calls)
    in_time = sum(ms <= 20_000 for ms in waits_ms)
    return in_time / arrived, sum(waits_ms) / len(waits_ms), arrived - len(waits_ms)
