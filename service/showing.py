"""Showing: the retained state of queues and agents at the broker, at most once a cycle each."""

from __future__ import annotations

import msgspec

from bus.codec import encode_snapshot
from bus.connection import MqttConnection
from bus.snapshots import QueueSnapshot
from bus.topics import TopicSpace
from router.decisions import TimersResumed
from router.observer import Observer
from router.records import Record
from router.state import RoutingState
from service.pictures import InHand, ShownModes, agent_picture, queue_picture

NOTHING_RETAINED = b""
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

    def forget(self, state: RoutingState) -> None:
        """Show everything again: the broker may have lost it."""
        self._queues.clear()
        self._agents.update(state.agents)

    def take(self, state: RoutingState, record: Record) -> None:
        """Note which agents a record, just applied, concerns."""
        for decision in record.decisions:
            agent_id = getattr(decision, "agent_id", None)
            if agent_id is not None:
                self._agents.add(agent_id)
            elif type(decision) is TimersResumed:
                busy = (one.agent_id for one in state.agents.values() if one.assignments)
                self._agents.update(busy)

    async def show(self, state: RoutingState, now_ms: int) -> None:
        """Publish what changed; raises `TransportError` if the link is lost meanwhile."""
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

    async def _retain(self, topic: str, payload: bytes) -> None:
        if self._connection.outstanding > MOST_OUTSTANDING:
            await self._connection.drained(below=MOST_OUTSTANDING // 2)
        self._connection.publish(topic, payload, retain=True)


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
