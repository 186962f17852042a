"""Sending events as the contract asks: the same message again until the engine's own reply."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from bus.connection import MqttConnection
from bus.replies import Reply
from bus.transport_errors import TransportError
from simulation.load_figures import Measured

OnReply = Callable[[Reply], None]

_encode = msgspec.json.Encoder().encode


class Unanswered(msgspec.Struct):
    """A message whose reply has not come."""

    topic: str
    payload: bytes
    first_sent_s: float
    sent_s: float
    on_reply: OnReply | None


class EventSender:
    """Publishes events over one connection and repeats each, under its id, until answered."""

    def __init__(self, connection: MqttConnection, measured: Measured, prefix: str) -> None:
        self._connection = connection
        self._measured = measured
        self._prefix = prefix
        self._sent = 0
        self._unanswered: dict[str, Unanswered] = {}

    @property
    def unanswered(self) -> int:
        """Messages that wait for a reply."""
        return len(self._unanswered)

    def send(self, topic: str, event: dict[str, Any], on_reply: OnReply | None = None) -> float:
        """Publish an event under a new id; return when, in seconds."""
        self._sent += 1
        event_id = event["event_id"] = f"{self._prefix}{self._sent}"
        payload = _encode(event)
        now_s = time.perf_counter()
        self._unanswered[event_id] = Unanswered(topic, payload, now_s, now_s, on_reply)
        self._publish(topic, payload)
        return now_s

    def take(self, replies: list[Reply], now_s: float) -> None:
        """Match replies with what they answer; those known already are ignored."""
        for reply in replies:
            waiting = self._unanswered.pop(reply.event_id or "", None)
            if waiting is None:
                continue
            self._measured.reply_s.append(now_s - waiting.first_sent_s)
            if reply.status == "rejected":
                self._measured.errors[reply.reason or "?"] += 1
            if waiting.on_reply is not None:
                waiting.on_reply(reply)

    def repeat(self, older_than_s: float) -> None:
        """Publish again what has waited for a reply since before `older_than_s`."""
        for event_id, waiting in list(self._unanswered.items()):
            if waiting.sent_s > older_than_s:
                break
            self._measured.repeats += 1
            waiting.sent_s = time.perf_counter()
            self._unanswered[event_id] = self._unanswered.pop(event_id)  # the order is of sent_s
            self._publish(waiting.topic, waiting.payload)

    def _publish(self, topic: str, payload: bytes) -> None:
        try:
            self._connection.publish(topic, payload)
        except TransportError:
            return  # repeated when the link is back
