"""Showing: the retained state at the broker, each object at most once a cycle.

Work follows what changed: agents whom a record concerned, queues that a contact entered or left.
Of queues, which are few, each is looked at in every cycle, since time alone changes them.
"""

from __future__ import annotations

import msgspec

from bus.connection import MqttConnection
from bus.snapshots import QueueSnapshot
from bus.topics import TopicSpace
from config.alarms import AlarmSettings
from contacts.vocabulary import Mode
from router.decisions import AnyDecision, ConfigurationApplied, TimersResumed
from router.marketing_decisions import LedgerChanged
from router.observer import Observer
from router.records import Record
from router.standing import Standing
from router.state import RoutingState
from service.agent_pictures import agent_picture
from service.alarm_desk import AlarmDesk
from service.catalogue_showing import CatalogueShowing
from service.in_hand import InHand
from service.pictures import (
    View,
    day_picture,
    marketing_picture,
    queue_picture,
    waiting_picture,
)
from service.retained import Paced, Retained
from service.shown_modes import ShownModes

WAITING_EVERY_MS = 1_000
DAY_EVERY_MS = 5_000
WAIT_EVERY_MS = 5_000
"""A wait that only grows is shown so often."""
MOST_AGENTS_A_CYCLE = 300
"""After a new link or a reload all are to be shown: some now, the others in the next cycles."""
LONGEST_CYCLE_MS = 5_000
"""If the last look at the modes was longer ago, nobody knows what was shown meanwhile."""
LONGEST_TICKED_CYCLE_MS = 15 * 60_000
"""Likewise with a ticked clock, which may run many times as fast: the look is a sample then."""
MARKETING = "marketing"


