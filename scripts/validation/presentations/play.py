"""The play: customers call, two at a time; agents present, are told what customers say."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from bus.topics import TopicSpace
from contacts.vocabulary import AssignmentState, NeverScope, ReactionKind
from outcomes.journal import JournalRow
from router import events as e
from router import marketing_events as me
from router.engine import Engine
from scripts.validation.presentations.people import Person, context, people
from scripts.validation.presentations.shop import (
    CATEGORIES,
    DAY_MS,
    LASTS_DAYS,
    REASONS,
    START_MS,
    catalogue,
    settings,
)
from service.clock import TickedClock
from service.desk import Desk
from service.entry import Entry

MINUTE_MS = 60_000
CONTACTS_PER_CUSTOMER = 32
REACTIONS = (
    (ReactionKind.ACCEPTED, 5),
    (ReactionKind.INTERESTED, 8),
    (ReactionKind.DECLINED, 30),
    (ReactionKind.NOT_NOW, 48),
    (ReactionKind.NEVER_AGAIN, 3),
    (ReactionKind.NOT_PRESENTED, 6),
)


class Play:
    """Plays `contacts` contacts by chance from `seed`; every record goes to `write`."""

    def __init__(self, contacts: int, seed: int, write: Callable[[JournalRow], None]) -> None:
        self._chance = Random(seed)
        self._write = write
        self._contacts = contacts
        self._engine = Engine()
        space = TopicSpace("proof", "main", "voice")
        self._desk = Desk(self._engine, TickedClock(), space, self._deliver, is_ticked=True)
        self._people = people(self._chance, max(4, contacts // CONTACTS_PER_CUSTOMER))
        self._families: dict[str, list[Person]] = {}
        for one in self._people:
            self._families.setdefault(one.household_id, []).append(one)
        self._now_ms = START_MS
        self._events = 0

    def run(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Play to the end; `progress` is told (contacts so far, contacts in all)."""
        self._open()
        served = 0
        pause_ms = LASTS_DAYS * DAY_MS * 2 // self._contacts
        while served < self._contacts:
            self._now_ms += pause_ms
            self._between()
            self._pair(served)
            served += 2
            if progress is not None and served % 500 < 2:
                progress(served, self._contacts)

    def _open(self) -> None:
        self._tell(e.EngineStarted, epoch=1)
        self._tell(e.ConfigurationChanged, settings=settings(self._chance))
        self._tell(me.CatalogueChanged, catalogue=catalogue(self._chance))
        for number in range(8):
            name = f"agent-{number}"
            self._tell(e.AgentSignedIn, agent_id=name, source=f"agent/{name}", ready=True)

    def _between(self) -> None:
        """Emergencies come and go; customers say what they never want to hear of."""
        chance, is_on = self._chance, self._engine.state.emergency is not None
        if not is_on and chance.random() < 0.01:
            self._tell(e.EmergencyDeclared, reason="storm", source="supervisor/sam")
        elif is_on and chance.random() < 0.13:
            self._tell(e.EmergencyCleared, source="supervisor/sam")
        if chance.random() < 0.015:
            scope = chance.choice(list(NeverScope))
            of = {"everything": "", "category": chance.choice(CATEGORIES)}
            self._tell(
                me.NeverSaid,
                customer_id=chance.choice(self._people).customer_id,
                scope=scope,
                of=of.get(scope, f"{CATEGORIES[3]}-2"),
                is_taken_back=chance.random() < 0.3,
                source="bridge/pbx",
            )

    def _pair(self, number: int) -> None:
        """Two contacts at the same time, sometimes of one household, or of one customer."""
        chance = self._chance
        first = chance.choice(self._people)
        is_family = chance.random() < 0.3
        second = chance.choice(self._families[first.household_id] if is_family else self._people)
        contacts = [f"contact-{number}", f"contact-{number + 1}"]
        for contact_id, who in zip(contacts, (first, second), strict=True):
            self._serve(contact_id, who, number)
        for step in (self._complete, self._present, self._react, self._hand_on, self._end):
            self._now_ms += MINUTE_MS
            for contact_id in contacts:
                step(contact_id)

    def _serve(self, contact_id: str, who: Person, version: int) -> None:
        """The contact arrives and is answered; what is known of them may come later."""
        chance = self._chance
        known = context(chance, who, self._now_ms, version)
        is_late = chance.random() < 0.1
        reason = None if chance.random() < 0.05 else chance.choice(REASONS)
        self._tell(
            e.ContactArrived,
            contact_id=contact_id,
            queue_id="cards",
            customer_id=who.customer_id,
            reason=reason,
            context=None if is_late else known,
            source="bridge/pbx",
        )
        self._by_holder(e.ReservationAccepted, contact_id)
        if is_late:
            self._tell(me.CustomerContextAttached, contact_id=contact_id, context=known)

    def _complete(self, contact_id: str) -> None:
        self._by_holder(e.ServiceCompleted, contact_id)

    def _present(self, contact_id: str) -> None:
        if self._state(contact_id) is not AssignmentState.MARKETING:
            return
        if self._chance.random() < 0.1:
            return  # the agent thought better of it
        self._by_holder(me.ProductsPresented, contact_id)

    def _react(self, contact_id: str) -> None:
        kinds, weights = zip(*REACTIONS, strict=True)
        customer_id = self._engine.state.contacts[contact_id].customer_id or ""
        rounds = self._engine.state.offers.ledger.of_contact(customer_id, contact_id)
        newest = next(rounds, None)
        if newest is None:
            return
        for item in newest.items:
            if self._chance.random() < 0.9:
                self._by_holder(
                    me.ReactionRecorded,
                    contact_id,
                    product_id=item.product.product_id,
                    reaction=self._chance.choices(kinds, weights)[0],
                    scope=self._chance.choices(list(NeverScope), [5, 3, 1])[0],
                )

    def _hand_on(self, contact_id: str) -> None:
        """Some contacts go to a second agent, who asks the gate once more."""
        if self._chance.random() >= 0.25:
            return
        self._tell(
            e.ContactTransferred, contact_id=contact_id, to_queue_id="cards", source="bridge/pbx"
        )
        self._by_holder(e.ReservationAccepted, contact_id)
        self._complete(contact_id)
        self._present(contact_id)

    def _end(self, contact_id: str) -> None:
        self._tell(e.ContactEnded, contact_id=contact_id, source="bridge/pbx")

    # --- the engine ---------------------------------------------------------------------

    def _state(self, contact_id: str) -> AssignmentState | None:
        contact = self._engine.state.contacts[contact_id]
        agent = self._engine.state.agents.get(contact.agent_id or "")
        return agent.assignments[contact_id].state if agent is not None else None

    def _by_holder(self, kind: type[Any], contact_id: str, **fields: Any) -> None:
        agent_id = self._engine.state.contacts[contact_id].agent_id
        source = f"agent/{agent_id}"
        self._tell(kind, contact_id=contact_id, agent_id=agent_id, source=source, **fields)

    def _tell(self, kind: type[Any], **fields: Any) -> None:
        self._events += 1
        self._desk.tell(kind(event_id=f"e{self._events}", at_ms=self._now_ms, **fields))

    def _deliver(self, entry: Entry) -> None:
        assert entry.row is not None
        self._write(entry.row)
