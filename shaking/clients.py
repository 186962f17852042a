"""What every client of the bus does as the contract asks: repeat until answered, know repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from bus.decision_messages import AnyDecisionMessage, DecisionBatch
from bus.replies import Reply
from bus.topics import Role
from shaking.broker import Broker

REPEAT_S = 1.5
Answered = Callable[[Reply], None]
_encode = msgspec.json.Encoder().encode


class Pending(msgspec.Struct):
    """A message that is not answered yet."""

    payload: bytes
    answered: Answered | None


class BusClient:
    """A client with a link of its own. `replies` has every answer: (event id, place)."""

    def __init__(self, broker: Broker, role: Role, name: str) -> None:
        self.broker, self.world = broker, broker.world
        self.role, self.name = role, name
        self.is_connected = True
        self.epoch = 0
        self.replies: list[tuple[str, int]] = []
        self.on_reply: Callable[[Reply], None] = lambda reply: None
        self.pending: dict[str, Pending] = {}
        self._seen: set[str] = set()
        self._sent = 0
        self._topic = broker.space.events_in(role, name)
        broker.listeners[broker.space.reply(role, name)] = self

    # --- to the engine -----------------------------------------------------------------

    def send(self, type_: str, answered: Answered | None = None, **fields: Any) -> None:
        """Send a message until it is answered."""
        self._sent += 1
        event_id = f"{self.name}-{self._sent}"
        payload = _encode({"type": type_, "event_id": event_id, **fields})
        self.pending[event_id] = Pending(payload, answered)
        self._transmit(event_id)

    def _transmit(self, event_id: str) -> None:
        pending = self.pending.get(event_id)
        if pending is None:
            return
        if self.is_connected and self.may_send(event_id):
            self.broker.publish(self._topic, pending.payload)
        self.world.later(REPEAT_S, self._transmit, event_id)

    def may_send(self, event_id: str) -> bool:
        """Tell whether this message may leave now."""
        return True

    # --- from the engine ---------------------------------------------------------------

    def on_replies(self, replies: list[Reply]) -> None:
        """Take answers, each once; `busy` is no answer."""
        for reply in replies:
            self.on_reply(reply)
            if reply.status == "busy" or reply.event_id is None:
                continue
            if reply.seq is not None:
                self.replies.append((reply.event_id, reply.seq))
            pending = self.pending.pop(reply.event_id, None)
            if pending is not None and pending.answered is not None:
                pending.answered(reply)

    def on_decisions(self, batch: DecisionBatch) -> None:
        """Take decisions, each once, and none of an engine that no longer leads."""
        if batch.epoch < self.epoch:
            return
        self.epoch = batch.epoch
        for one in batch.decisions:
            if one.decision_id not in self._seen:
                self._seen.add(one.decision_id)
                self.on_decision(one)

    def on_decision(self, decision: AnyDecisionMessage) -> None:
        """Hear of a decision for the first time."""

    # --- the link ----------------------------------------------------------------------

    def on_link_lost(self) -> None:
        """The link is lost: try again until the broker is there."""
        self.is_connected = False
        self.world.later(self.world.random.uniform(0.2, 2.0), self._reconnect)

    def _reconnect(self) -> None:
        if self.is_connected:
            return
        if not self.broker.is_reachable:
            self.world.later(self.world.random.uniform(0.2, 1.0), self._reconnect)
            return
        self.is_connected = True
        self.on_reconnected()

    def on_reconnected(self) -> None:
        """The link stands again, and everything is subscribed."""
