"""A driver of random events, sensible and senseless, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from agents.agent import Assignment
from agents.transitions import UNANSWERED, WITH_CUSTOMER
from config.routing import AgentSettings, QueueSettings
from contacts.contact import Contact
from contacts.vocabulary import (
    AssignmentState,
    AtClosing,
    Mode,
    NeverScope,
    ReactionKind,
    ScheduledActivity,
)
from queues.price_grid import PriceGrid
from router import decisions as d
from router import events as e
from router import marketing_events as me
from router import quality_events as qe
from router.gatekeeper import decide
from router.state import RoutingState
from tests.support.desk import BRIDGE, SECOND, Desk, agent, always, queue
from tests.support.offers import CATEGORIES, a_customer, catalogue

AGENTS = ("anna", "ben", "carla", "dan", "eve", "unlisted")
CONTACTS = tuple(f"c{number}" for number in range(24))
QUEUES = ("sales", "help", "gold", "chat", "mail")
SUPERVISOR = "supervisor/sam"
CLIENTS = ("", "", "", "two")
REQUIREMENTS: tuple[dict[str, int] | None, ...] = (
    None,
    None,
    None,
    {},
    {"french": 2},
    {"french": 5, "sales": 2},
)

QUEUE_CHOICES: dict[str, tuple[QueueSettings, ...]] = {
    "sales": (
        queue(
            "sales",
            requires={"sales": 1},
            wrap_up={"kind": "timed", "duration_ms": 5_000},
            gate={"policy": "hysteresis", "closes_panels": True},
        ),
        queue(
            "sales",
            requires={"sales": 4},
            strategy="fastest",
            at_closing="divert",
            disposition_codes=["sold", "called_back"],
        ),
        queue("sales", requires={}, strategy="round_robin", max_waiting=0),
    ),
    "help": (
        queue(
            "help",
            strategy="least_occupied",
            max_waiting=4,
            max_wait_ms=30 * SECOND,
            gate={"value_from": "products"},
        ),
        queue("help", strict_priority=True, priority_step_ms=None, refuse_without_staff=True),
    ),
    "gold": (
        queue(
            "gold",
            requires={"sales": 2},
            strategy="most_skilled",
            priority=3,
            at_closing="divert",
            gate={"policy": "always", "value_from": "products"},
            wrap_up={"kind": "forced", "duration_ms": 8_000},
        ),
    ),
    "chat": (
        queue("chat", channel="chat", wrap_up={"kind": "manual", "duration_ms": 60_000}),
        queue("chat", channel="chat", requires={"french": 1}, strategy="fastest"),
    ),
    "mail": (queue("mail", channel="task", ring_timeout_ms=90 * SECOND, max_wait_ms=60 * SECOND),),
}

AGENT_CHOICES: dict[str, tuple[AgentSettings, ...]] = {
    "anna": (agent("anna", sales=3, french=2), agent("anna", sales=5)),
    "ben": (agent("ben", sales=1), agent("ben", {"voice": 0, "chat": 2, "task": 1})),
    "carla": (agent("carla", {"chat": 4, "task": 2}, french=5, sales=2),),
    "dan": (agent("dan", sales=9, french=9), agent("dan", {"voice": 2}, sales=1)),
    "eve": (agent("eve"),),
}

CUSTOMERS = tuple(f"customer-{n}" for n in range(40))
MARKETING: dict[str, Any] = {
    "enabled": True,
    "certificates_needed": False,
    "reservation_ms": 60_000,
    "limits": [
        {"scope": "customer", "most": 3, "window_ms": 600_000},
        {"scope": "household", "most": 2, "window_ms": 60_000},
        {"scope": "product", "most": 1, "window_ms": 120_000},
    ],
}

Step = Callable[["Chaos"], None]

STAGES_FOR: dict[type[e.Event], frozenset[AssignmentState]] = {
    e.ReservationRinging: frozenset({AssignmentState.RESERVED}),
    e.ReservationAccepted: UNANSWERED,
    e.ReservationRejected: UNANSWERED,
    e.ContactHeld: frozenset({AssignmentState.TALK}),
    e.ContactResumed: WITH_CUSTOMER - {AssignmentState.TALK},
    e.ServiceCompleted: frozenset({AssignmentState.TALK, AssignmentState.HOLD}),
    e.WrapUpCompleted: frozenset({AssignmentState.WRAP_UP}),
    e.WrapUpExtended: frozenset({AssignmentState.WRAP_UP}),
    me.ProductsPresented: frozenset({AssignmentState.MARKETING}),
}


class Chaos:
    """Feeds a desk random events. Most make sense for the state it is in; some do not."""

    def __init__(self, desk: Desk, seed: int, reloads: bool = True) -> None:
        self.desk = desk
        self.random = random.Random(seed)
        steps = WEIGHTS if reloads else {s: w for s, w in WEIGHTS.items() if s is not _configure}
        self._steps, self._weights = list(steps), list(steps.values())
        self._last: e.AnyEvent | None = None

    def step(self) -> None:
        """Do one thing."""
        self.random.choices(self._steps, self._weights)[0](self)

    def tell(self, kind: type[e.Event], **fields: Any) -> None:
        """Let some time pass (or go back), then tell the event."""
        pick = self.random
        passed = pick.choices((0, 40, 1_000, 7_000, 90_000, -5_000), (600, 400, 120, 30, 4, 30))[0]
        self.desk.tell(kind, at_ms=self.desk.now_ms + passed, **fields)

    def contact_id(self) -> str:
        """Return a live contact more often than any."""
        live = list(self.desk.state.contacts)
        return self.random.choice(live if live and self.random.random() < 0.95 else CONTACTS)

    def by_agent(self, kind: type[e.Event], agent_id: str = "", **fields: Any) -> None:
        """Tell an event from an agent's client, sometimes from the wrong one."""
        agent_id = agent_id or self.random.choice(AGENTS)
        known = self.desk.state.agents.get(agent_id)
        source = known.session if known is not None else f"agent/{agent_id}"
        if self.random.random() < 0.03:
            source = f"agent/{agent_id}/{self.random.choice(CLIENTS)}"
        self.tell(kind, agent_id=agent_id, source=source, **fields)

    def on_assignment(self, kind: type[e.Event], **fields: Any) -> None:
        """Tell an agent's event on a contact in hand, sometimes with a stale revision."""
        pick = self.random
        wanted = STAGES_FOR[kind] if pick.random() < 0.9 else frozenset(AssignmentState)
        in_hand = [
            one
            for held in self.desk.state.agents.values()
            for one in held.assignments.values()
            if one.state in wanted
        ]
        if not in_hand or pick.random() < 0.02:
            if pick.random() < 0.1:
                self.by_agent(kind, contact_id=self.contact_id(), **fields)
            return
        one = pick.choice(in_hand)
        revision = pick.choice((None, *[one.revision] * 8, one.revision - 1))
        self.by_agent(kind, one.agent_id, contact_id=one.contact_id, revision=revision, **fields)


