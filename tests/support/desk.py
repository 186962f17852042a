"""An engine to tell stories with: events with ids and times of their own, answers to ask for.

Every step is kept as a record, and after every step the core's invariants are checked, so each
story is also a test of conservation, exclusivity and progress.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from agents.agent import Agent, Assignment
from config.marketing import MarketingSettings
from config.routing import AgentSettings, LimitSettings, QueueSettings, RoutingSettings
from contacts.contact import Contact
from contacts.vocabulary import AssignmentState, Rejection
from router import decisions as d
from router import events as e
from router.engine import Engine
from router.receipts import Receipt
from router.records import Record
from router.state import RoutingState
from router.turn import Gate
from shaking.invariants import Invariants

START_MS = 1_700_000_000_000
SECOND = 1_000
MINUTE = 60_000
BRIDGE = "bridge/pbx"

D = TypeVar("D", bound=d.Decision)


def always(state: RoutingState, assignment: Assignment) -> d.MarketingDecided:
    """A gate that is always open."""
    return d.MarketingDecided(assignment.contact_id, assignment.agent_id, True, "always")


def never(state: RoutingState, assignment: Assignment) -> d.MarketingDecided:
    """A gate that never opens."""
    return d.MarketingDecided(assignment.contact_id, assignment.agent_id, False, "policy_never")


def queue(queue_id: str = "sales", **settings: Any) -> QueueSettings:
    """Return a queue without wrap-up, unless `settings` say otherwise."""
    settings.setdefault("wrap_up", {"kind": "none"})
    return QueueSettings.model_validate({"queue_id": queue_id, **settings})


def agent(agent_id: str, capacity: dict[str, int] | None = None, **skills: int) -> AgentSettings:
    """Return an agent with these skills; one voice contact, three chats, five tasks by default."""
    settings: dict[str, Any] = {"agent_id": agent_id, "skills": skills}
    if capacity is not None:
        settings["capacity"] = capacity
    return AgentSettings.model_validate(settings)


def settings_of(
    queues: Iterable[QueueSettings],
    agents: Iterable[AgentSettings] = (),
    limits: dict[str, Any] | None = None,
    marketing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return routing settings as an event carries them."""
    return RoutingSettings(
        queues=list(queues),
        agents=list(agents),
        limits=LimitSettings(**(limits or {})),
        marketing=MarketingSettings.model_validate(marketing or {}),
    ).model_dump(mode="json")