class Showing:
    """Publishes what looks different from what was shown last."""

    def __init__(
        self,
        connection: MqttConnection,
        space: TopicSpace,
        observer: Observer,
        standing: Standing,
        alarms: AlarmSettings,
        *,
        is_ticked: bool = False,
    ) -> None:
        self._longest_cycle_ms = LONGEST_TICKED_CYCLE_MS if is_ticked else LONGEST_CYCLE_MS
        self.modes = ShownModes()
        self.standing = standing
        self._space = space
        self._observer = observer
        self._retained = Retained(connection)
        self._catalogue = CatalogueShowing(space, self._retained)
        self._in_hand = InHand()
        self._queues: dict[str, QueueSnapshot] = {}
        self._known_queues: set[str] = set()
        self._agents: dict[str, None] = {}
        self._waiting = Paced(WAITING_EVERY_MS)
        self._days = Paced(DAY_EVERY_MS)
        self._marketing = Paced(every_ms=0)
        self._day_ms = 0
        self._seen_ms = 0
        self.alarms = AlarmDesk(alarms, space, self._retained)

    def begin(self, state: RoutingState, known_queues: set[str]) -> None:
        """Start from a state; of `known_queues` something may be retained from an earlier run."""
        self._in_hand.begin(state)
        self._known_queues |= known_queues
        self.forget(state)

    def connected(self, state: RoutingState) -> None:
        """The link is new."""
        self.forget(state)
        self.alarms.settle()

    def forget(self, state: RoutingState) -> None:
        """Show everything again: the broker may have lost it."""
        self._queues.clear()
        self._waiting.forget(state.queues)
        self._days.forget(state.queues)
        self._marketing.forget([MARKETING])
        self._catalogue.forget()
        self.alarms.forget()
        self._agents.update(dict.fromkeys(state.agents))

    def take(self, state: RoutingState, record: Record) -> None:
        """Note what a record, just applied, concerns."""
        for decision in record.decisions:
            agent_id = getattr(decision, "agent_id", None) or _round_holder(state, decision)
            contact_id = getattr(decision, "contact_id", None)
            if agent_id is not None:
                self._agents[agent_id] = None
            if contact_id is not None:
                self._take_contact(state, decision, agent_id, contact_id)
            elif type(decision) is TimersResumed:
                busy = (one.agent_id for one in state.agents.values() if one.assignments)
                self._agents.update(dict.fromkeys(busy))
            elif type(decision) is ConfigurationApplied:
                self._in_hand.begin(state)
                self.forget(state)

    def _take_contact(
        self, state: RoutingState, decision: AnyDecision, agent_id: str | None, contact_id: str
    ) -> None:
        if agent_id is not None:
            self._in_hand.look(state, agent_id, contact_id)
        queue_id = getattr(decision, "queue_id", None)
        if queue_id:
            self._waiting.changed.add(queue_id)
        contact = state.contacts.get(contact_id)
        if contact is not None:
            self._waiting.changed.add(contact.queue_id)

    async def show(self, state: RoutingState, now_ms: int) -> None:
        """Publish what changed; raises `TransportError` if the link is lost meanwhile."""
        view = View(state, self._observer, self.standing, self._in_hand, self.modes)
        self._see_midnight(state, now_ms)
        await self._catalogue.show(state, now_ms)
        await self._show_queues(view, now_ms)
        await self._show_waiting(state, now_ms)
        await self._show_days(state, now_ms)
        marketing = marketing_picture(state, self._observer, now_ms)
        if self._marketing.is_news(MARKETING, marketing):
            await self._retained.put(self._space.marketing_state, marketing)
        await self.alarms.show(view, now_ms)
        await self._show_agents(state, now_ms)

    def _see_midnight(self, state: RoutingState, now_ms: int) -> None:
        """Show everybody's figures of the new day."""
        day_ms = self._observer.today.local.day_start_ms(now_ms)
        if day_ms != self._day_ms:
            self._day_ms = day_ms
            self._agents.update(dict.fromkeys(state.agents))

    async def _show_queues(self, view: View, now_ms: int) -> None:
        since_ms, self._seen_ms = self._seen_ms, now_ms
        for queue_id, queue in list(view.state.queues.items()):
            self._known_queues.add(queue_id)
            shown = self._queues.get(queue_id)
            picture = queue_picture(view, queue, now_ms)
            if picture.mode is Mode.MARKETING and 0 < now_ms - since_ms < self._longest_cycle_ms:
                self._observer.today.see_marketing(queue_id, since_ms, now_ms)
            if shown is not None and picture.today.since_ms != shown.today.since_ms:
                self._days.changed.add(queue_id)
            if _differs(picture, shown):
                self._queues[queue_id] = picture
                await self._retained.put(self._space.queue_state(queue_id), picture)
        for queue_id in self._known_queues - view.state.queues.keys():
            await self._clear_queue(queue_id)

    async def _clear_queue(self, queue_id: str) -> None:
        space = self._space
        for topic in (space.queue_state, space.waiting_state, space.day_state):
            await self._retained.clear(topic(queue_id))
        self._known_queues.discard(queue_id)
        self._queues.pop(queue_id, None)
        self._waiting.drop(queue_id)
        self._days.drop(queue_id)

    async def _show_waiting(self, state: RoutingState, now_ms: int) -> None:
        for queue_id in self._waiting.due(now_ms):
            queue = state.queues.get(queue_id)
            if queue is not None:
                picture = waiting_picture(state, queue, now_ms)
                if self._waiting.is_news(queue_id, picture):
                    await self._retained.put(self._space.waiting_state(queue_id), picture)

    async def _show_days(self, state: RoutingState, now_ms: int) -> None:
        today = self._observer.today
        self._days.changed |= today.touched_queues
        today.touched_queues.clear()
        for queue_id in self._days.due(now_ms):
            if queue_id in state.queues:
                picture = day_picture(state, self._observer, queue_id, now_ms)
                if self._days.is_news(queue_id, picture):
                    await self._retained.put(self._space.day_state(queue_id), picture)

    async def _show_agents(self, state: RoutingState, now_ms: int) -> None:
        changed = self.modes.see_contacts(state, self._in_hand.with_customer)
        sold = self._observer.today.marketing.touched_agents
        self._agents.update(dict.fromkeys(sorted(changed | sold)))
        sold.clear()
        for agent_id in list(self._agents)[:MOST_AGENTS_A_CYCLE]:
            del self._agents[agent_id]
            agent = state.agents.get(agent_id)
            if agent is not None:
                picture = agent_picture(state, self._observer, agent, self.modes, now_ms)
                await self._retained.put(self._space.agent_state(agent_id), picture)


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
    if picture.waiting and picture.at_ms - shown.at_ms >= WAIT_EVERY_MS:
        return True
    same = msgspec.structs.replace(
        picture,
        sequence=shown.sequence,
        at_ms=shown.at_ms,
        longest_wait_ms=shown.longest_wait_ms,
        sliding=msgspec.structs.replace(picture.sliding, since_ms=shown.sliding.since_ms),
    )
    return same != shown
