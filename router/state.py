"""Live state: what the decisions so far add up to.

Only `router/apply.py` changes it. It holds plain values (contacts, agents, assignments) and, beside
them, what can be derived from those: the matcher's index and the deadlines.
"""

from __future__ import annotations

import msgspec

from agents.agent import Agent, Assignment
from config.routing import AgentSettings, RoutingSettings
from contacts.contact import Contact
from contacts.vocabulary import Mode
from queues.contact_queue import ContactQueue
from router.deadlines import DeadlineKind, Deadlines, Key
from router.handled import HandledContacts
from router.matching import Matcher
from router.offers import Offers
from router.receipts import ReceiptBook

EVERY_QUEUE = ""
ALARMS_KEPT = 1_000


class Override(msgspec.Struct, frozen=True, gc=False):
    """A supervisor's word on the gate: the mode, until when (None: until given back), who."""

    mode: Mode
    until_ms: int | None
    by: str


class Acknowledgement(msgspec.Struct, frozen=True, gc=False):
    """Who has seen an alarm, and when."""

    by: str
    at_ms: int


class RoutingState:
    """Everything the engine knows. `now_ms` never goes back; `seq` is the last record's number.

    `emergency` is the reason of the one that is on, declared last by `emergency_by`, on since
    `emergency_since_ms`. `alarms` has the newest `ALARMS_KEPT` acknowledged, oldest first.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.now_ms = 0
        self.epoch = 0
        self.serial = 0
        self.paused_since_ms: int | None = None
        self.settings = RoutingSettings()
        self.emergency: str | None = None
        self.emergency_by = ""
        self.emergency_since_ms: int | None = None
        self.alarms: dict[str, Acknowledgement] = {}
        self.overrides: dict[str, Override] = {}
        self.silent_bridges: set[str] = set()
        self.latching: set[str] = set()
        self.contacts: dict[str, Contact] = {}
        self.agents: dict[str, Agent] = {}
        self.listed: dict[str, AgentSettings] = {}
        self.offers = Offers()
        self.receipts = ReceiptBook(self.settings.limits.remembered_events)
        self.handled = HandledContacts(self.settings.limits.remembered_contacts)
        self.matcher = Matcher()
        self.queues: dict[str, ContactQueue] = self.matcher.queues
        self.deadlines = Deadlines()

    def next_serial(self) -> int:
        """Return a number that orders contacts and agents by when they came."""
        self.serial += 1
        return self.serial

    def override(self, queue_id: str) -> Override | None:
        """Return the supervisor's word in force for a queue: its own before that for all."""
        for key in (queue_id, EVERY_QUEUE):
            found = self.overrides.get(key)
            if found is not None and (found.until_ms is None or found.until_ms > self.now_ms):
                return found
        return None

    def note_latching(self) -> None:
        """Work out anew which queues have a gate with hysteresis."""
        self.latching = {
            queue_id
            for queue_id, queue in self.queues.items()
            if queue.settings.gate.policy == "hysteresis"
        }

    def assignment(self, contact_id: str, agent_id: str) -> Assignment | None:
        """Return the assignment of this contact to this agent, wrap-up included."""
        agent = self.agents.get(agent_id)
        return agent.assignments.get(contact_id) if agent is not None else None

    def set_assignment_deadline(self, assignment: Assignment) -> None:
        """Bring the deadline of an assignment's present phase up to date."""
        key: Key = (DeadlineKind.ASSIGNMENT, assignment.contact_id, assignment.agent_id)
        if assignment.until_ms is None:
            self.deadlines.cancel(key)
        else:
            self.deadlines.set(key, assignment.until_ms)

    def set_give_up_deadline(self, contact: Contact) -> None:
        """Bring the moment a waiting contact is diverted up to date."""
        key: Key = (DeadlineKind.GIVE_UP, contact.contact_id, "")
        if contact.give_up_at_ms is None or contact.agent_id is not None:
            self.deadlines.cancel(key)
        else:
            self.deadlines.set(key, contact.give_up_at_ms)

    def set_drain(self, queue: ContactQueue, at_ms: int | None) -> None:
        """Let the next of those who wait in a closed queue be diverted at `at_ms`, None: nobody."""
        queue.drain_at_ms = at_ms
        key: Key = (DeadlineKind.DRAIN, queue.settings.queue_id, "")
        if at_ms is None:
            self.deadlines.cancel(key)
        else:
            self.deadlines.set(key, at_ms)
