"""The demo's day against a real engine in this process: what callers and agents must live by."""

from collections import defaultdict
from pathlib import Path

import pytest

from bus.decision_messages import AgentStateChangedMessage, ProductsSelectedMessage
from bus.topics import Role
from contacts.vocabulary import AgentState, ReactionKind
from simulation.demo_customers import DemoCustomers
from simulation.demo_day import DemoDay
from simulation.demo_figures import queue_line, recorded_by_now, routed_figures
from simulation.demo_messages import PAUSE, agent_ready, service_completed
from simulation.demo_people import Caller, Doing
from simulation.demo_player import Player
from simulation.demo_settings import demo_settings
from simulation.demo_window import cut_plan, parse_clock
from simulation.recorded_plan import DayPlan, build_day_plan
from simulation.recorded_settings import midnight_ms
from tests.support.in_process_engine import InProcessEngine

DAY = "1999-02-01"
NOWHERE = ("127.0.0.1", 1)
ROUND = ProductsSelectedMessage


async def play(plan: DayPlan, *, with_marketing: bool = False) -> tuple[DemoDay, InProcessEngine]:
    settings = demo_settings(plan, NOWHERE, Path("unused.db"), with_marketing=with_marketing)
    engine = InProcessEngine(settings)
    day = DemoDay(plan, DemoCustomers(plan.date, plan.seed) if with_marketing else None)
    await Player(day, engine, midnight_ms(plan.date), speed=0).play()  # type: ignore[arg-type]
    return day, engine


@pytest.fixture(scope="module")
def plan() -> DayPlan:
    return build_day_plan(DAY, seed=10)


async def test_every_caller_is_answered_or_gives_up_exactly_when_patience_ends(
    plan: DayPlan,
) -> None:
    day, _ = await play(plan)
    assert len(day.callers) == plan.recorded.arrived
    for caller in day.callers.values():
        contact = caller.contact
        assert caller.gone_ms is not None
        if caller.answered_ms is None:
            assert caller.gone_ms == contact.at_ms + contact.patience_ms
        else:
            assert caller.answered_ms <= contact.at_ms + contact.patience_ms
            assert caller.gone_ms == caller.answered_ms + contact.service_ms
    assert all(agent.doing is Doing.AWAY for agent in day.agents.values())


async def test_the_day_resembles_the_record(plan: DayPlan) -> None:
    day, _ = await play(plan)
    routed = routed_figures(day.callers.values())
    recorded = plan.recorded
    assert routed.arrived == recorded.arrived == routed.answered + routed.abandoned
    assert routed.service_level_ratio == pytest.approx(recorded.service_level_ratio, abs=0.06)
    assert routed.asa_ms == pytest.approx(recorded.asa_ms, abs=8_000)
    assert routed.abandoned == pytest.approx(recorded.abandoned, abs=40)


@pytest.mark.parametrize("with_marketing", [False, True])
async def test_the_same_plan_gives_the_same_day(plan: DayPlan, with_marketing: bool) -> None:
    morning = cut_plan(plan, None, parse_clock("10:00"))
    (first, _), (second, _) = [await play(morning, with_marketing=with_marketing) for _ in "ab"]
    assert first.callers == second.callers
    if with_marketing:
        assert first.offers is not None
        assert second.offers is not None
        assert first.offers.day == second.offers.day


async def test_with_marketing_products_are_presented_when_the_load_permits(plan: DayPlan) -> None:
    day, engine = await play(plan, with_marketing=True)
    assert day.offers is not None
    marketing = day.offers.day
    rounds = [one.decision for one in engine.heard if isinstance(one.decision, ROUND)]
    assert len(rounds) == marketing.rounds > 30
    said = sum(marketing.reactions.values())
    assert said == sum(len(one.products) for one in rounds)
    assert marketing.presented == said - marketing.reactions[ReactionKind.NOT_PRESENTED]
    opened = sum(one.opened for one in marketing.half_hours.values())
    assert opened == marketing.rounds + sum(marketing.barred.values())
    longer = [
        caller
        for caller in day.callers.values()
        if caller.answered_ms is not None
        and caller.gone_ms != caller.answered_ms + caller.contact.service_ms
    ]
    assert len(longer) == marketing.rounds


