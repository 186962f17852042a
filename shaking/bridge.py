"""A bridge and the customers behind it: they arrive, wait, talk, and hang up at any moment."""

from __future__ import annotations

from typing import Any

import msgspec

from bus import decision_messages as m
from bus.replies import Reply
from bus.topics import Role
from shaking.broker import Broker
from shaking.clients import BusClient

WITH_CUSTOMER = ("hold", "service_complete", "marketing")


class Call(msgspec.Struct):
    """What the bridge knows of one contact. `agent_id` is who talks to the customer."""

    contact_id: str
    queue_id: str
    patience_s: float
    talk_s: float
    arrived_s: float
    is_taken: bool = False
    is_listed: bool = False
    """It was in a list of live contacts, which may cross with a decision on it."""
    agent_id: str | None = None
    talks: int = 0
    is_over: bool = False
    """The customer has hung up, or was sent away."""


class Bridge(BusClient):
    """Reports what the PBX does, in order for each contact, and follows what is decided.

    `calls` are the contacts the PBX still has; those that are over stay until the engine knows.
    """

    def __init__(self, broker: Broker, name: str, stay_s: tuple[float, float]) -> None:
        super().__init__(broker, Role.BRIDGE, name)
        self.calls: dict[str, Call] = {}
        self.arrived: dict[str, str] = {}
        self._stay_s = stay_s
        self._report: str | None = None
        broker.listeners[broker.space.decisions_to_bridge(name)] = self

    # --- customers ---------------------------------------------------------------------

    def arrive(self, call: Call, fields: dict[str, Any]) -> None:
        """A customer calls."""
        call.arrived_s = self.world.now_s
        self.calls[call.contact_id] = call
        self.arrived[call.contact_id] = f"{self.name}-{self._sent + 1}"
        self.send(
            "contact_arrived",
            lambda reply: self._taken(call, reply),
            contact_id=call.contact_id,
            queue_id=call.queue_id,
            **fields,
        )
        self.world.later(call.patience_s, self._lose_patience, call)

    def _taken(self, call: Call, reply: Reply) -> None:
        call.is_taken = True
        is_there = reply.status == "ok" or reply.reason == "contact_exists"
        if not is_there or reply.reason in ("closed", "full", "no_staff"):
            self._send_away(call)
        elif call.is_over:
            self._end(call)

    def _lose_patience(self, call: Call) -> None:
        if call.agent_id is None:
            self.hang_up(call)

    def hang_up(self, call: Call) -> None:
        """The customer is gone; said once the engine has taken the contact."""
        if call.is_over:
            return
        call.is_over = True
        if call.is_taken:
            self._end(call)

    def _end(self, call: Call) -> None:
        self.send("contact_ended", lambda _: self._forget(call), contact_id=call.contact_id)

    def _forget(self, call: Call) -> None:
        self.calls.pop(call.contact_id, None)

    # --- decisions ---------------------------------------------------------------------

    def on_decision(self, decision: m.AnyDecisionMessage) -> None:
        """Do as told."""
        call = self.calls.get(getattr(decision, "contact_id", ""))
        if call is None or call.is_over:
            return
        if isinstance(decision, m.AssignmentChangedMessage | m.AssignmentRestatedMessage):
            self._changed(call, decision.agent_id, decision.state)
        elif isinstance(decision, m.ContactRequeuedMessage):
            call.agent_id = None
            call.queue_id = decision.queue_id
            self.world.later(call.patience_s, self._lose_patience, call)
        elif isinstance(decision, m.ContactDivertedMessage | m.ContactRefusedMessage):
            self._send_away(call)

    def _send_away(self, call: Call) -> None:
        """The contact goes elsewhere. One that was listed since may be waiting again: say it."""
        call.is_over = True
        self.calls.pop(call.contact_id, None)
        if call.is_listed:
            self._end(call)

    def _changed(self, call: Call, agent_id: str, state: str) -> None:
        is_new = state == "talk" and call.agent_id != agent_id
        is_missed = state in WITH_CUSTOMER and call.agent_id is None
        if is_new or is_missed:
            call.agent_id = agent_id
            call.talks += 1
            self.world.later(call.talk_s, self._talked, call, call.talks)
        elif state == "wrap_up" and call.agent_id == agent_id:
            call.agent_id = None

    def _talked(self, call: Call, talks: int) -> None:
        if call.talks == talks and call.agent_id is not None:
            self.hang_up(call)

    # --- the link ----------------------------------------------------------------------

    def may_send(self, event_id: str) -> bool:
        """After a lost link the list of live contacts goes first."""
        return self._report is None or event_id == self._report

    def on_reconnected(self) -> None:
        """Say which contacts there are; nothing else leaves until that is answered."""
        if self._report is not None:
            self.pending.pop(self._report, None)
        still = [one for one in self.calls.values() if not one.is_over]
        for call in still:
            call.is_listed = True
        live = [
            {"contact_id": one.contact_id, "queue_id": one.queue_id, "wait_credit_ms": 0}
            | ({"agent_id": one.agent_id} if one.agent_id is not None else {})
            for one in still
        ]
        self._report = f"{self.name}-{self._sent + 1}"
        self.send("live_contacts_reported", self._reported, contacts=live)

    def _reported(self, reply: Reply) -> None:
        self._report = None

    def picture(self) -> dict[str, str | None]:
        """Return the contacts the PBX has, each with the agent who talks to the customer."""
        return {one.contact_id: one.agent_id for one in self.calls.values() if not one.is_over}
