"""The gate in the engine: prices, overrides, emergencies and guard rails."""

from __future__ import annotations

import pytest

from bus.words import GATE_CHINESE, GATE_ENGLISH, gate_sentence
from config.gate import GateSettings
from config.routing import QueueSettings, RoutingSettings
from contacts.vocabulary import Mode
from queues.price_grid import PriceGrid
from router import decisions as d
from router import events as e
from router.engine import Engine
from router.snapshot import dump_state, load_state


class Centre:
    """Queues with a gate each, and agents a1, a2, ... who have every skill."""

    def __init__(self, agents: int, **gates: GateSettings) -> None:
        self.engine = Engine()
        self.now_ms = 1_000_000
        self.events = 0
        queues = [
            QueueSettings(queue_id=name, requires={name: 1}, gate=gate)
            for name, gate in gates.items()
        ]
        self.send(
            e.ConfigurationChanged,
            settings=RoutingSettings(queues=queues).model_dump(mode="json"),
        )
        for number in range(1, agents + 1):
            skills = dict.fromkeys(gates, 5)
            self.send(e.AgentSignedIn, agent_id=f"a{number}", ready=True, skills=skills)

    def send(self, kind: type[e.Event], **fields: object) -> list[d.AnyDecision]:
        self.events += 1
        event = kind(event_id=f"e{self.events}", at_ms=self.now_ms, **fields)  # type: ignore[call-arg]
        return list(self.engine.handle(event))  # type: ignore[arg-type]

    def talk(self, contact: str, queue: str = "q", **fields: object) -> str:
        """A contact arrives and is taken at once; return the agent's id."""
        decisions = self.send(e.ContactArrived, contact_id=contact, queue_id=queue, **fields)
        reserved = decisions[-1]
        assert isinstance(reserved, d.ContactReserved)
        self.send(e.ReservationAccepted, contact_id=contact, agent_id=reserved.agent_id)
        return reserved.agent_id

    def wait(self, contact: str, queue: str = "q") -> None:
        self.send(e.ContactArrived, contact_id=contact, queue_id=queue)

    def complete(self, contact: str, agent: str) -> d.MarketingDecided:
        decisions = self.send(e.ServiceCompleted, contact_id=contact, agent_id=agent)
        (answer,) = [one for one in decisions if isinstance(one, d.MarketingDecided)]
        state = self.engine.state.agents[agent].assignments[contact].state
        assert (state == "marketing") is answer.granted
        return answer


@pytest.mark.parametrize(("policy", "granted"), [("never", False), ("always", True)])
def test_never_and_always(policy: str, granted: bool) -> None:
    centre = Centre(1, q=GateSettings.model_validate({"policy": policy}))
    answer = centre.complete("c1", centre.talk("c1"))
    assert (answer.granted, answer.reason) == (granted, f"policy_{policy}")


@pytest.mark.parametrize(
    ("threshold", "agents", "waiting", "granted"),
    [(-1, 2, 0, True), (-1, 1, 0, False), (0, 1, 0, True), (0, 1, 1, False), (1, 1, 1, True)],
)
def test_threshold_counts_waiting_less_idle(
    threshold: int, agents: int, waiting: int, granted: bool
) -> None:
    centre = Centre(agents, q=GateSettings(policy="threshold", threshold=threshold))
    agent = centre.talk("c1")
    for number in range(waiting):
        centre.wait(f"w{number}")
    answer = centre.complete("c1", agent)
    assert answer.granted is granted
    assert (answer.waiting, answer.idle) == (waiting, agents - 1)


def test_optimal_compares_the_customers_value_with_the_price() -> None:
    centre = Centre(2, q=GateSettings(policy="optimal", value_milli=1_000))
    prices = PriceGrid(loads=(-2, -1, 0), marketing=(0,), rows_milli=((100,), (900,), (1_500,)))
    centre.send(e.PricesComputed, queue_id="q", prices=prices, basis={})
    agent = centre.talk("poor", value_milli=800)
    assert not centre.complete("poor", agent).granted
    centre.send(e.ContactEnded, contact_id="poor")
    centre.send(e.WrapUpCompleted, contact_id="poor", agent_id=agent)
    agent = centre.talk("usual")
    answer = centre.complete("usual", agent)
    assert (answer.granted, answer.price_milli, answer.value_milli) == (True, 900, 1_000)