def _arrive(chaos: Chaos) -> None:
    pick = chaos.random
    unknown = [one for one in CONTACTS if one not in chaos.desk.state.contacts]
    chaos.tell(
        e.ContactArrived,
        contact_id=pick.choice(unknown if unknown and pick.random() < 0.9 else CONTACTS),
        queue_id=pick.choice((*QUEUES, *QUEUES, *QUEUES, "nowhere")),
        source=pick.choice((BRIDGE, "bridge/web")),
        priority=pick.choice((None, None, 0, 2, 9)),
        wait_credit_ms=pick.choice((0, 0, 60_000)),
        requires=pick.choice(REQUIREMENTS),
        reason="test",
        customer_id=pick.choice((None, *CUSTOMERS)),
        context=pick.choice((None, a_customer())),
    )


def _end(chaos: Chaos) -> None:
    marketing_ms = chaos.random.choice((0, 0, 0, 1, 20_000))
    chaos.tell(
        e.ContactEnded, contact_id=chaos.contact_id(), marketing_ms=marketing_ms, source=BRIDGE
    )


def _sign_in(chaos: Chaos) -> None:
    pick = chaos.random
    known = chaos.desk.state.agents
    away = [
        one
        for one in AGENTS
        if one not in known or known[one].state == "signed_out" or known[one].lost_until_ms
    ]
    agent_id = pick.choice(away if away and pick.random() < 0.8 else AGENTS)
    client = pick.choice(CLIENTS)
    chaos.tell(
        e.AgentSignedIn,
        agent_id=agent_id,
        source=f"agent/{agent_id}/{client}" if client else f"agent/{agent_id}",
        ready=pick.random() < 0.8,
        take_over=pick.random() < 0.2,
        skills=pick.choice((None, {"sales": 2}, {"french": 7})),
    )