async def test_a_caller_whose_agent_was_taken_over_leaves_when_served(plan: DayPlan) -> None:
    day = DemoDay(plan, DemoCustomers(plan.date, plan.seed))
    contact = plan.calls[0]
    day.callers[contact.contact_id] = Caller(contact, answered_ms=contact.at_ms, agent_id="a")
    asked = service_completed("a", contact.contact_id)
    [left] = day.refused(asked, contact.at_ms + 1)
    assert (left.type, left.fields["contact_id"]) == ("contact_ended", contact.contact_id)
    assert day.callers[contact.contact_id].gone_ms == contact.at_ms + 1
    assert day.refused(agent_ready("a"), contact.at_ms + 2) == []
    assert day.refusals == 2


async def test_marketing_hardly_costs_service(plan: DayPlan) -> None:
    with_it, without = [await play(plan, with_marketing=one) for one in (True, False)]
    levels = [
        routed_figures(day.callers.values()).service_level_ratio for day, _ in (with_it, without)
    ]
    assert levels[0] == pytest.approx(levels[1], abs=0.02)


async def test_pauses_are_postponed_by_work_and_never_shortened(plan: DayPlan) -> None:
    day, engine = await play(plan)
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    since: dict[str, int] = {}
    for role, decision in engine.heard:
        if role is not Role.AGENT or not isinstance(decision, AgentStateChangedMessage):
            continue
        at_ms = decision.at_ms - midnight_ms(DAY)
        if (decision.state, decision.reason) == (AgentState.NOT_READY, PAUSE):
            since[decision.agent_id] = at_ms
        elif decision.state is AgentState.READY and decision.agent_id in since:
            taken[decision.agent_id].append((since.pop(decision.agent_id), at_ms))
    assert sum(map(len, taken.values())) > 100
    for agent_id, agent in day.agents.items():
        pauses = list(agent.shift.pauses)
        for begin_ms, end_ms in taken[agent_id]:
            while begin_ms < end_ms:  # pauses that became due in one another follow one another
                pause = pauses.pop(0)
                assert begin_ms >= pause.due_ms - 1
                begin_ms = max(begin_ms, pause.due_ms) + pause.duration_ms
            assert begin_ms == end_ms
    assert not any(agent.contact_id for agent in day.agents.values())


async def test_agents_go_home_when_free_after_their_shift(plan: DayPlan) -> None:
    _, engine = await play(plan)
    shifts = {shift.agent_id: shift for shift in plan.shifts}
    gone = {
        decision.agent_id: decision.at_ms - midnight_ms(DAY)
        for _, decision in engine.heard
        if isinstance(decision, AgentStateChangedMessage)
        and decision.state is AgentState.SIGNED_OUT
    }
    assert gone.keys() == shifts.keys()
    at_work_at_the_end = max(gone.values())
    for agent_id, at_ms in gone.items():
        assert at_ms >= min(shifts[agent_id].until_ms, at_work_at_the_end)


async def test_live_figures_end_where_the_result_does(plan: DayPlan) -> None:
    day, _ = await play(cut_plan(plan, None, parse_clock("09:00")))
    end_ms = parse_clock("23:59")
    line, routed = queue_line(day.callers.values(), end_ms), routed_figures(day.callers.values())
    assert (line.waiting, line.talking, line.longest_ms) == (0, 0, 0)
    assert (line.arrived, line.answered, line.abandoned) == (
        routed.arrived,
        routed.answered,
        routed.abandoned,
    )
    assert (line.level_ratio, line.asa_ms) == (routed.service_level_ratio, routed.asa_ms)
    assert line.level_now_ratio is None
    assert recorded_by_now(day.plan.calls, end_ms) == day.plan.recorded
    assert recorded_by_now(day.plan.calls, 0).arrived == 0
