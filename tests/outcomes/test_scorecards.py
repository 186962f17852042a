"""Scorecards from a real engine's records in a real store: each figure against a story."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.scorecards import Sums
from config.base import DAY_MS
from config.routing import AgentSettings
from contacts.vocabulary import ReactionKind, Rejection, ScheduledActivity
from outcomes.scorecards import By, scorecard_sums
from outcomes.store import OutcomeStore
from router import events as e
from router.quality_events import ScheduledSpan, SchedulePublished, SurveyAnswered
from tests.router.test_marketing import Shop
from tests.support.chaos import chaotic_desk
from tests.support.desk import BRIDGE, MINUTE, START_MS, Desk, agent, queue

HOUR = 60 * MINUTE
WORK, BREAK = ScheduledActivity.WORK, ScheduledActivity.BREAK
OF_TIME = ("occupied_ms", "ready_ms", "scheduled_ms", "adhered_ms")


async def cards(desk: Desk, by: By = "agent", batches: int = 2) -> dict[str, Sums]:
    """Project the desk's records, each batch anew, and ask for everything until now."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.db"
        size = len(desk.records) // batches + 1
        for start in range(0, len(desk.records), size):
            store = await OutcomeStore.open(path)
            await store.project(desk.records[start : start + size])
            await store.close()
        store = await OutcomeStore.open(path)
        try:
            return await scorecard_sums(store, START_MS, desk.now_ms + 1, by)
        finally:
            await store.close()


def served(desk: Desk, contact_id: str, agent_id: str, **more: str) -> None:
    """One agent alone is ready; the customer comes and is served."""
    for one in ("anna", "ben"):
        desk.ready(one) if one == agent_id else desk.not_ready(one)
    desk.talk(contact_id, **more)
    desk.wait(MINUTE)
    desk.end(contact_id)


def passed(desk: Desk, ms: int) -> None:
    """Let time pass, and something be recorded at its end."""
    desk.wait(ms)
    desk.tell(e.QueueOpened, queue_id="sales")


# --- quality -------------------------------------------------------------------------------


async def test_who_comes_again_counts_for_who_handled_the_contact_before() -> None:
    desk = Desk(ready="anna ben")
    served(desk, "c1", "anna", customer_id="u1")
    desk.wait(3 * DAY_MS)
    served(desk, "c2", "ben", customer_id="u1")
    served(desk, "c3", "anna", customer_id="u2")
    served(desk, "c4", "anna")
    passed(desk, 8 * DAY_MS)
    served(desk, "c5", "ben", customer_id="u2")
    found = await cards(desk)
    assert (found["anna"].followed, found["anna"].recontacted) == (2, 1), "u2 came too late"
    assert (found["ben"].followed, found["ben"].recontacted) == (1, 0), "c5 is not over yet"
    assert found["anna"].recontacted_ratio == 0.5


async def test_until_the_window_is_over_nothing_is_said() -> None:
    desk = Desk(ready="anna ben")
    served(desk, "c1", "anna", customer_id="u1")
    served(desk, "c2", "anna", customer_id="u1")
    assert (await cards(desk))["anna"].recontacted_ratio is None


async def test_a_transferred_contact_is_no_second_one_and_counts_for_the_last_agent() -> None:
    desk = Desk(ready="anna ben")
    desk.not_ready("ben")
    desk.talk("c1", customer_id="u1")
    desk.ready("ben")
    desk.transfer("c1", to_agent_id="ben")
    desk.accept("c1")
    desk.end("c1")
    desk.tell(SurveyAnswered, contact_id="c1", score=2, source=BRIDGE)
    desk.tell(SurveyAnswered, contact_id="c1", score=3, source=BRIDGE)
    desk.tell(SurveyAnswered, contact_id="c1", score=10, least=0, most=10, question="nps")
    passed(desk, 8 * DAY_MS)
    found = await cards(desk)
    assert (found["anna"].transferred, found["anna"].followed) == (1, 0)
    assert (found["ben"].followed, found["ben"].recontacted) == (1, 0)
    assert (found["anna"].surveys, found["ben"].surveys) == (0, 2)
    assert found["ben"].satisfaction_ratio == pytest.approx((0.5 + 1.0) / 2), "the later one counts"
    assert found["anna"].satisfaction_ratio is None


async def test_who_lets_a_contact_ring_out() -> None:
    desk = Desk(ready="anna")
    desk.arrive("c1")
    desk.ring("c1")
    desk.wait(HOUR)
    desk.ready("anna")
    desk.accept("c1")
    [anna] = (await cards(desk)).values()
    assert (anna.rona, anna.answered, anna.rona_ratio) == (1, 1, 0.5)
    [by_queue] = (await cards(desk, "queue")).values()
    assert (by_queue.rona, by_queue.answered) == (1, 1)


