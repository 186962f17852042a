"""The price watch: from the engine's decisions to the models that are to be solved."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.vocabulary import AssignmentState
from gate.model import GateModel
from gate.observed import Times
from gate.values import EqualValues, SampledValues
from queues.price_grid import PriceGrid
from router import events as e
from router.price_watch import CHECK_EVERY_MS, PriceWatch, servers
from router.queue_estimates import values_of
from tests.support.desk import MINUTE, SECOND, Desk, agent, always, queue

GATE: dict[str, Any] = {"policy": "optimal", "expected_service_ms": 100_000}
BOTH = {"cards": 5, "loans": 5}


class Watched(Desk):
    """A desk whose decisions a price watch follows."""

    def __init__(self, *queues: Any, **agents: dict[str, int]) -> None:
        self.watch = PriceWatch()
        people = [agent(name, **skills) for name, skills in agents.items()]
        super().__init__(*queues, agents=people, ready=" ".join(agents))

    def keep(self, event: e.AnyEvent) -> None:
        super().keep(event)
        self.watch.take(self.decisions, self.now_ms)

    def models(self) -> dict[str, GateModel]:
        found = self.watch.models(self.engine.state, self.now_ms)
        return {one.queue_id: one.model for one in found}

    def wanted(self) -> list[str]:
        return [one.queue_id for one in self.watch.wanted(self.engine.state, self.now_ms)]

    def serve(self, number: int, talk_ms: int, marketing_ms: int = 0) -> None:
        """Contacts come one after the other and are served at once."""
        for n in range(number):
            contact_id = f"c{self.now_ms}-{n}"
            self.tell(e.ContactArrived, contact_id=contact_id, queue_id="cards", value_milli=None)
            who = self.engine.state.contacts[contact_id].agent_id
            hers = {"contact_id": contact_id, "agent_id": who}
            self.tell(e.ReservationAccepted, **hers)
            self.wait(talk_ms)
            if marketing_ms:
                self.tell(e.ServiceCompleted, **hers)
                assert self.engine.state.agents[str(who)].assignments[contact_id].state is (
                    AssignmentState.MARKETING
                )
                self.wait(marketing_ms)
            self.tell(e.ContactEnded, contact_id=contact_id)


def cards(**gate: Any) -> Any:
    return queue("cards", requires={"cards": 1}, gate={**GATE, **gate})


def test_nothing_is_wanted_without_the_policy_or_without_agents() -> None:
    assert Watched(cards(policy="threshold"), anna=BOTH).wanted() == []
    assert Watched(cards()).wanted() == []


def test_before_anything_was_seen_the_expected_times_count() -> None:
    model = Watched(cards(), anna=BOTH, ben=BOTH).models()["cards"]
    assert model.agents == 2
    assert model.service_ms == pytest.approx(100_000, rel=0.05)
    assert model.marketing_ms == pytest.approx(60_000, rel=0.05)
    assert model.patience_ms == pytest.approx(180_000, rel=0.05)
    assert model.load_ratio == pytest.approx(0.8, rel=0.02)
    assert model.values == EqualValues(1.0)


def test_what_was_seen_counts_more_and_more() -> None:
    desk = Watched(cards(), anna=BOTH)
    desk.engine.gate = always
    desk.serve(180, talk_ms=12 * SECOND, marketing_ms=8 * SECOND)
    model = desk.models()["cards"]
    assert model.service_ms == pytest.approx((20 * 100_000 + 180 * 12_000) / 200, rel=0.03)
    assert model.marketing_ms == pytest.approx((20 * 60_000 + 180 * 8_000) / 200, rel=0.03)
    assert model.arrivals_per_hour == pytest.approx(180, rel=0.06)


def test_patience_counts_the_waits_of_all_and_those_who_gave_up() -> None:
    desk = Watched(cards(), anna=BOTH)
    desk.tell(e.ContactArrived, contact_id="served", queue_id="cards")
    for n in range(40):
        desk.tell(e.ContactArrived, contact_id=f"w{n}", queue_id="cards")
        desk.wait(30 * SECOND)
        desk.tell(e.ContactEnded, contact_id=f"w{n}")
    patience_ms = desk.models()["cards"].patience_ms
    assert patience_ms == pytest.approx((40 * 30_000 + 5 * 180_000) / 45, rel=0.05)


def test_new_prices_are_due_in_time_and_when_staffing_changes() -> None:
    desk = Watched(cards(recompute_ms=180_000), anna=BOTH, ben=BOTH)
    assert desk.wanted() == ["cards"]
    desk.wait(CHECK_EVERY_MS)
    assert desk.wanted() == []
    desk.serve(9, talk_ms=20 * SECOND)
    assert desk.wanted() == ["cards"]
    desk.tell(e.AgentNotReady, agent_id="ben", reason="lunch")
    assert desk.wanted() == [], "looked at every ten seconds only"
    desk.wait(CHECK_EVERY_MS)
    assert desk.wanted() == ["cards"]
    desk.wait(CHECK_EVERY_MS)
    assert desk.wanted() == []


def test_agents_with_several_skills_are_shared_out_by_load() -> None:
    loans = queue("loans", requires={"loans": 1}, gate=GATE)
    people = dict.fromkeys(("anna", "ben", "cleo", "dan"), BOTH)
    desk = Watched(cards(), loans, **people)
    for n in range(30):
        desk.tell(e.ContactArrived, contact_id=f"c{n}", queue_id="cards" if n % 3 else "loans")
        desk.wait(MINUTE)
    models = desk.models()
    assert (models["cards"].agents, models["loans"].agents) == (3, 1)
    assert models["cards"].load_ratio == pytest.approx(models["loans"].load_ratio, rel=0.1)


def test_chats_count_by_the_agents_capacity() -> None:
    chat = queue("chat", channel="chat", requires={"cards": 1})
    desk = Watched(chat, anna={"cards": 5}, ben={"cards": 5})
    assert servers(desk.engine.state) == [(6.0, ("chat",))]
    desk.configure(chat, cards(), agents=list(desk.engine.state.settings.agents))
    assert sorted(servers(desk.engine.state)) == [(1.0, ("cards",)), (3.0, ("chat",))]


def test_what_is_known_from_before_counts_and_fades() -> None:
    desk = Watched(cards(), anna=BOTH)
    desk.watch.remember("cards", Times(served=180, service_ms=180 * 50_000), desk.now_ms)
    assert desk.models()["cards"].service_ms == pytest.approx(55_000, rel=0.05)
    desk.wait(24 * 60 * MINUTE)
    faded = (90 * 50_000 + 20 * 100_000) / 110
    assert desk.models()["cards"].service_ms == pytest.approx(faded, rel=0.05)


def test_values_are_those_of_recent_contacts() -> None:
    assert values_of([], 700) == EqualValues(0.7)
    assert values_of([None, None], 700) == EqualValues(0.7, 0.0)
    assert values_of([-1, None, -1, 700], 700) == EqualValues(0.7, 0.75)
    assert values_of([-1, 2_000, None, 0], 700) == SampledValues((0.0, 0.7, 2.0), 0.75)


def test_arrivals_after_what_is_known_from_before_count_from_that_moment() -> None:
    desk = Watched(cards(), anna=BOTH)
    desk.watch = PriceWatch()
    desk.watch.remember("cards", Times(served=180, service_ms=180 * 20_000), desk.now_ms)
    desk.serve(90, talk_ms=20 * SECOND)
    assert desk.models()["cards"].arrivals_per_hour == pytest.approx(180, rel=0.06)


def test_a_queue_without_prices_is_asked_for_again() -> None:
    desk = Watched(cards(recompute_ms=180_000), anna=BOTH)
    desk.serve(1, talk_ms=SECOND)
    assert desk.wanted() == ["cards"]
    frozen = desk.watch.models(desk.engine.state, desk.now_ms)
    desk.watch.models = lambda _state, _now_ms: frozen  # type: ignore[method-assign]
    desk.wait(CHECK_EVERY_MS)
    assert desk.wanted() == []
    desk.wait(170 * SECOND)
    assert desk.wanted() == ["cards"]
    grid = PriceGrid(loads=(0,), marketing=(0,), rows_milli=((500,),))
    desk.tell(e.PricesComputed, queue_id="cards", prices=grid, patience_mean_ms=1, basis="tested")
    desk.wait(180 * SECOND)
    assert desk.wanted() == []