def test_optimal_needs_an_idle_agent_until_prices_are_known() -> None:
    centre = Centre(1, q=GateSettings())
    assert not centre.complete("c1", centre.talk("c1")).granted


def test_an_agent_with_several_skills_answers_to_the_tightest_queue() -> None:
    gate = GateSettings(policy="threshold", threshold=0)
    centre = Centre(1, calm=gate, busy=gate)
    agent = centre.talk("c1", "calm")
    centre.wait("w1", "busy")
    answer = centre.complete("c1", agent)
    assert (answer.granted, answer.queue_id, answer.waiting) == (False, "busy", 1)


def test_hysteresis_keeps_its_state_between_its_marks() -> None:
    centre = Centre(2, q=GateSettings(policy="hysteresis", open_at_idle=2, close_at_waiting=1))
    assert centre.engine.state.queues["q"].gate.is_latched_open
    first, second = centre.talk("c1"), centre.talk("c2")
    assert centre.complete("c1", first).granted
    centre.wait("w1")
    assert not centre.complete("c2", second).granted
    centre.send(e.ContactEnded, contact_id="w1")
    assert not centre.engine.state.queues["q"].gate.is_latched_open


def test_a_supervisors_word_holds_until_it_expires_and_survives_a_restart() -> None:
    centre = Centre(3, q=GateSettings(policy="never"))
    centre.send(e.GateOverridden, queue_id="q", mode=Mode.MARKETING, for_ms=60_000, source="boss")
    centre.engine = Engine(load_state(dump_state(centre.engine.state)))
    answer = centre.complete("c1", centre.talk("c1"))
    assert (answer.granted, answer.reason) == (True, "supervisor_marketing")
    centre.now_ms += 60_000
    assert not centre.complete("c2", centre.talk("c2")).granted


def test_a_word_for_one_queue_goes_before_that_for_all() -> None:
    always = GateSettings(policy="always")
    centre = Centre(2, q=always, other=always)
    centre.send(e.GateOverridden, mode=Mode.SERVING)
    centre.send(e.GateOverridden, queue_id="q", mode=Mode.MARKETING)
    assert centre.complete("c1", centre.talk("c1", "q")).granted
    assert not centre.complete("c2", centre.talk("c2", "other")).granted


def test_an_emergency_closes_everywhere_and_warns_those_who_market() -> None:
    centre = Centre(2, q=GateSettings(policy="always"))
    agent = centre.talk("c1")
    centre.complete("c1", agent)
    decisions = centre.send(e.EmergencyDeclared, reason="card_breach")
    assert d.MarketingClosing("c1", agent, "emergency") in decisions
    assert centre.engine.state.agents[agent].assignments["c1"].state == "marketing"
    answer = centre.complete("c2", centre.talk("c2"))
    assert (answer.granted, answer.reason) == (False, "emergency")
    centre.send(e.EmergencyCleared)
    centre.send(e.ContactEnded, contact_id="c2")
    centre.send(e.WrapUpCompleted, contact_id="c2", agent_id="a2")
    assert centre.complete("c3", centre.talk("c3")).granted


def test_panels_are_taken_away_where_that_is_set() -> None:
    centre = Centre(1, q=GateSettings(policy="always", closes_panels=True))
    agent = centre.talk("c1")
    centre.complete("c1", agent)
    centre.send(e.GateOverridden, mode=Mode.SERVING)
    assert centre.engine.state.agents[agent].assignments["c1"].state == "talk"


def test_a_guard_rail_closes_and_opens_again() -> None:
    centre = Centre(3, q=GateSettings(policy="always"))
    centre.send(e.GuardChanged, queue_id="q", closed_by="service_level", measured=0.7, limit=0.8)
    answer = centre.complete("c1", centre.talk("c1"))
    assert (answer.granted, answer.reason) == (False, "guard_service_level")
    centre.send(e.GuardChanged, queue_id="q")
    assert centre.complete("c2", centre.talk("c2")).granted