async def test_reactions_to_what_might_not_be_presented_are_counted() -> None:
    shop = Shop(limits=[])
    products = shop.selected("c1")
    shop.present("c1")
    shop.react("c1", products[0], ReactionKind.DECLINED)
    shop.react("c1", "unheard-of", ReactionKind.ACCEPTED)
    shop.react("c1", "unheard-of", ReactionKind.NOT_PRESENTED)
    shop.end("c1")
    for by in ("agent", "queue"):
        found = await cards(shop, by)  # type: ignore[arg-type]
        assert sum(one.unpermitted for one in found.values()) == 1
    shop.wait(4_000 * DAY_MS)
    shop.react("c1", products[1], ReactionKind.DECLINED)
    assert shop.rejection is Rejection.PRODUCT_NOT_PRESENTED, "the engine has forgotten it"
    assert sum(one.unpermitted for one in (await cards(shop)).values()) == 1, "the store has not"
    [anna] = [one for one in (await cards(shop)).values() if one.presented]
    assert anna.presented - anna.reacted == len(products) - 1


# --- schedules -----------------------------------------------------------------------------


def scheduled(desk: Desk, agent_id: str, hours: float, *spans: tuple[float, float, object]) -> None:
    """Publish a schedule for the next hours, in hours from now."""
    at_ms = desk.now_ms
    desk.tell(
        SchedulePublished,
        agent_id=agent_id,
        from_ms=at_ms,
        until_ms=at_ms + round(hours * HOUR),
        spans=tuple(
            ScheduledSpan(at_ms + round(a * HOUR), at_ms + round(b * HOUR), activity)  # type: ignore[arg-type]
            for a, b, activity in spans
        ),
    )


async def test_adherence_is_the_share_of_scheduled_work_time_in_a_working_state() -> None:
    desk = Desk()
    scheduled(desk, "anna", 8, (0, 2, WORK), (2, 3, BREAK), (3, 4, WORK))
    desk.wait(HOUR // 2)
    desk.sign_in("anna")  # half an hour late
    desk.wait(HOUR)
    desk.not_ready("anna")  # half an hour early, and through the break
    desk.wait(round(1.5 * HOUR))
    desk.ready("anna")
    desk.talk("c1")
    desk.wait(HOUR // 2)
    desk.end("c1")
    anna = (await cards(desk))["anna"]
    assert anna.scheduled_ms == 2.5 * HOUR, "half an hour is still to come"
    assert anna.adhered_ms == 1.5 * HOUR
    assert anna.adherence_ratio == pytest.approx(0.6)


async def test_a_later_schedule_replaces_the_earlier_one_in_its_time_only() -> None:
    desk = Desk(ready="anna")
    scheduled(desk, "anna", 8, (0, 8, WORK))
    desk.wait(2 * HOUR)
    scheduled(desk, "anna", 4, (1, 2, BREAK))
    desk.wait(10 * HOUR)
    desk.not_ready("anna")
    anna = (await cards(desk))["anna"]
    assert anna.scheduled_ms == 4 * HOUR, "two before, and two after"
    assert anna.adherence_ratio == 1.0


async def test_time_the_engine_was_away_counts_for_and_against_nobody() -> None:
    desk = Desk(ready="anna")
    scheduled(desk, "anna", 4, (0, 4, WORK))
    desk.wait(HOUR)
    desk.tell(e.LinkLost)
    desk.wait(HOUR)
    desk.tell(e.LinkRestored)
    passed(desk, 2 * HOUR)
    anna = (await cards(desk))["anna"]
    assert (anna.scheduled_ms, anna.adhered_ms) == (3 * HOUR, 3 * HOUR)


# --- teams, and sums that add up ------------------------------------------------------------


def in_team(agent_id: str, team: str) -> AgentSettings:
    return agent(agent_id).model_copy(update={"team": team})


async def test_an_agent_counts_for_the_team_of_that_time() -> None:
    desk = Desk(agents=[in_team("anna", "north"), in_team("ben", "south")], ready="anna ben")
    served(desk, "c1", "anna")
    desk.configure(queue(), agents=[in_team("anna", "south"), in_team("ben", "south")])
    served(desk, "c2", "anna")
    served(desk, "c3", "ben")
    scheduled(desk, "carla", 1, (0, 1, WORK))
    desk.configure(queue(), agents=[in_team("carla", "south")])
    desk.wait(HOUR)
    desk.sign_in("carla")
    found = await cards(desk, "team", batches=len(desk.records))
    assert (found["south"].scheduled_ms, found["south"].adhered_ms) == (HOUR, 0), "late, but south"
    assert {name: one.handled for name, one in found.items()} == {"north": 1, "south": 2}


def added(found: dict[str, Sums]) -> Sums:
    whole = Sums()
    for one in found.values():
        whole.merge(one)
    return whole


@given(seed=st.integers(0, 2**32))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_agents_teams_and_queues_add_up_to_the_same(seed: int) -> None:
    desk = chaotic_desk(seed, steps=500)
    agents, teams, queues = [added(await cards(desk, by)) for by in ("agent", "team", "queue")]
    assert agents.handled > 0
    for name in Sums.__dataclass_fields__:
        of_agents = getattr(agents, name)
        assert getattr(teams, name) == pytest.approx(of_agents), name
        if name not in OF_TIME:
            assert getattr(queues, name) == pytest.approx(of_agents), name
    assert agents.expected == pytest.approx(agents.accepted)
