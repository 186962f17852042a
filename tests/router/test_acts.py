"""Acts from the page: a supervisor's on agents, queues, gate and alarms, and who did them."""

from __future__ import annotations

from contacts.vocabulary import AtClosing, Mode, Rejection
from router import decisions as d
from router import events as e
from router.apply import apply_record
from router.snapshot import dump_state, load_state
from router.state import ALARMS_KEPT, RoutingState
from tests.support.desk import BRIDGE, MINUTE, Desk, agent, queue

ZOE = "supervisor/zoe"
TIMED = {"kind": "timed", "duration_ms": 30_000}
NIGHT = {"closed": "night"}


def two_trades(ready: str = "anna ben") -> Desk:
    """Return a desk where anna serves sales and ben serves help."""
    return Desk(
        queue("sales", requires={"sales": 1}),
        queue("help", requires={"help": 1}),
        agents=[agent("anna", sales=3), agent("ben", help=1)],
        ready=ready,
    )


def give(desk: Desk, agent_id: str, **skills: int) -> None:
    """Zoe gives the agent other skills."""
    desk.tell(e.AgentSkillsChanged, agent_id=agent_id, skills=skills, source=ZOE)


def restored(desk: Desk) -> RoutingState:
    """The state as a restart knows it: the same from a snapshot as from the records."""
    replayed = RoutingState()
    for record in desk.records:
        apply_record(replayed, record)
    assert dump_state(load_state(dump_state(desk.state))) == dump_state(replayed)
    return replayed


# --- an agent's state ----------------------------------------------------------------------


def test_a_supervisor_sets_an_agent_not_ready_and_ready() -> None:
    desk = Desk(ready="anna")
    desk.tell(e.AgentNotReady, agent_id="anna", reason="training", source=ZOE)
    assert desk.said(d.AgentStateChanged)[0].by == ZOE
    assert (desk.doing("anna"), desk.agent("anna").state_by) == ("not_ready: training", ZOE)
    assert restored(desk).agents["anna"].state_by == ZOE
    desk.tell(e.AgentReady, agent_id="anna", source=ZOE)
    assert (desk.doing("anna"), desk.agent("anna").state_by) == ("ready", ZOE)
    desk.not_ready("anna", "lunch")
    assert (desk.doing("anna"), desk.agent("anna").state_by) == ("not_ready: lunch", None)


def test_with_a_contact_in_hand_not_ready_comes_after_it_and_is_still_the_supervisors() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.tell(e.AgentNotReady, agent_id="anna", reason="training", source=ZOE)
    assert desk.doing("anna") == "not_ready_after_contact: training"
    assert desk.where("c1") == "anna talk"
    desk.end("c1")
    assert (desk.doing("anna"), desk.agent("anna").state_by) == ("not_ready: training", ZOE)
    desk.ready("anna")
    assert desk.doing("anna") == "ready", "the agent may change it again"


def test_being_made_ready_the_agent_is_offered_who_waits() -> None:
    desk = Desk()
    desk.sign_in("anna", ready=False)
    desk.arrive("c1")
    desk.tell(e.AgentReady, agent_id="anna", source=ZOE)
    assert desk.where("c1") == "anna reserved"


def test_a_supervisor_takes_back_a_sign_out_that_is_under_way() -> None:
    desk = Desk(ready="anna")
    desk.talk("c1")
    desk.force_out("anna")
    assert desk.said(d.AgentStateChanged)[0].by == "supervisor/sam"
    desk.tell(e.AgentReady, agent_id="anna", source=ZOE)
    desk.end("c1")
    assert desk.doing("anna") == "ready"


def test_only_signed_in_agents_and_the_reserved_reason_is_nobodys() -> None:
    desk = Desk()
    desk.tell(e.AgentReady, agent_id="anna", source=ZOE)
    assert desk.rejection is Rejection.AGENT_UNKNOWN
    desk.sign_in("anna")
    desk.tell(e.AgentNotReady, agent_id="anna", reason="supervisor", source=ZOE)
    assert desk.rejection is Rejection.STATE_FORBIDS
    desk.sign_out("anna")
    desk.tell(e.AgentReady, agent_id="anna", source=ZOE)
    assert desk.rejection is Rejection.AGENT_NOT_SIGNED_IN
    give(desk, "anna", sales=1)
    assert desk.rejection is Rejection.AGENT_NOT_SIGNED_IN


def test_the_bridge_that_signed_the_agent_in_is_told() -> None:
    desk = Desk()
    desk.tell(e.AgentSignedIn, agent_id="anna", ready=True, source=BRIDGE)
    desk.tell(e.AgentNotReady, agent_id="anna", reason="training", source=ZOE)
    assert desk.said(d.AgentStateChanged)[0].bridge == BRIDGE
    desk.tell(e.AgentReady, agent_id="anna", source=BRIDGE)
    assert desk.said(d.AgentStateChanged)[0].bridge == ""


