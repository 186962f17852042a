"""Showing: the retained state of queues, agents and the catalogue, at most once a cycle each."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from bus.codec import encode_snapshot
from bus.connection import MqttConnection
from bus.snapshots import QueueSnapshot
from bus.topics import TopicSpace
from router.decisions import AnyDecision, TimersResumed
from router.marketing_decisions import LedgerChanged
from router.observer import Observer
from router.records import Record
from router.state import RoutingState
from service.offer_pictures import catalogue_picture
from service.pictures import InHand, ShownModes, agent_picture, queue_picture

log = structlog.get_logger(__name__)

NOTHING_RETAINED = b""
"""An empty payload: the broker forgets what it retained."""
MOST_RETAINED_BYTES = 4_000_000
"""What the shipped settings of Mosquitto let through, less the packet's own bytes."""
NOT_SHOWN_YET: dict[str, Any] = {}
MOST_OUTSTANDING = 1_000


class Showing:
    """Publishes what looks different from what was shown last."""

    def __init__(self, connection: MqttConnection, space: TopicSpace, observer: Observer) -> None:
        self._connection = connection
        self._space = space
        self._observer = observer
        self._modes = ShownModes()
        self._queues: dict[str, QueueSnapshot] = {}
        self._agents: set[str] = set()
        self._catalogue: dict[str, Any] | None = NOT_SHOWN_YET

    def forget(self, state: RoutingState) -> None:
        """Show everything again: the broker may have lost it."""
        self._queues.clear()
        self._catalogue = NOT_SHOWN_YET
        self._agents.update(state.agents)

    def take(self, state: RoutingState, record: Record) -> None:
        """Note which agents a record, just applied, concerns."""
        for decision in record.decisions:
            agent_id = getattr(decision, "agent_id", None) or _round_holder(state, decision)
            if agent_id is not None:
                self._agents.add(agent_id)
            elif type(decision) is TimersResumed:
                busy = (one.agent_id for one in state.agents.values() if one.assignments)
                self._agents.update(busy)

    async def show(self, state: RoutingState, now_ms: int) -> None:
        """Publish what changed; raises `TransportError` if the link is lost meanwhile."""
        await self._show_catalogue(state, now_ms)
        in_hand = InHand(state.agents.values())
        for queue_id in list(state.queues):
            picture = queue_picture(state, self._observer, queue_id, in_hand, self._modes, now_ms)
            if _differs(picture, self._queues.get(queue_id)):
                self._queues[queue_id] = picture
                await self._retain(self._space.queue_state(queue_id), encode_snapshot(picture))
        for queue_id in self._queues.keys() - state.queues.keys():
            await self._retain(self._space.queue_state(queue_id), NOTHING_RETAINED)
            del self._queues[queue_id]
        self._agents |= self._modes.see_contacts(state)
        while self._agents:
            agent = state.agents.get(self._agents.pop())
            if agent is not None:
                snapshot = encode_snapshot(agent_picture(state, agent, self._modes, now_ms))
                await self._retain(self._space.agent_state(agent.agent_id), snapshot)

    async def _show_catalogue(self, state: RoutingState, now_ms: int) -> None:
        """Publish the catalogue if it is another than was shown; clear it if there is none."""
        if state.offers.catalogue is self._catalogue:
            return
        picture = catalogue_picture(state, now_ms)
        payload = NOTHING_RETAINED if picture is None else encode_snapshot(picture)
        if len(payload) > MOST_RETAINED_BYTES:
            log.error("catalogue_not_shown", size=len(payload), most=MOST_RETAINED_BYTES)
            payload = NOTHING_RETAINED
        await self._retain(self._space.catalogue_state, payload)
        self._catalogue = state.offers.catalogue

    async def _retain(self, topic: str, payload: bytes) -> None:
        if self._connection.outstanding > MOST_OUTSTANDING:
            await self._connection.drained(below=MOST_OUTSTANDING // 2)
        self._connection.publish(topic, payload, retain=True)


def _round_holder(state: RoutingState, decision: AnyDecision) -> str | None:
    """Return the agent who has the contact in hand whose round the decision changes."""
    if type(decision) is not LedgerChanged:
        return None
    one = state.offers.in_hand.get(getattr(decision.change, "round_id", ""))
    return one.agent_id if one is not None else None


def _differs(picture: QueueSnapshot, shown: QueueSnapshot | None) -> bool:
    """Tell whether a queue looks different; a wait that only grows is shown every 5 seconds."""
    if shown is None:
        return True
    if picture.waiting and picture.at_ms - shown.at_ms >= 5_000:
        return True
    same = msgspec.structs.replace(
        picture,
        sequence=shown.sequence,
        at_ms=shown.at_ms,
        longest_wait_ms=shown.longest_wait_ms,
        sliding=msgspec.structs.replace(picture.sliding, since_ms=shown.sliding.since_ms),
    )
    return same != shown
