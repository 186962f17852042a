"""The generator's PBX: contacts arrive whether or not the engine keeps up, talk, and end."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from random import Random

from bus.codec import decode_decisions, decode_replies
from bus.decision_messages import AssignmentChangedMessage, ContactDivertedMessage
from bus.link import ReceivedMessage
from bus.replies import Reply
from bus.topics import Role
from contacts.vocabulary import AssignmentState
from simulation.load_figures import Measured
from simulation.load_plan import LoadPlan
from simulation.load_sender import EventSender

TALK_SHAPE = 4.0
"""Talk times are gamma distributed: of this shape none is very long, so a run ends soon."""


class LoadBridge:
    """Sends arrivals at seeded Poisson times and ends each contact after its talk time.

    A contact answered busy is given up, as a PBX would that sends it elsewhere; should a repeat of
    its arrival have been taken after all, it is a contact like others.
    """

    def __init__(self, plan: LoadPlan, sender: EventSender, measured: Measured) -> None:
        self._plan = plan
        self._sender = sender
        self._measured = measured
        self._random = Random(plan.seed)
        self._topic = plan.space.events_in(Role.BRIDGE, plan.name)
        self._reply_topic = plan.space.reply(Role.BRIDGE, plan.name)
        self._loop = asyncio.get_running_loop()
        self._last_decision = (0, 0)
        self.arrived_s: dict[str, float] = {}
        """When each contact that is not yet with an agent was published."""
        self._given_up: set[str] = set()
        self.journaled = 0
        self.rejected = 0
        self.over = 0
        """Contacts that ended without an agent: refused or diverted by their queue."""

    @property
    def busy(self) -> int:
        """Contacts answered busy, and therefore given up."""
        return len(self._given_up)

    def report_no_live_contacts(self) -> None:
        """Say what a bridge says after a start; closes what an earlier run left behind."""
        self._sender.send(self._topic, {"type": "live_contacts_reported", "contacts": []})

    async def send_arrivals(self) -> None:
        """Let all contacts arrive."""
        plan, started_s = self._plan, time.perf_counter()
        due_s = started_s
        self._measured.first_arrival_s = started_s
        for number in range(plan.contacts):
            due_s += self._random.expovariate(plan.rate_per_s)
            wait_s = due_s - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            elif number % 50 == 0:
                await asyncio.sleep(0)
            sent_s = self._send_arrival(number)
            self._measured.late_s.append(max(sent_s - due_s, 0.0))
            self._measured.last_arrival_s = sent_s

    def _send_arrival(self, number: int) -> float:
        contact_id = f"{self._plan.run_id}-{number}"
        queue_id = self._plan.queues[number % len(self._plan.queues)]
        self._measured.offered += 1
        sent_s = self._sender.send(
            self._topic,
            {"type": "contact_arrived", "contact_id": contact_id, "queue_id": queue_id},
            partial(self._arrival_answered, contact_id),
        )
        self.arrived_s[contact_id] = sent_s
        return sent_s

    def _arrival_answered(self, contact_id: str, reply: Reply) -> None:
        if reply.status == "busy":
            self._given_up.add(contact_id)
            self.arrived_s.pop(contact_id, None)
        elif reply.status == "rejected":
            self.rejected += 1
        else:
            self.journaled += 1
            self.over += reply.reason is not None

    def receive(self, message: ReceivedMessage) -> None:
        """Take replies and decisions for the bridge."""
        if message.topic == self._reply_topic:
            self._sender.take(decode_replies(message.payload), time.perf_counter())
            return
        for decision in decode_decisions(message.payload).decisions:
            place = place_of(decision.decision_id)
            if place <= self._last_decision:
                continue
            self._last_decision = place
            if isinstance(decision, AssignmentChangedMessage):
                if decision.state is AssignmentState.TALK:
                    self._talk(decision.contact_id)
            elif isinstance(decision, ContactDivertedMessage):
                self.over += 1

    def _talk(self, contact_id: str) -> None:
        if contact_id in self._given_up:  # a repeat of its arrival was taken after all
            self._given_up.remove(contact_id)
            self.journaled += 1
        talk_s = self._random.gammavariate(TALK_SHAPE, self._plan.talk_ms / TALK_SHAPE) / 1_000
        self._loop.call_later(talk_s, self._end, contact_id)

    def _end(self, contact_id: str) -> None:
        self._sender.send(self._topic, {"type": "contact_ended", "contact_id": contact_id})


def place_of(decision_id: str) -> tuple[int, int]:
    """Return a decision's place in the engine's one order: journal sequence and number."""
    seq, _, index = decision_id.partition(".")
    return int(seq), int(index)