# --- an agent's skills ---------------------------------------------------------------------


def test_other_skills_open_other_queues_at_once() -> None:
    desk = two_trades(ready="anna")
    desk.arrive("c1", "help")
    assert desk.where("c1") == "waiting"
    give(desk, "anna", help=1)
    assert desk.where("c1") == "anna reserved"
    desk.arrive("c2", "sales")
    desk.accept("c1")
    desk.end("c1")
    assert desk.where("c2") == "waiting", "sales is not hers any more"
    give(desk, "anna")
    assert desk.where("c2") == "anna reserved"
    assert (desk.agent("anna").skills, desk.agent("anna").own_skills) == ({"sales": 3}, None)


def test_what_is_in_hand_or_rings_stays() -> None:
    desk = two_trades()
    desk.talk("c1", "sales")
    desk.arrive("c2", "help")
    give(desk, "anna", help=1)
    give(desk, "ben", sales=1)
    assert (desk.where("c1"), desk.where("c2")) == ("anna talk", "ben reserved")
    assert not desk.said(d.ReservationWithdrawn)
    desk.end("c1")
    assert desk.outcomes("c1")[0].queue_id == "sales"


def test_given_skills_last_until_sign_out_and_outlive_a_reload_and_a_restart() -> None:
    desk = two_trades(ready="anna")
    give(desk, "anna", help=1)
    desk.configure(
        queue("sales", requires={"sales": 1}),
        queue("help", requires={"help": 1}),
        agents=[agent("anna", sales=9)],
    )
    her = restored(desk).agents["anna"]
    assert (her.skills, her.own_skills) == ({"help": 1}, {"sales": 9})
    give(desk, "anna", help=5)
    give(desk, "anna")
    assert desk.agent("anna").skills == {"sales": 9}
    give(desk, "anna", help=1)
    desk.sign_out("anna")
    desk.sign_in("anna")
    assert (desk.agent("anna").skills, desk.agent("anna").own_skills) == ({"sales": 9}, None)


def test_an_unlisted_agent_goes_back_to_the_skills_of_the_sign_in() -> None:
    desk = Desk(queue("sales", requires={"sales": 1}))
    desk.sign_in("temp", skills={"sales": 2})
    give(desk, "temp", help=1)
    give(desk, "temp")
    assert desk.agent("temp").skills == {"sales": 2}
    give(desk, "temp")
    assert desk.decisions == [], "giving back what was not taken changes nothing"


def test_skill_sets_that_nobody_has_any_more_are_forgotten() -> None:
    desk = two_trades(ready="anna")
    line = desk.state.queues["help"].lines[""]
    before = len(line.candidates)
    for level in range(1, 10):
        give(desk, "anna", help=level)
    assert len(line.candidates) == before + 1
    give(desk, "anna")
    assert len(line.candidates) == before


def test_a_gate_with_hysteresis_opens_for_the_agent_who_comes() -> None:
    gated = queue("sales", requires={"sales": 1}, gate={"policy": "hysteresis"})
    desk = Desk(gated, agents=[agent("anna", help=1)], ready="anna")
    assert not desk.state.queues["sales"].gate.is_latched_open
    give(desk, "anna", sales=1)
    assert desk.state.queues["sales"].gate.is_latched_open


# --- queues, gate, emergency, alarms -------------------------------------------------------


def test_closing_says_what_happens_to_those_who_wait() -> None:
    desk = Desk(queue(destinations=NIGHT), queue("help", at_closing="divert", destinations=NIGHT))
    desk.arrive("c1", "sales")
    desk.arrive("c2", "help")
    desk.tell(e.QueueClosed, queue_id="sales", at_closing=AtClosing.DIVERT)
    desk.tell(e.QueueClosed, queue_id="help", at_closing=AtClosing.SERVE)
    diverted = [one for one in desk.wait(1) if isinstance(one, d.ContactDiverted)]
    assert [(one.contact_id, one.destination) for one in diverted] == [("c1", "night")]
    assert desk.where("c2") == "waiting"
    assert restored(desk).queues["help"].at_closing is AtClosing.SERVE
    desk.tell(e.QueueClosed, queue_id="help", at_closing=AtClosing.DIVERT)
    desk.wait(1)
    assert desk.where("c2") == "gone", "closed already, it changes what happens to those who wait"


