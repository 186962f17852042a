"""A history for tests: the real engine, driven for some hours by chance with a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from agents.agent import Agent, Assignment
from config.routing import AgentSettings, QueueSettings, RoutingSettings
from contacts.vocabulary import AgentState, AssignmentState
from outcomes.journal import JournalRow
from router import events as e
from router.decisions import MarketingDecided
from router.engine import Engine
from router.records import Record, encode_body
from router.state import RoutingState

START_MS = 1_774_566_000_000  # Thursday 26 March 2026, 23:00 UTC; at 00:00 UTC clocks go forward
TIME_ZONE = "Asia/Jerusalem"
STAGES = AssignmentState


def settings(threshold_ms: int = 20_000) -> RoutingSettings:
    """Three queues that differ in all that figures depend on, and five agents."""
    service = QueueSettings.model_validate(
        {
            "queue_id": "service",
            "service_level": {"threshold_ms": threshold_ms},
            "wrap_up": {"kind": "timed", "duration_ms": 25_000},
            "max_waiting": 4,
            "time_zone": TIME_ZONE,
        }
    )
    sales = QueueSettings.model_validate(
        {
            "queue_id": "sales",
            "service_level": {
                "denominator": "arrived_less_short_abandons",
                "threshold_ms": 40_000,
                "short_abandon_ms": 30_000,
            },
            "wrap_up": {"kind": "none"},
            "max_wait_ms": 240_000,
            "time_zone": TIME_ZONE,
        }
    )
    chat = QueueSettings.model_validate(
        {
            "queue_id": "chat",
            "channel": "chat",
            "service_level": {"denominator": "accepted"},
            "wrap_up": {"kind": "manual", "duration_ms": 60_000},
            "time_zone": TIME_ZONE,
        }
    )
    agents = [AgentSettings(agent_id=f"agent-{n}") for n in range(5)]
    return RoutingSettings(queues=[service, sales, chat], agents=agents)


class RoutedHistory:
    """Makes records one by one; `state` is the engine's after the last of them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._engine = Engine(gate=self._gate)
        self._now_ms = START_MS
        self._seq = 0
        self._contacts = 0

    @property
    def state(self) -> RoutingState:
        return self._engine.state

    def records(self, steps: int) -> Iterator[Record]:
        """Yield the start, then what `steps` events and the deadlines between them cause."""
        yield self._handle(e.EngineStarted, epoch=1)
        yield self._configure(20_000)
        for number in range(5):
            agent_id = f"agent-{number}"
            yield self._agent_event(e.AgentSignedIn, agent_id, ready=number > 0)
        for _ in range(steps):
            self._now_ms += self._random.choice((0, 300, 2_000, 4_000, 9_000, 25_000))
            yield from self._due()
            yield self._step()

    def _due(self) -> Iterator[Record]:
        while (due_ms := self._engine.next_deadline_ms()) is not None and due_ms <= self._now_ms:
            decisions = self._engine.advance(due_ms)
            tick = e.ClockTicked(event_id="", at_ms=due_ms)
            yield self._record(tick, decisions)

    def _step(self) -> Record:
        chance = self._random.random()
        if self.state.paused_since_ms is not None:
            return self._handle(self._random.choice((e.LinkRestored, e.LinkRestored, e.LinkLost)))
        if chance < 0.20:
            return self._arrival()
        if chance < 0.22:
            return self._rare()
        if chance < 0.32:
            return self._agent_step()
        if chance < 0.44:
            return self._contact_step()
        return self._assignment_step()

    def _arrival(self) -> Record:
        self._contacts += 1
        queue_id = self._random.choice(("service", "sales", "chat"))
        contact_id = f"c-{self._contacts}"
        return self._handle(
            e.ContactArrived, contact_id=contact_id, queue_id=queue_id, source="bridge/pbx"
        )

    def _rare(self) -> Record:
        return self._random.choice(
            (self._restart, self._link_lost, self._ghosts, self._new_limit)
        )()

    def _restart(self) -> Record:
        self._now_ms += self._random.choice((1_000, 400_000))
        return self._handle(e.EngineStarted, epoch=self.state.epoch + 1)

    def _link_lost(self) -> Record:
        return self._handle(e.LinkLost)

    def _new_limit(self) -> Record:
        return self._configure(self._random.choice((10_000, 20_000, 90_000)))

    def _configure(self, threshold_ms: int) -> Record:
        dumped = settings(threshold_ms).model_dump(mode="json")
        return self._handle(e.ConfigurationChanged, settings=dumped)

    def _ghosts(self) -> Record:
        known = [
            e.LiveContact(contact_id=one.contact_id, queue_id=one.queue_id, agent_id=one.agent_id)
            for one in self.state.contacts.values()
        ]
        unknown = e.LiveContact(contact_id=f"x-{self._seq}", queue_id="service")
        contacts = (*known[:-1], unknown)
        return self._handle(e.LiveContactsReported, contacts=contacts, source="bridge/pbx")

    def _agent_step(self) -> Record:
        agent_id = f"agent-{self._random.randrange(5)}"
        agent = self.state.agents[agent_id]
        if agent.state is AgentState.SIGNED_OUT or agent.lost_until_ms is not None:
            return self._agent_event(e.AgentSignedIn, agent_id, ready=True)
        chance = self._random.random()
        if chance < 0.15:
            return self._agent_event(e.AgentNotReady, agent_id, reason="lunch")
        if chance < 0.25:
            return self._agent_event(e.AgentLost, agent_id)
        if chance < 0.32:
            return self._agent_event(e.AgentSignedOut, agent_id)
        if chance < 0.40:
            return self._agent_event(e.AgentSignOutForced, agent_id)
        return self._agent_event(e.AgentReady, agent_id)

    def _contact_step(self) -> Record:
        contacts = list(self.state.contacts.values())
        if not contacts:
            return self._arrival()
        contact = self._random.choice(contacts)
        queue_id = self._random.choice(("service", "sales", "chat"))
        chance = self._random.random()
        if contact.agent_id is not None and chance < 0.7:
            to_agent_id = f"agent-{self._random.randrange(5)}" if chance < 0.35 else None
            return self._handle(
                e.ContactTransferred,
                contact_id=contact.contact_id,
                to_queue_id=queue_id if to_agent_id is None else None,
                to_agent_id=to_agent_id,
            )
        if chance < 0.3:
            return self._handle(e.ContactMoved, contact_id=contact.contact_id, queue_id=queue_id)
        if chance < 0.5:
            return self._handle(e.ContactPrioritised, contact_id=contact.contact_id, priority=9)
        return self._handle(e.ContactEnded, contact_id=contact.contact_id, source="bridge/pbx")

    def _assignment_step(self) -> Record:
        held = [(agent, one) for agent in self.state.agents.values() for one in in_hand(agent)]
        if not held:
            return self._arrival()
        agent, assignment = self._random.choice(held)
        choices: dict[AssignmentState, tuple[type[e.AssignmentEvent], ...]] = {
            STAGES.RESERVED: (*[e.ReservationRinging] * 3, e.ReservationAccepted),
            STAGES.RINGING: (*[e.ReservationAccepted] * 4, e.ReservationRejected),
            STAGES.TALK: (e.ContactHeld, e.ServiceCompleted),
            STAGES.HOLD: (e.ContactResumed,),
            STAGES.WRAP_UP: (e.WrapUpCompleted,),
        }
        event = self._random.choice(choices.get(assignment.state, (e.ContactResumed,)))
        if self._random.random() < 0.25 and assignment.is_with_customer:
            return self._handle(e.ContactEnded, contact_id=assignment.contact_id)
        return self._agent_event(event, agent.agent_id, contact_id=assignment.contact_id)

    def _agent_event(
        self, kind: Callable[..., e.AnyEvent], agent_id: str, **fields: object
    ) -> Record:
        return self._handle(kind, agent_id=agent_id, source=f"agent/{agent_id}", **fields)

    def _handle(self, kind: Callable[..., e.AnyEvent], **fields: object) -> Record:
        event = kind(event_id=f"e-{self._seq + 1}", at_ms=self._now_ms, **fields)
        return self._record(event, self._engine.handle(event))

    def _record(self, event: e.AnyEvent, decisions: object) -> Record:
        self._seq += 1
        return Record(self._seq, event, tuple(decisions))  # type: ignore[arg-type]

    def _gate(self, state: RoutingState, assignment: Assignment) -> MarketingDecided:
        granted = self._random.random() < 0.5
        return MarketingDecided(assignment.contact_id, assignment.agent_id, granted, "chance")


def in_hand(agent: Agent) -> list[Assignment]:
    """The contacts an agent has in hand."""
    return list(agent.assignments.values())


def history(seed: int, steps: int = 400) -> list[Record]:
    """A whole history."""
    return list(RoutedHistory(seed).records(steps))


def journal_row(record: Record) -> JournalRow:
    """A record as the journal keeps it."""
    body = encode_body(record.event, record.decisions)
    kind = type(record.event).__struct_config__.tag
    return JournalRow(record.seq, record.event.at_ms, str(kind), record.event.event_id, body)
