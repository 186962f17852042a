"""A turn: one event being decided. Every decision is applied as soon as it is made."""

from __future__ import annotations

from typing import Protocol

from agents.agent import Agent, Assignment
from contacts.vocabulary import AgentState, Rejection
from router.apply import APPLY
from router.decisions import AnyDecision, EventRejected, MarketingDecided
from router.state import RoutingState


class Gate(Protocol):
    """Decides whether an agent may go on to market when service is complete."""

    def __call__(self, state: RoutingState, assignment: Assignment) -> MarketingDecided:
        """Return the decision with its reason and the numbers it stands on."""


class Refused(Exception):  # noqa: N818 - the field's word; it never leaves the engine
    """The event cannot be carried out; raised by rules before anything was decided."""

    def __init__(self, reason: Rejection, detail: str = "", have: str = "") -> None:
        super().__init__(reason, detail, have)
        self.decision = EventRejected(reason, detail, have)


class Turn:
    """What rules work with: the state to read, and `emit` to change it.

    `last_ms` is the time of the record before; `settled` how many decisions were followed up.
    `heard` is an agent who was lost and whose own client spoke in this turn.
    """

    __slots__ = ("decisions", "gate", "heard", "last_ms", "settled", "state")

    def __init__(self, state: RoutingState, gate: Gate, last_ms: int) -> None:
        self.state = state
        self.gate = gate
        self.last_ms = last_ms
        self.settled = 0
        self.heard: Agent | None = None
        self.decisions: list[AnyDecision] = []

    def emit(self, decision: AnyDecision) -> None:
        """Decide: note the decision and apply it."""
        self.decisions.append(decision)
        APPLY[type(decision)](self.state, decision)

    def agent(self, agent_id: str, source: str) -> Agent:
        """Return a signed-in agent that `source` may speak for; raises `Refused`."""
        agent = self.state.agents.get(agent_id)
        if agent is None:
            raise Refused(Rejection.AGENT_UNKNOWN, agent_id)
        if agent.state is AgentState.SIGNED_OUT:
            raise Refused(Rejection.AGENT_NOT_SIGNED_IN, agent_id)
        if source != agent.session and source.startswith("agent/"):
            raise Refused(Rejection.AGENT_SIGNED_IN_ELSEWHERE, agent_id, agent.session)
        if agent.lost_until_ms is not None and source == agent.session:
            self.heard = agent
        return agent