def test_opening_ends_what_was_said_at_closing() -> None:
    desk = Desk(queue(destinations=NIGHT))
    desk.tell(e.QueueClosed, queue_id="sales", at_closing=AtClosing.DIVERT)
    desk.tell(e.QueueOpened, queue_id="sales")
    desk.arrive("c1")
    desk.tell(e.QueueClosed, queue_id="sales")
    desk.wait(MINUTE)
    assert desk.where("c1") == "waiting", "the queue's own setting is to serve them"


def test_the_state_knows_who_forced_the_gate_and_until_when() -> None:
    desk = Desk()
    desk.tell(e.GateOverridden, queue_id="sales", mode=Mode.SERVING, for_ms=5 * MINUTE, source=ZOE)
    word = restored(desk).override("sales")
    assert word is not None
    assert (word.mode, word.by, word.until_ms) == (Mode.SERVING, ZOE, desk.now_ms + 5 * MINUTE)


def test_the_state_knows_who_declared_an_emergency_and_since_when() -> None:
    desk = Desk()
    since_ms = desk.now_ms
    desk.tell(e.EmergencyDeclared, reason="flood", source=ZOE)
    desk.wait(MINUTE)
    desk.tell(e.EmergencyDeclared, reason="fire", source="supervisor/sam")
    state = restored(desk)
    assert (state.emergency, state.emergency_by) == ("fire", "supervisor/sam")
    assert state.emergency_since_ms == since_ms
    desk.tell(e.EmergencyCleared, source=ZOE)
    state = restored(desk)
    assert (state.emergency, state.emergency_since_ms) == (None, None)


def test_an_alarm_is_acknowledged_by_the_first_and_the_newest_are_kept() -> None:
    desk = Desk()
    for number in range(ALARMS_KEPT + 5):
        desk.tell(e.AlarmAcknowledged, alarm_id=f"rona:{number}", source=ZOE)
    at_ms = desk.now_ms
    desk.wait(MINUTE)
    desk.tell(e.AlarmAcknowledged, alarm_id="rona:7", source="supervisor/sam")
    assert desk.decisions == []
    alarms = restored(desk).alarms
    assert len(alarms) == ALARMS_KEPT
    assert next(iter(alarms)) == "rona:5"
    assert (alarms["rona:7"].by, alarms["rona:7"].at_ms) == (ZOE, at_ms)


# --- what agents write down ----------------------------------------------------------------


def test_what_came_of_a_contact_is_in_its_outcome() -> None:
    desk = Desk(queue(wrap_up=TIMED, disposition_codes=["sold", "asked"]), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.by_holder(e.WrapUpCompleted, "c1", disposition_code="bought")
    assert desk.rejection is Rejection.DISPOSITION_UNKNOWN
    assert (desk.receipt.detail, desk.receipt.have) == ("bought", "sold, asked")
    assert desk.where("c1") == "anna wrap_up", "the agent may try again"
    desk.by_holder(e.WrapUpCompleted, "c1", disposition_code="sold", note="calls back on Monday")
    [outcome] = desk.outcomes("c1")
    assert (outcome.disposition_code, outcome.note) == ("sold", "calls back on Monday")


def test_a_queue_without_codes_takes_any() -> None:
    desk = Desk(queue(wrap_up=TIMED), ready="anna")
    desk.talk("c1")
    desk.end("c1")
    desk.by_holder(e.WrapUpCompleted, "c1", disposition_code="whatever we like")
    assert desk.outcomes("c1")[0].disposition_code == "whatever we like"


def test_said_at_service_complete_it_stands_unless_said_again() -> None:
    desk = Desk(queue(wrap_up=TIMED), queue("quick"), ready="anna")
    desk.talk("c1", "quick")
    desk.by_holder(e.ServiceCompleted, "c1", disposition_code="asked", note="short")
    restored(desk)
    desk.end("c1")
    assert (desk.outcomes("c1")[0].disposition_code, desk.outcomes("c1")[0].note) == (
        "asked",
        "short",
    )
    desk.talk("c2")
    desk.by_holder(e.ServiceCompleted, "c2", disposition_code="asked", note="first word")
    desk.end("c2")
    desk.by_holder(e.WrapUpCompleted, "c2", disposition_code="sold")
    [outcome] = desk.outcomes("c2")
    assert (outcome.disposition_code, outcome.note) == ("sold", "first word")


def test_a_wrong_code_at_service_complete_changes_nothing() -> None:
    desk = Desk(queue(disposition_codes=["sold"]), ready="anna")
    desk.talk("c1")
    desk.by_holder(e.ServiceCompleted, "c1", disposition_code="bought")
    assert desk.rejection is Rejection.DISPOSITION_UNKNOWN
    assert desk.where("c1") == "anna talk"