class Desk:
    """One engine, the time it is, and everything that happened so far.

    Agents named in `ready` are signed in and ready from the start, all at the same moment.
    """

    def __init__(
        self,
        *queues: QueueSettings,
        agents: Sequence[AgentSettings] = (),
        ready: str = "",
        gate: Gate = never,
        limits: dict[str, Any] | None = None,
        marketing: dict[str, Any] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.engine = engine or Engine(gate=gate)
        self.now_ms = max(START_MS, self.engine.state.now_ms)
        self.records: list[Record] = []
        self.decisions: Sequence[d.AnyDecision] = ()
        self.invariants = Invariants(self.engine)
        self._events = 0
        if engine is None:
            self.configure(
                *(queues or (queue(),)), agents=agents, limits=limits, marketing=marketing
            )
        for agent_id in ready.split():
            self.sign_in(agent_id)

    # --- what happens -----------------------------------------------------------------

    def handle(self, event: e.AnyEvent) -> Sequence[d.AnyDecision]:
        """Let the engine handle one event, after all that was due before it."""
        self.run_until(event.at_ms)
        self.decisions = self.engine.handle(event)
        self.keep(event)
        return self.decisions

    def tell(self, kind: type[e.Event], **fields: Any) -> Sequence[d.AnyDecision]:
        """Handle an event of this kind, now, with an id of its own."""
        self._events += 1
        fields.setdefault("event_id", f"e{self._events}")
        fields.setdefault("at_ms", self.now_ms)
        event: Any = kind(**fields)
        return self.handle(event)

    def run_until(self, at_ms: int) -> list[d.AnyDecision]:
        """Let time pass, stopping at every deadline; return all that was decided."""
        decided: list[d.AnyDecision] = []
        while (due_ms := self.engine.next_deadline_ms()) is not None and due_ms <= at_ms:
            decided += self.advance(max(due_ms, self.now_ms))
        self.now_ms = max(self.now_ms, at_ms)
        return decided

    def advance(self, at_ms: int) -> Sequence[d.AnyDecision]:
        """Tell the engine the time once."""
        seq = self.engine.state.seq
        decisions = self.engine.advance(at_ms)
        assert bool(decisions) == (self.engine.state.seq > seq), "a record without decisions"
        self.now_ms = max(self.now_ms, at_ms)
        if decisions:
            self.decisions = decisions
            self.keep(e.ClockTicked(event_id="", at_ms=self.engine.state.now_ms))
        return decisions

    def wait(self, ms: int) -> list[d.AnyDecision]:
        """Let `ms` milliseconds pass."""
        return self.run_until(self.now_ms + ms)

    def keep(self, event: e.AnyEvent) -> None:
        """Write down what the last step did, and check the engine."""
        record = Record(self.engine.state.seq, event, tuple(self.decisions))
        self.records.append(record)
        self.invariants.check(record)

    # --- events in the words of a story ----------------------------------------------

    def configure(
        self,
        *queues: QueueSettings,
        agents: Sequence[AgentSettings] = (),
        limits: dict[str, Any] | None = None,
        marketing: dict[str, Any] | None = None,
    ) -> None:
        """Put new settings in force."""
        settings = settings_of(queues, agents, limits, marketing)
        self.tell(e.ConfigurationChanged, settings=settings)

    def sign_in(self, agent_id: str, client: str = "", **fields: Any) -> None:
        """Sign an agent in, ready unless told otherwise."""
        fields.setdefault("ready", True)
        self.tell(e.AgentSignedIn, agent_id=agent_id, source=_client(agent_id, client), **fields)

    def by_agent(self, kind: type[e.Event], agent_id: str, client: str = "", **fields: Any) -> None:
        """Handle an event that the agent's own client sends."""
        self.tell(kind, agent_id=agent_id, source=_client(agent_id, client), **fields)

    def sign_out(self, agent_id: str) -> None:
        """The agent goes home."""
        self.by_agent(e.AgentSignedOut, agent_id)

    def ready(self, agent_id: str) -> None:
        """The agent takes contacts."""
        self.by_agent(e.AgentReady, agent_id)

    def not_ready(self, agent_id: str, reason: str = "lunch") -> None:
        """The agent takes no more contacts."""
        self.by_agent(e.AgentNotReady, agent_id, reason=reason)

    def lose(self, agent_id: str, client: str = "") -> None:
        """The agent's client vanishes."""
        self.by_agent(e.AgentLost, agent_id, client)

    def force_out(self, agent_id: str) -> None:
        """A supervisor signs the agent out."""
        self.tell(e.AgentSignOutForced, agent_id=agent_id, source="supervisor/sam")

    def arrive(self, contact_id: str, queue_id: str = "sales", **fields: Any) -> None:
        """A contact arrives."""
        fields.setdefault("source", BRIDGE)
        self.tell(e.ContactArrived, contact_id=contact_id, queue_id=queue_id, **fields)

    def end(self, contact_id: str) -> None:
        """The customer hangs up."""
        self.tell(e.ContactEnded, contact_id=contact_id, source=BRIDGE)

    def ring(self, contact_id: str, **fields: Any) -> None:
        """The agent's device rings."""
        self.by_holder(e.ReservationRinging, contact_id, **fields)

    def accept(self, contact_id: str, **fields: Any) -> None:
        """The agent takes the contact."""
        self.by_holder(e.ReservationAccepted, contact_id, **fields)

    def reject(self, contact_id: str, **fields: Any) -> None:
        """The agent declines the contact."""
        self.by_holder(e.ReservationRejected, contact_id, **fields)

    def hold(self, contact_id: str) -> None:
        """The agent puts the contact on hold."""
        self.by_holder(e.ContactHeld, contact_id)

    def resume(self, contact_id: str) -> None:
        """The agent talks to the customer again."""
        self.by_holder(e.ContactResumed, contact_id)

    def complete_service(self, contact_id: str) -> None:
        """What the customer came for is done."""
        self.by_holder(e.ServiceCompleted, contact_id)

    def finish_wrap_up(self, contact_id: str, agent_id: str = "") -> None:
        """The agent is done with the after-contact work."""
        self.by_holder(e.WrapUpCompleted, contact_id, agent_id=agent_id)

    def extend_wrap_up(self, contact_id: str, by_ms: int) -> None:
        """The agent needs more time."""
        self.by_holder(e.WrapUpExtended, contact_id, by_ms=by_ms)

    def by_holder(self, kind: type[e.Event], contact_id: str, **fields: Any) -> None:
        """Handle an event of the agent who has the contact, unless `agent_id` names another."""
        agent_id = fields.pop("agent_id", "") or self.holder(contact_id)
        self.by_agent(kind, agent_id, contact_id=contact_id, **fields)

    def transfer(self, contact_id: str, **fields: Any) -> None:
        """The agent who has the contact transfers it."""
        self.by_holder(e.ContactTransferred, contact_id, **fields)

    def report_live(self, *live: tuple[str, ...], bridge: str = BRIDGE) -> None:
        """The bridge lists its contacts, each (contact, queue) or (contact, queue, agent)."""
        contacts = tuple(
            e.LiveContact(
                contact_id=one[0], queue_id=one[1], agent_id=one[2] if len(one) > 2 else None
            )
            for one in live
        )
        self.tell(e.LiveContactsReported, contacts=contacts, source=bridge)

    def talk(self, contact_id: str, queue_id: str = "sales", **fields: Any) -> None:
        """A contact arrives and is accepted at once."""
        self.arrive(contact_id, queue_id, **fields)
        self.accept(contact_id)

    # --- what came of it --------------------------------------------------------------

    @property
    def state(self) -> RoutingState:
        """The engine's state."""
        return self.engine.state

    def said(self, kind: type[D]) -> list[D]:
        """Return the decisions of this kind that the last step caused."""
        return [one for one in self.decisions if type(one) is kind]

    def ever_said(self, kind: type[D]) -> list[D]:
        """Return the decisions of this kind since the start."""
        return [one for record in self.records for one in record.decisions if type(one) is kind]

    @property
    def rejection(self) -> Rejection | None:
        """Why the last event was rejected, if it was."""
        rejected = self.said(d.EventRejected)
        return rejected[0].reason if rejected else None

    @property
    def receipt(self) -> Receipt:
        """The receipt of the last event."""
        receipt = self.engine.receipt(f"e{self._events}")
        assert receipt is not None
        return receipt

    def contact(self, contact_id: str) -> Contact:
        """Return a live contact."""
        return self.state.contacts[contact_id]

    def agent(self, agent_id: str) -> Agent:
        """Return an agent."""
        return self.state.agents[agent_id]

    def assignment(self, contact_id: str) -> Assignment:
        """Return the assignment of a contact, its wrap-up included."""
        return next(
            one.assignments[contact_id]
            for one in self.state.agents.values()
            if contact_id in one.assignments
        )

    def holder(self, contact_id: str) -> str:
        """Return the agent who has the contact in hand, wrap-up included; "" if nobody."""
        contact = self.state.contacts.get(contact_id)
        if contact is not None and contact.agent_id is not None:
            return contact.agent_id
        holders = (one for one in self.state.agents.values() if contact_id in one.assignments)
        return next((one.agent_id for one in holders), "")

    def where(self, contact_id: str) -> str:
        """Tell where a contact is: "waiting", "anna talk", or "gone"."""
        contact = self.state.contacts.get(contact_id)
        if contact is not None and contact.agent_id is None:
            return "waiting"
        holder = self.holder(contact_id)
        if not holder:
            return "gone"
        return f"{holder} {self.agent(holder).assignments[contact_id].state}"

    def doing(self, agent_id: str) -> str:
        """Tell an agent's own state, with the reason if there is one: "not_ready: lunch"."""
        one = self.agent(agent_id)
        return f"{one.state}: {one.reason}" if one.reason else str(one.state)

    def outcomes(self, contact_id: str) -> list[d.OutcomeRecorded]:
        """Return the outcomes written so far for a contact, oldest first."""
        return [one for one in self.ever_said(d.OutcomeRecorded) if one.contact_id == contact_id]

    def is_in(self, contact_id: str, state: AssignmentState) -> bool:
        """Tell whether the contact's assignment is in this state."""
        return self.assignment(contact_id).state is state


def _client(agent_id: str, client: str) -> str:
    return f"agent/{agent_id}/{client}" if client else f"agent/{agent_id}"
