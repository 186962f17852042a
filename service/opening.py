"""Opening hours: tells the engine when a queue opens and closes."""

from __future__ import annotations

import asyncio
import contextlib

from config.base import OpeningHours as Hours
from config.hours import is_open, next_change_ms
from config.routing import QueueSettings, RoutingSettings
from router.events import QueueClosed, QueueOpened
from service.desk import Desk

CHECK_AT_LEAST_S = 60.0
NO_ZONE = "UTC"


class OpeningHours:
    """Sends `queue_opened` and `queue_closed` for queues that have hours.

    Only changes are sent, so that a supervisor's word stands until the next of them, also through
    a restart or a reload.
    """

    def __init__(self, desk: Desk, *, is_ticked: bool = False) -> None:
        self._desk = desk
        self._is_ticked = is_ticked
        self._due_ms: dict[str, int | None] = {}
        self._told = 0
        self._restarted = asyncio.Event()

    def start(self, before: RoutingSettings, since_ms: int) -> None:
        """Follow the hours now in force, which were those of `before` until now.

        A queue is brought to what its hours say if those are others than before, or said so at
        some moment after `since_ms`, when nobody looked.
        """
        self._due_ms.clear()
        now_ms = self._desk.now_ms()
        earlier = {queue.queue_id: _hours_of(queue) for queue in before.queues}
        for queue_id, queue in list(self._desk.engine.state.queues.items()):
            if queue.is_removed:
                continue
            hours, time_zone = now = _hours_of(queue.settings)
            missed_ms = next_change_ms(hours, time_zone, since_ms)
            was_missed = missed_ms is not None and missed_ms <= now_ms
            if was_missed or now != earlier.get(queue_id, ((), NO_ZONE)):
                self._switch(queue_id, now_ms)
            if hours:
                self._due_ms[queue_id] = next_change_ms(hours, time_zone, now_ms)
        self._restarted.set()

    def next_ms(self) -> int | None:
        """Return when the next queue opens or closes."""
        return min((due for due in self._due_ms.values() if due is not None), default=None)

    def update(self) -> None:
        """Open and close what is due, in order; a ticked clock stops at each moment."""
        now_ms = self._desk.now_ms()
        while (due_ms := self.next_ms()) is not None and due_ms <= now_ms:
            at_ms = due_ms if self._is_ticked else now_ms
            for queue_id in [one for one, due in self._due_ms.items() if due == due_ms]:
                self._follow(queue_id, at_ms)

    def _follow(self, queue_id: str, at_ms: int) -> None:
        queue = self._desk.engine.state.queues.get(queue_id)
        if queue is None or queue.is_removed:
            del self._due_ms[queue_id]
            return
        self._switch(queue_id, at_ms)
        self._due_ms[queue_id] = next_change_ms(*_hours_of(queue.settings), at_ms)

    async def run(self) -> None:
        """Follow the clock for ever."""
        while True:
            self._restarted.clear()
            due_ms = self.next_ms()
            left_s = CHECK_AT_LEAST_S
            if due_ms is not None:
                left_s = min(left_s, max(due_ms - self._desk.clock.now_ms(), 0) / 1_000)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._restarted.wait(), left_s + 0.001)
            self.update()

    def _switch(self, queue_id: str, at_ms: int) -> None:
        queue = self._desk.engine.state.queues[queue_id]
        shall_be_open = is_open(*_hours_of(queue.settings), at_ms)
        if queue.is_open is shall_be_open:
            return
        self._told += 1
        kind = QueueOpened if shall_be_open else QueueClosed
        event_id = f"hours-{self._desk.engine.state.epoch}-{self._told}"
        self._desk.tell(
            kind(event_id=event_id, at_ms=at_ms, source="engine/hours", queue_id=queue_id)
        )


def _hours_of(queue: QueueSettings) -> tuple[tuple[Hours, ...], str]:
    """Return a queue's hours with their time zone, which means nothing without hours."""
    return tuple(queue.hours), queue.time_zone if queue.hours else NO_ZONE
