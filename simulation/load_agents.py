"""The generator's agents: each answers at once, and finishes wrap-up when its time is over."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec

from bus.codec import decode_decisions, decode_replies
from bus.decision_messages import (
    AgentStateChangedMessage,
    AnyDecisionMessage,
    AssignmentChangedMessage,
    ContactReservedMessage,
    OutcomeRecordedMessage,
    ReservationTimedOutMessage,
    ReservationWithdrawnMessage,
)
from bus.link import ReceivedMessage
from bus.replies import Reply
from bus.topics import Role
from contacts.vocabulary import AgentState, AssignmentState
from simulation.load_bridge import place_of
from simulation.load_figures import Measured
from simulation.load_plan import LoadPlan
from simulation.load_sender import EventSender


class LoadAgent(msgspec.Struct):
    """One agent's client."""

    agent_id: str
    topic: str
    freed_s: float = 0.0
    """When it last published the end of a wrap-up."""
    last_decision: tuple[int, int] = (0, 0)


class LoadAgents:
    """All agents' clients over one connection, each with topics of its own."""

    def __init__(
        self,
        plan: LoadPlan,
        sender: EventSender,
        measured: Measured,
        arrived_s: dict[str, float],
    ) -> None:
        self._plan = plan
        self._sender = sender
        self._measured = measured
        self._arrived_s = arrived_s
        self._loop = asyncio.get_running_loop()
        self._agents = [
            LoadAgent(one, plan.space.events_in(Role.AGENT, one)) for one in plan.agent_ids()
        ]
        self._by_topic = {plan.space.decisions_to_agent(one.agent_id): one for one in self._agents}
        self._reply_topics = {plan.space.reply(Role.AGENT, one.agent_id) for one in self._agents}
        self.signed_in = 0
        self.refused: Reply | None = None

    @property
    def topics(self) -> list[str]:
        """All topics the agents listen to."""
        return [*self._by_topic, *self._reply_topics]

    def sign_in(self) -> None:
        """Sign all agents in, ready; sessions left by an earlier run are taken over."""
        skills = self._plan.skills
        for agent in self._agents:
            self._send(
                agent,
                {"type": "agent_signed_in", "ready": True, "take_over": True, "skills": skills},
                self._signed_in,
            )
            self._send(agent, {"type": "agent_ready"})

    def sign_out(self) -> None:
        """Sign all agents out."""
        for agent in self._agents:
            self._send(agent, {"type": "agent_signed_out"})

    def receive(self, message: ReceivedMessage) -> None:
        """Take replies and decisions for any of the agents."""
        now_s = time.perf_counter()
        if message.topic in self._reply_topics:
            self._sender.take(decode_replies(message.payload), now_s)
            return
        agent = self._by_topic[message.topic]
        for decision in decode_decisions(message.payload).decisions:
            place = place_of(decision.decision_id)
            if place > agent.last_decision:
                agent.last_decision = place
                self._obey(agent, decision, now_s)

    def _signed_in(self, reply: Reply) -> None:
        if reply.status == "ok":
            self.signed_in += 1
        else:
            self.refused = reply

    def _obey(self, agent: LoadAgent, decision: AnyDecisionMessage, now_s: float) -> None:
        match decision:
            case ContactReservedMessage():
                self._answer(agent, decision, now_s)
            case AssignmentChangedMessage(state=AssignmentState.WRAP_UP):
                self._wrap_up(agent, decision.contact_id)
            case OutcomeRecordedMessage() if decision.contact_id.startswith(self._plan.run_id):
                self._measured.completed_s.append(now_s)
            case ReservationTimedOutMessage() | ReservationWithdrawnMessage():
                self._measured.withdrawn += 1
            case AgentStateChangedMessage(state=AgentState.NOT_READY, reason="rona"):
                self._send(agent, {"type": "agent_ready"})
            case _:
                pass

    def _answer(self, agent: LoadAgent, decision: ContactReservedMessage, now_s: float) -> None:
        arrived_s = self._arrived_s.pop(decision.contact_id, None)
        if arrived_s is not None:
            if arrived_s >= agent.freed_s:
                self._measured.arrival_to_reservation_s.append(now_s - arrived_s)
            else:
                self._measured.freed_to_reservation_s.append(now_s - agent.freed_s)
        about = {"contact_id": decision.contact_id, "revision": decision.revision}
        if self._plan.ringing:
            self._send(agent, {"type": "ringing", **about})
        self._send(agent, {"type": "accepted", **about})

    def _wrap_up(self, agent: LoadAgent, contact_id: str) -> None:
        if self._plan.wrap_up_ms:
            self._loop.call_later(
                self._plan.wrap_up_ms / 1_000, self._finish_wrap_up, agent, contact_id
            )
        else:
            self._finish_wrap_up(agent, contact_id)

    def _finish_wrap_up(self, agent: LoadAgent, contact_id: str) -> None:
        agent.freed_s = self._send(agent, {"type": "wrap_up_completed", "contact_id": contact_id})

    def _send(self, agent: LoadAgent, event: dict[str, Any], on_reply: Any = None) -> float:
        event["agent_id"] = agent.agent_id
        return self._sender.send(agent.topic, event, on_reply)