def _by_supervisor(kind: type[e.Event], **fields: Any) -> Step:
    return lambda chaos: chaos.tell(
        kind, agent_id=chaos.random.choice(AGENTS), source=SUPERVISOR, **fields
    )


def _agent_event(kind: type[e.Event], **fields: Any) -> Step:
    return lambda chaos: chaos.by_agent(kind, **fields)


def _assignment_event(kind: type[e.Event], **fields: Any) -> Step:
    return lambda chaos: chaos.on_assignment(kind, **fields)


def _not_ready(chaos: Chaos) -> None:
    chaos.by_agent(e.AgentNotReady, reason=chaos.random.choice(("lunch", "supervisor", "rona")))


def _finish(kind: type[e.Event]) -> Step:
    def step(chaos: Chaos) -> None:
        code = chaos.random.choice((None, None, "sold", "no_code_of_ours"))
        chaos.on_assignment(kind, disposition_code=code, note=code and "asked for a loan")

    return step


def _extend(chaos: Chaos) -> None:
    chaos.on_assignment(e.WrapUpExtended, by_ms=chaos.random.choice((1, 20_000, 400_000, 0, -9)))


def _transfer(chaos: Chaos) -> None:
    pick = chaos.random
    held: list[Contact] = [
        one for one in chaos.desk.state.contacts.values() if one.agent_id is not None
    ]
    if not held:
        return
    contact = pick.choice(held)
    chaos.tell(
        e.ContactTransferred,
        contact_id=contact.contact_id,
        agent_id=pick.choice((None, contact.agent_id, "anna")),
        revision=pick.choice((None, contact.revision, 1)),
        to_queue_id=pick.choice((None, *QUEUES, "nowhere")),
        to_agent_id=pick.choice((None, None, *AGENTS)),
        source=pick.choice((BRIDGE, f"agent/{contact.agent_id}")),
    )


def _move(chaos: Chaos) -> None:
    queue_id = chaos.random.choice((*QUEUES, "nowhere"))
    chaos.tell(e.ContactMoved, contact_id=chaos.contact_id(), queue_id=queue_id)


def _prioritise(chaos: Chaos) -> None:
    priority = chaos.random.randrange(10)
    chaos.tell(e.ContactPrioritised, contact_id=chaos.contact_id(), priority=priority)


def _give_skills(chaos: Chaos) -> None:
    skills = chaos.random.choice(({}, {"sales": 1}, {"sales": 9, "french": 9}, {"russian": 1}))
    _by_supervisor(e.AgentSkillsChanged, skills=skills)(chaos)


def _acknowledge(chaos: Chaos) -> None:
    alarm_id = f"longest_wait_high:{chaos.random.choice(QUEUES)}:{chaos.random.randrange(20)}"
    chaos.tell(e.AlarmAcknowledged, alarm_id=alarm_id, source=SUPERVISOR)


def _switch(kind: type[e.Event]) -> Step:
    return lambda chaos: chaos.tell(kind, queue_id=chaos.random.choice((*QUEUES, "nowhere")))


def _close_as(at_closing: AtClosing) -> Step:
    return lambda chaos: chaos.tell(
        e.QueueClosed, queue_id=chaos.random.choice(QUEUES), at_closing=at_closing
    )


def _configure(chaos: Chaos) -> None:
    pick = chaos.random
    queues = [pick.choice(choices) for choices in QUEUE_CHOICES.values() if pick.random() < 0.85]
    agents = [pick.choice(choices) for choices in AGENT_CHOICES.values() if pick.random() < 0.8]
    pick.shuffle(queues)
    limits = {
        "agent_grace_ms": pick.choice((0, 5_000, 60_000)),
        "unlisted_agents": pick.random() < 0.7,
        "exclusive_channels": pick.choice((["voice"], ["voice", "task"], [])),
        "remembered_events": pick.choice((1_000, 2_000)),
    }
    chaos.desk.configure(
        *queues, agents=agents, limits=limits, marketing=MARKETING if pick.random() < 0.9 else {}
    )


