"""Retained messages: published if they look different from what was published last."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bus.codec import encode_snapshot
from bus.connection import MqttConnection
from bus.snapshots import Snapshot

NOTHING_RETAINED = b""
"""An empty payload: the broker forgets what it retained."""
MOST_OUTSTANDING = 1_000


class Retained:
    """Publishes snapshots; waits while the broker is slow. Raises `TransportError` without it."""

    def __init__(self, connection: MqttConnection) -> None:
        self._connection = connection

    async def put(self, topic: str, snapshot: Snapshot) -> None:
        """Let the broker retain a snapshot."""
        await self._publish(topic, encode_snapshot(snapshot))

    async def clear(self, topic: str) -> None:
        """Let the broker forget what it retained."""
        await self._publish(topic, NOTHING_RETAINED)

    async def _publish(self, topic: str, payload: bytes) -> None:
        if self._connection.outstanding > MOST_OUTSTANDING:
            await self._connection.drained(below=MOST_OUTSTANDING // 2)
        self._connection.publish(topic, payload, retain=True)


def _same_but_for_time(picture: Snapshot, shown: Snapshot | None) -> bool:
    """Tell whether two snapshots of one object differ in nothing but place and time."""
    if shown is None:
        return False
    when = {"epoch": shown.epoch, "sequence": shown.sequence, "at_ms": shown.at_ms}
    return msgspec.structs.replace(picture, **when) == shown


class Paced:
    """Topics by name (a queue) that changed, each shown at most every `every_ms`."""

    def __init__(self, every_ms: int) -> None:
        self.changed: set[str] = set()
        self._every_ms = every_ms
        self._shown: dict[str, tuple[int, Snapshot]] = {}

    def due(self, now_ms: int) -> list[str]:
        """Return the names that are to be shown now, and take them out of `changed`."""
        due = [name for name in self.changed if self._is_due(name, now_ms)]
        self.changed.difference_update(due)
        return due

    def is_news(self, name: str, picture: Snapshot) -> bool:
        """Tell whether a picture looks different from the last, and note it if it does."""
        _, shown = self._shown.get(name, (0, None))
        if _same_but_for_time(picture, shown):
            return False
        self._shown[name] = (picture.at_ms, picture)
        return True

    def forget(self, names: Iterable[str]) -> None:
        """Show these again, as if for the first time."""
        for name in names:
            self._shown.pop(name, None)
            self.changed.add(name)

    def drop(self, name: str) -> None:
        """Forget a name that is gone."""
        self._shown.pop(name, None)
        self.changed.discard(name)

    def _is_due(self, name: str, now_ms: int) -> bool:
        shown = self._shown.get(name)
        return shown is None or not 0 <= now_ms - shown[0] < self._every_ms
