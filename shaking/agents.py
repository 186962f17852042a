"""Agents at their desktops: they ring, answer, talk, market and wrap up, and sometimes vanish."""

from __future__ import annotations

from typing import Any

from bus import decision_messages as m
from bus.replies import Reply
from bus.topics import Role
from shaking.broker import Broker
from shaking.clients import BusClient

WILL_AFTER_S = 1.5
REACTIONS = ("accepted", "declined", "interested", "not_now", "never_again", "not_presented")


class AgentClient(BusClient):
    """One agent's desktop. A word that comes too late is refused by its revision: no harm."""

    def __init__(self, broker: Broker, agent_id: str, habits: dict[str, float]) -> None:
        super().__init__(broker, Role.AGENT, agent_id)
        self.agent_id = agent_id
        self.habits = habits
        self.is_away = False
        self._revisions: dict[str, int] = {}
        broker.listeners[broker.space.decisions_to_agent(agent_id)] = self

    def say(self, type_: str, **fields: Any) -> None:
        """Send a message about this agent."""
        self.send(type_, agent_id=self.agent_id, **fields)

    def sign_in(self) -> None:
        """Sign in, ready."""
        self.send("agent_signed_in", self._signed_in, agent_id=self.agent_id, ready=True)

    def _signed_in(self, reply: Reply) -> None:
        if reply.status == "ok":
            self.say("agent_ready")

    # --- decisions ---------------------------------------------------------------------

    def on_decision(self, decision: m.AnyDecisionMessage) -> None:
        """Do one's work."""
        if isinstance(decision, m.ContactReservedMessage):
            self._offered(decision.contact_id, decision.revision)
        elif isinstance(decision, m.AssignmentRestatedMessage):
            self._revisions[decision.contact_id] = decision.revision
            if decision.state in ("reserved", "ringing"):
                self._offered(decision.contact_id, decision.revision)
            else:
                self._in_hand(decision.contact_id, decision.state)
        elif isinstance(decision, m.AssignmentChangedMessage):
            self._in_hand(decision.contact_id, decision.state)
        elif isinstance(decision, m.ProductsSelectedMessage):
            self._market(decision)
        elif isinstance(decision, m.AgentStateChangedMessage):
            self._state_changed(decision)

    def _state_changed(self, decision: m.AgentStateChangedMessage) -> None:
        if decision.state == "signed_out":
            self._after(1.0, self.sign_in)
        elif decision.state == "not_ready" and decision.reason != "signed_in":
            self._after(1.0, self.say, "agent_ready")

    def _offered(self, contact_id: str, revision: int) -> None:
        self._revisions[contact_id] = revision
        chance, habits = self.world.random.random(), self.habits
        about = {"contact_id": contact_id, "revision": revision}
        if chance < habits["ignores"]:
            return
        if self.world.random.random() < habits["rings"]:
            self._after(0.1, self._say_about, "ringing", about)
        if chance < habits["ignores"] + habits["silent"]:
            return
        declines = self.world.random.random() < habits["declines"]
        self._after(0.8, self._say_about, "rejected" if declines else "accepted", about)

    def _in_hand(self, contact_id: str, state: str) -> None:
        about = {"contact_id": contact_id}
        chance = self.world.random.random()
        if state == "talk":
            if chance < self.habits["completes"]:
                self._after(2.5, self._say_about, "service_completed", about)
            elif chance < self.habits["completes"] + 0.08:
                self._after(1.0, self._say_about, "held", about)
                self._after(2.0, self._say_about, "resumed", about)
            elif chance < self.habits["completes"] + 0.08 + self.habits["transfers"]:
                queue_id = self.world.random.choice(("cards", "loans"))
                self._after(1.5, self._transfer, contact_id, queue_id)
        elif state == "wrap_up" and chance < 0.7:
            self._after(1.0, self._say_about, "wrap_up_completed", about)

    def _transfer(self, contact_id: str, queue_id: str) -> None:
        self.say("contact_transferred", contact_id=contact_id, to_queue_id=queue_id)

    def _market(self, decision: m.ProductsSelectedMessage) -> None:
        about = {"contact_id": decision.contact_id}
        self._after(0.5, self._say_about, "products_presented", about)
        for one in decision.products:
            reaction = self.world.random.choice(REACTIONS)
            told = {**about, "product_id": one.ref.product_id, "reaction": reaction}
            self._after(1.0, self._say_about, "reaction_recorded", told)

    def _say_about(self, type_: str, about: dict[str, Any]) -> None:
        self.say(type_, **about)

    def _after(self, mean_s: float, call: Any, *values: Any) -> None:
        self.world.later(self.world.random.uniform(0.3, 1.7) * mean_s, self._do, call, values)

    def _do(self, call: Any, values: tuple[Any, ...]) -> None:
        if not self.is_away:
            call(*values)

    # --- vanishing ---------------------------------------------------------------------

    def vanish(self, for_s: float) -> None:
        """The desktop is gone: the broker says its will, and later it comes back, empty."""
        if self.is_away:
            return
        self.is_away, self.is_connected = True, False
        self.pending.clear()
        self.world.later(WILL_AFTER_S, self._will)
        self.world.later(for_s, self._come_back)

    def _will(self) -> None:
        self._sent += 1
        payload = f'{{"type":"agent_lost","event_id":"{self.name}-will-{self._sent}",'
        payload += f'"agent_id":"{self.agent_id}"}}'
        if self.is_away and self.broker.is_up:
            self.broker.publish(self._topic, payload.encode())

    def _come_back(self) -> None:
        self.is_away = False
        self._reconnect()

    def _reconnect(self) -> None:
        if not self.is_away:
            super()._reconnect()

    def on_reconnected(self) -> None:
        """Sign in again: what is in hand is told again."""
        self.sign_in()