def _live_list(chaos: Chaos) -> None:
    pick = chaos.random
    bridge = pick.choice((BRIDGE, "bridge/web"))
    state = chaos.desk.state
    live = [
        (one.contact_id, one.queue_id)
        for one in state.contacts.values()
        if one.bridge == bridge and pick.random() < 0.9
    ]
    unknown = [one for one in CONTACTS if one not in state.contacts]
    for contact_id in pick.sample(unknown, min(len(unknown), pick.randrange(3))):
        place: tuple[str, ...] = (contact_id, pick.choice((*QUEUES, "nowhere")))
        live.append((*place, pick.choice(AGENTS)) if pick.random() < 0.5 else place)  # type: ignore[arg-type]
    chaos.desk.report_live(*live, bridge=bridge)


def _restart(chaos: Chaos) -> None:
    chaos.desk.now_ms += chaos.random.choice((0, 3_000, 600_000))
    epoch = chaos.desk.state.epoch + 1
    event_id = f"start-{chaos.desk.state.seq}"
    chaos.desk.decisions = chaos.desk.engine.handle(
        started := e.EngineStarted(event_id=event_id, at_ms=chaos.desk.now_ms, epoch=epoch)
    )
    chaos.desk.keep(started)


def _override(chaos: Chaos) -> None:
    pick = chaos.random
    chaos.tell(
        e.GateOverridden,
        queue_id=pick.choice((None, *QUEUES, "nowhere")),
        mode=pick.choice((None, Mode.SERVING, Mode.MARKETING)),
        for_ms=pick.choice((None, 5_000, 60_000)),
    )


def _price(chaos: Chaos) -> None:
    pick = chaos.random
    loads = tuple(sorted(pick.sample(range(-8, 6), pick.randrange(1, 8))))
    marketing = tuple(range(pick.randrange(0, 4)))  # none at all is refused
    rows = tuple(tuple(pick.randrange(2_000) for _ in marketing) for _ in loads)
    chaos.tell(
        e.PricesComputed,
        queue_id=pick.choice((*QUEUES, "nowhere")),
        prices=PriceGrid(loads=loads, marketing=marketing, rows_milli=rows),
        basis={"agents": 6.0},
    )


def _guard(chaos: Chaos) -> None:
    pick = chaos.random
    closed_by = pick.choice((None, None, "service_level", "longest_wait"))
    chaos.tell(e.GuardChanged, queue_id=pick.choice((*QUEUES, "nowhere")), closed_by=closed_by)


def _declare_emergency(chaos: Chaos) -> None:
    chaos.tell(e.EmergencyDeclared, reason="flood")


def _clear_emergency(chaos: Chaos) -> None:
    chaos.tell(e.EmergencyCleared)


def _silence(kind: type[e.BridgeFellSilent] | type[e.BridgeHeard]) -> Step:
    def step(chaos: Chaos) -> None:
        chaos.tell(kind, bridge=chaos.random.choice((BRIDGE, "bridge/other")))

    return step


def _change_catalogue(chaos: Chaos) -> None:
    stock = chaos.random.choice((None, 0, 2))
    chosen = catalogue(gold={"stock": stock}) if stock is not None else catalogue()
    chaos.tell(me.CatalogueChanged, catalogue=chaos.random.choice((chosen, chosen, {})))


def _context(chaos: Chaos) -> None:
    pick = chaos.random
    context = a_customer(
        household_id=pick.choice((None, "smith", "jones")), opted_out=pick.random() < 0.1
    )
    chaos.tell(me.CustomerContextAttached, contact_id=chaos.contact_id(), context=context)


def _react(chaos: Chaos) -> None:
    pick = chaos.random
    rounds = list(chaos.desk.state.offers.ledger.rounds.values())
    one = pick.choice(rounds) if rounds else None
    of = one.agent_id if one is not None and pick.random() < 0.8 else pick.choice(AGENTS)
    speak = chaos.by_agent if pick.random() < 0.8 else chaos.tell
    speak(
        me.ReactionRecorded,
        contact_id=one.contact_id if one is not None else "nobody",
        agent_id=of,
        product_id=pick.choice(list(CATEGORIES)),
        reaction=pick.choice(list(ReactionKind)),
        scope=pick.choice(list(NeverScope)),
    )


