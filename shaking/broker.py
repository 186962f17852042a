"""The broker: links that break, messages that are lost, doubled or late, and its own restarts.

What MQTT promises is kept: on a link that stands, messages of one sender to one receiver come in
order. What it does not promise is not: a lost link or a restart loses what was under way, and with
clean sessions what was published while nobody was subscribed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from bus.codec import decode_decisions, decode_replies
from bus.decision_messages import DecisionBatch
from bus.frames import PUBLISH, parse_publish, puback_frame, publish_frame
from bus.replies import Reply
from bus.topics import TopicSpace
from shaking.world import World

if TYPE_CHECKING:
    from shaking.wire import SimulatedWire

LATENCY_S = (0.0005, 0.01)


class Listener(Protocol):
    """A client of the broker, other than the engine."""

    is_connected: bool

    def on_replies(self, replies: list[Reply]) -> None:
        """Hear answers."""

    def on_decisions(self, batch: DecisionBatch) -> None:
        """Hear decisions."""

    def on_link_lost(self) -> None:
        """The link to the broker is lost."""


class Trouble(msgspec.Struct):
    """How messages to the engine fare: chances, and the longest delay, seconds."""

    lost: float = 0.0
    doubled: float = 0.0
    delayed: float = 0.0
    delay_s: float = 0.0


class Broker:
    """Passes messages on. `heard` has every decision id that an engine's messages brought here."""

    def __init__(self, world: World, space: TopicSpace) -> None:
        self.world = world
        self.space = space
        self.is_up = True
        self.silent_until_s = 0.0
        self.trouble = Trouble()
        self.wire: SimulatedWire | None = None
        self.listeners: dict[str, Listener] = {}
        self.retained: dict[str, bytes] = {}
        self.heard: set[str] = set()
        self.under_way = 0
        self.on_batch: Callable[[str, DecisionBatch], None] = lambda topic, batch: None
        self._arrives_s: dict[object, float] = {}

    @property
    def is_reachable(self) -> bool:
        """Whether a client can connect now."""
        return self.is_up and self.world.now_s >= self.silent_until_s

    # --- from clients ------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes) -> None:
        """Take a client's message under way to the engine, with what may befall it."""
        random, trouble = self.world.random, self.trouble
        copies = 1
        if trouble.lost and random.random() < trouble.lost:
            copies = 0
        elif trouble.doubled and random.random() < trouble.doubled:
            copies = 2
        for _ in range(copies):
            delay_s = random.uniform(*LATENCY_S)
            if trouble.delayed and random.random() < trouble.delayed:
                delay_s += random.uniform(0.0, trouble.delay_s)
            self.under_way += 1
            self.world.later(delay_s, self._from_client, topic, payload)

    def _from_client(self, topic: str, payload: bytes) -> None:
        if self._postponed(self._from_client, topic, payload):
            return
        self.under_way -= 1
        wire = self.wire
        if self.is_up and wire is not None and wire.is_subscribed:
            wire.packet_id = wire.packet_id % 65_535 + 1
            self._to_engine(wire, publish_frame(topic, payload, 1, False, wire.packet_id))

    def _to_engine(self, wire: SimulatedWire, frame: bytes) -> None:
        self.under_way += 1
        self._in_order(wire, self._reach_engine, wire, frame)

    def _reach_engine(self, wire: SimulatedWire, frame: bytes) -> None:
        self.under_way -= 1
        wire.feed(frame)

    # --- from the engine ---------------------------------------------------------------

    def from_engine(self, wire: SimulatedWire, batch: bytes) -> None:
        """Take bytes of an engine under way to the broker."""
        self.under_way += 1
        self._in_order(("out", wire), self._engine_said, wire, batch)

    def _engine_said(self, wire: SimulatedWire, batch: bytes) -> None:
        if self._postponed(self._engine_said, wire, batch):
            return
        self.under_way -= 1
        if not self.is_up or wire.is_cut:
            return
        for first, body in wire.frames_out.feed(batch):
            if first & 0xF0 == PUBLISH:
                topic, payload, packet_id = parse_publish(first, body)
                self._pass_on(topic, payload, is_retained=bool(first & 1))
                if packet_id:
                    self._to_engine(wire, puback_frame(packet_id))

    def _pass_on(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        if is_retained:
            self.retained[topic] = payload
            return
        listener = self.listeners.get(topic)
        is_there = listener is not None and listener.is_connected
        if "/decisions/" in topic:
            batch = decode_decisions(payload)
            self.heard.update(one.decision_id for one in batch.decisions)
            self.on_batch(topic, batch)
            if is_there:
                assert listener is not None
                times = 2 if self.world.random.random() < self.trouble.doubled else 1
                for _ in range(times):
                    self._to_client(listener, listener.on_decisions, batch)
        elif is_there:
            assert listener is not None
            self._to_client(listener, listener.on_replies, decode_replies(payload))

    def _to_client(self, listener: Listener, hear: Callable[[Any], None], what: object) -> None:
        self.under_way += 1
        self._in_order(listener, self._reach_client, listener, hear, what)

    def _reach_client(self, listener: Listener, hear: Callable[[Any], None], what: object) -> None:
        self.under_way -= 1
        if listener.is_connected:
            hear(what)

    # --- links and restarts -------------------------------------------------------------

    def connect(self, wire: SimulatedWire) -> None:
        """An engine connects; another of the same client id is thrown out."""
        if self.wire is not None and self.wire is not wire:
            self.wire.cut("another client took the id")
        self.wire = wire

    def disconnected(self, wire: SimulatedWire, *, with_will: bool) -> None:
        """An engine's link is over; the will is said unless it said goodbye."""
        if self.wire is wire:
            self.wire = None
            if with_will and self.is_up and wire.will is not None:
                topic, payload = wire.will
                self.retained[topic] = payload

    def restart(self, away_s: float, *, is_persistent: bool) -> None:
        """Stop, lose all links and what was under way, and come back after a while."""
        self.is_up = False
        if not is_persistent:
            self.retained.clear()
        if self.wire is not None:
            self.wire.cut("closed by the broker")
        for listener in dict.fromkeys(self.listeners.values()):
            if listener.is_connected:
                listener.on_link_lost()
        self.world.later(away_s, self._come_back)

    def _come_back(self) -> None:
        self.is_up = True

    def _postponed(self, call: Callable[..., None], *values: object) -> bool:
        """Have it happen later if the broker does not do anything now."""
        if self.world.now_s >= self.silent_until_s:
            return False
        self.world.at(self.silent_until_s, call, *values)
        return True

    def _in_order(self, link: object, call: Callable[..., None], *values: object) -> None:
        at_s = self.world.now_s + self.world.random.uniform(*LATENCY_S)
        at_s = max(at_s, self._arrives_s.get(link, 0.0))
        self._arrives_s[link] = at_s
        self.world.at(at_s, call, *values)