def test_a_customer_who_may_not_be_marketed_to() -> None:
    centre = Centre(2, q=GateSettings(policy="always"))
    answer = centre.complete("c1", centre.talk("c1", may_market=False))
    assert (answer.granted, answer.reason) == (False, "customer_excluded")


def test_without_the_link_the_load_is_unknown() -> None:
    centre = Centre(2, q=GateSettings(policy="always"))
    agent = centre.talk("c1")
    centre.send(e.LinkLost)
    assert centre.complete("c1", agent).reason == "load_unknown"


def test_a_bridge_that_falls_silent_leaves_the_load_unknown() -> None:
    centre = Centre(3, q=GateSettings(policy="always"))
    centre.send(e.BridgeFellSilent, bridge="bridge/pbx")
    assert centre.send(e.BridgeFellSilent, bridge="bridge/pbx") == []
    centre.engine = Engine(load_state(dump_state(centre.engine.state)))
    answer = centre.complete("c1", centre.talk("c1"))
    assert (answer.granted, answer.reason) == (False, "load_unknown")
    centre.send(e.GateOverridden, mode=Mode.MARKETING)
    assert centre.complete("c2", centre.talk("c2")).granted
    centre.send(e.GateOverridden)
    centre.send(e.BridgeHeard, bridge="bridge/pbx")
    assert centre.complete("c3", centre.talk("c3")).granted


def test_a_new_leader_expects_no_heartbeat_it_has_not_heard() -> None:
    centre = Centre(1, q=GateSettings(policy="always"))
    centre.send(e.BridgeFellSilent, bridge="bridge/pbx")
    centre.send(e.EngineStarted, epoch=2)
    assert centre.complete("c1", centre.talk("c1")).granted


def test_where_desktops_cannot_say_when_service_is_complete_the_answer_comes_at_once() -> None:
    centre = Centre(2, q=GateSettings(policy="always", decided_at="acceptance"))
    centre.send(e.ContactArrived, contact_id="c1", queue_id="q")
    decisions = centre.send(e.ReservationAccepted, contact_id="c1", agent_id="a1")
    [answer] = [one for one in decisions if isinstance(one, d.MarketingDecided)]
    assert (answer.granted, answer.is_forecast) == (True, True)
    assert centre.engine.state.agents["a1"].assignments["c1"].state == "talk"
    centre.now_ms += 90_000
    centre.send(e.ContactEnded, contact_id="c1", marketing_ms=30_000)
    centre.now_ms += 5_000
    [outcome] = centre.send(e.WrapUpCompleted, contact_id="c1", agent_id="a1")[:1]
    assert isinstance(outcome, d.OutcomeRecorded)
    assert (outcome.talk_ms, outcome.marketing_ms, outcome.wrap_up_ms) == (60_000, 30_000, 5_000)
    assert outcome.mode is Mode.MARKETING


def test_no_more_marketing_is_reported_than_there_was_talk() -> None:
    centre = Centre(1, q=GateSettings(policy="never"))
    centre.talk("c1")
    centre.now_ms += 10_000
    decisions = centre.send(e.ContactEnded, contact_id="c1", marketing_ms=99_000)
    assert decisions[0] == d.MarketingReported("c1", "a1", 10_000)
    centre.wait("c2")
    assert d.MarketingReported not in map(
        type, centre.send(e.ContactEnded, contact_id="c2", marketing_ms=5_000)
    )


def test_a_price_list_that_cannot_be_is_refused() -> None:
    centre = Centre(1, q=GateSettings())
    broken = PriceGrid(loads=(0, 1), marketing=(0,), rows_milli=((1,),))
    [refused] = centre.send(e.PricesComputed, queue_id="q", prices=broken, basis={})
    assert isinstance(refused, d.EventRejected)
    assert (refused.reason, refused.have) == (
        "prices_invalid",
        "rows_milli must be 2 rows of 1 prices",
    )


def test_a_decision_in_words() -> None:
    assert gate_sentence(False, "policy_optimal", 2, 0) == (
        "2 waiting, 0 idle: serving (by what the agents' time is worth now)"
    )
    assert set(GATE_ENGLISH) == set(GATE_CHINESE)