def _say_never(chaos: Chaos) -> None:
    pick = chaos.random
    scope, of = pick.choice(((NeverScope.EVERYTHING, ""), (NeverScope.PRODUCT, "gold")))
    chaos.tell(
        me.NeverSaid,
        customer_id=pick.choice(CUSTOMERS),
        scope=scope,
        of=of,
        is_taken_back=pick.random() < 0.8,
    )


def _survey(chaos: Chaos) -> None:
    pick = chaos.random
    handled = list(chaos.desk.state.handled)
    contact_id = pick.choice(handled) if handled and pick.random() < 0.8 else "nobody"
    chaos.tell(qe.SurveyAnswered, contact_id=contact_id, score=pick.randrange(1, 6), source=BRIDGE)


def _schedule(chaos: Chaos) -> None:
    from_ms, hour_ms = chaos.desk.now_ms, 3_600_000
    work = qe.ScheduledSpan(from_ms, from_ms + hour_ms, ScheduledActivity.WORK)
    chaos.tell(
        qe.SchedulePublished,
        agent_id=chaos.random.choice(AGENTS),
        from_ms=from_ms,
        until_ms=from_ms + 2 * hour_ms,
        spans=chaos.random.choice(((), (work,))),
        source="supervisor/sam",
    )


def _link_lost(chaos: Chaos) -> None:
    chaos.tell(e.LinkLost)


def _link_restored(chaos: Chaos) -> None:
    chaos.tell(e.LinkRestored)


def _late_advance(chaos: Chaos) -> None:
    """The process was stopped: all deadlines of half a minute come up at once."""
    at_ms = chaos.desk.now_ms + 30_000
    while chaos.desk.advance(at_ms):
        pass


WEIGHTS: dict[Step, int] = {
    _arrive: 110,
    _end: 40,
    _sign_in: 25,
    _agent_event(e.AgentReady): 30,
    _not_ready: 6,
    _agent_event(e.AgentSignedOut): 3,
    _agent_event(e.AgentLost): 3,
    _assignment_event(e.ReservationRinging): 50,
    _assignment_event(e.ReservationAccepted): 80,
    _assignment_event(e.ReservationRejected): 8,
    _assignment_event(e.ContactHeld): 10,
    _assignment_event(e.ContactResumed): 10,
    _finish(e.ServiceCompleted): 15,
    _finish(e.WrapUpCompleted): 25,
    _extend: 8,
    _transfer: 12,
    _move: 6,
    _prioritise: 6,
    _by_supervisor(e.AgentSignOutForced): 2,
    _by_supervisor(e.AgentReady): 3,
    _by_supervisor(e.AgentNotReady, reason="training"): 2,
    _give_skills: 4,
    _acknowledge: 1,
    _switch(e.QueueOpened): 8,
    _switch(e.QueueClosed): 3,
    _close_as(AtClosing.SERVE): 1,
    _close_as(AtClosing.DIVERT): 1,
    _configure: 2,
    _live_list: 4,
    _override: 2,
    _price: 2,
    _guard: 2,
    _declare_emergency: 1,
    _clear_emergency: 2,
    _restart: 1,
    _change_catalogue: 2,
    _context: 60,
    _assignment_event(me.ProductsPresented): 15,
    _react: 15,
    _say_never: 2,
    _survey: 3,
    _schedule: 2,
    _silence(e.BridgeFellSilent): 1,
    _silence(e.BridgeHeard): 2,
    _link_lost: 1,
    _link_restored: 3,
    _late_advance: 3,
}


def mixed_gate(state: RoutingState, assignment: Assignment) -> d.MarketingDecided:
    """Open half the time, and otherwise as the queue's policy says."""
    return (always if state.seq % 2 else decide)(state, assignment)


def chaotic_desk(seed: int, steps: int) -> Desk:
    """Return a desk with a random history, its gate often open."""
    desk = Desk(
        *(choices[0] for choices in QUEUE_CHOICES.values()),
        agents=[choices[0] for choices in AGENT_CHOICES.values()],
        gate=mixed_gate,
        marketing=MARKETING,
    )
    desk.tell(me.CatalogueChanged, catalogue=catalogue())
    chaos = Chaos(desk, seed)
    for _ in range(steps):
        chaos.step()
    return desk
