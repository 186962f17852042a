"""Opening hours: tells the engine when a queue opens and closes."""

from __future__ import annotations

import asyncio

from config.hours import is_open, next_change_ms
from router.events import QueueClosed, QueueOpened
from service.desk import Desk

CHECK_AT_LEAST_S = 60.0


class OpeningHours:
    """Sends `queue_opened` and `queue_closed` for queues that have hours.

    At the start each such queue is brought to what its hours say; afterwards only the changes are
    sent, so that a supervisor's word stands until the next of them.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._due_ms: dict[str, int | None] = {}
        self._told = 0

    def start(self) -> None:
        """Bring every queue with hours to its state, and note when each changes next."""
        self._due_ms.clear()
        now_ms = self._desk.now_ms()
        for queue_id, queue in list(self._desk.engine.state.queues.items()):
            settings = queue.settings
            if settings.hours and not queue.is_removed:
                self._switch(queue_id, is_open(settings.hours, settings.time_zone, now_ms))
                self._due_ms[queue_id] = next_change_ms(settings.hours, settings.time_zone, now_ms)

    def next_ms(self) -> int | None:
        """Return when the next queue opens or closes."""
        return min((due for due in self._due_ms.values() if due is not None), default=None)

    def update(self) -> None:
        """Open and close what is due."""
        now_ms = self._desk.now_ms()
        for queue_id, due_ms in list(self._due_ms.items()):
            if due_ms is None or due_ms > now_ms:
                continue
            queue = self._desk.engine.state.queues.get(queue_id)
            if queue is None:
                del self._due_ms[queue_id]
                continue
            settings = queue.settings
            self._switch(queue_id, is_open(settings.hours, settings.time_zone, now_ms))
            self._due_ms[queue_id] = next_change_ms(settings.hours, settings.time_zone, now_ms)

    async def run(self) -> None:
        """Follow the clock for ever."""
        while True:
            due_ms = self.next_ms()
            left_s = CHECK_AT_LEAST_S
            if due_ms is not None:
                left_s = min(left_s, max(due_ms - self._desk.clock.now_ms(), 0) / 1_000)
            await asyncio.sleep(left_s + 0.001)
            self.update()

    def _switch(self, queue_id: str, shall_be_open: bool) -> None:
        queue = self._desk.engine.state.queues[queue_id]
        if queue.is_open is shall_be_open:
            return
        self._told += 1
        now_ms, epoch = self._desk.now_ms(), self._desk.engine.state.epoch
        kind = QueueOpened if shall_be_open else QueueClosed
        event_id = f"hours-{epoch}-{self._told}"
        self._desk.tell(
            kind(event_id=event_id, at_ms=now_ms, source="engine/hours", queue_id=queue_id)
        )
