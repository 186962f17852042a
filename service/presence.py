"""Presence: the engine at the broker. Its retained state, its heartbeat, and who can be told.

As long as decisions cannot leave (no link, a broker that does not answer, a journal that cannot be
written) nobody can answer them either; so agents' timers stand still meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import structlog

from bus.codec import encode_snapshot
from bus.connection import MqttConnection
from bus.snapshot_parts import EmergencyNow
from bus.snapshots import EngineSnapshot
from bus.topics import TopicSpace
from bus.transport_errors import TransportError
from outcomes.journal import JournalUnavailable
from router.events import LinkLost, LinkRestored
from router.state import RoutingState
from service.desk import Desk
from service.outbox import Outbox
from service.wiring import software_version

log = structlog.get_logger(__name__)

HEARTBEAT_S = 1.0
SILENCE_S = 2.0
"""A broker that has not confirmed a heartbeat for so long may be gone: its connection can stand
for another keep-alive and more, much longer than an agent's telephone rings."""

RESUBSCRIBED_S = 1.0
"""A link that was lost was often lost by all, for the broker's sake: decisions wait so long after
it is back, since a broker throws away what nobody has subscribed to yet."""

Status = Literal["ready", "paused", "stopped", "lost"]
Obstacle = Literal["link", "silence", "journal", "lease"]


class Presence:
    """Tells readers how the engine is, and the core whether anybody hears it.

    Told of the link by `MqttConnection`, of the journal by the committer.
    """

    def __init__(
        self,
        desk: Desk,
        outbox: Outbox,
        space: TopicSpace,
        spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]],
        not_ready_because: Callable[[], str | None],
    ) -> None:
        self._desk = desk
        self._outbox = outbox
        self._space = space
        self._spawn = spawn
        self._not_ready_because = not_ready_because
        self._connection: MqttConnection | None = None
        self._resuming: asyncio.Task[None] | None = None
        self._obstacles: set[Obstacle] = set()
        self._had_link = False

    @property
    def is_silent(self) -> bool:
        """Whether the broker has not confirmed a heartbeat for some time."""
        return "silence" in self._obstacles

    def begin(self) -> None:
        """Nobody hears the engine before its first link."""
        self._hinder("link")

    async def run(self, connection: MqttConnection) -> None:
        """Tell once a second that the engine lives, and learn what the broker has received."""
        self._connection = connection
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if connection.connected and "lease" not in self._obstacles:
                with contextlib.suppress(TransportError):
                    await self._heartbeat()

    def on_connected(self) -> None:
        """The link to the broker stands: held decisions leave, then time goes on."""
        self._clear("silence")
        if "lease" not in self._obstacles:
            self._resume(RESUBSCRIBED_S if self._had_link else 0.0)
        self._had_link = True

    def on_lost(self, reason: str) -> None:
        """The link is lost: hold decisions, and let agents' timers stand still."""
        if self._resuming is not None:
            self._resuming.cancel()
        self._outbox.hold(reason)
        self._hinder("link")

    def on_journal(self, is_writable: bool) -> None:
        """The journal cannot be written, or can again."""
        if is_writable:
            self._clear("journal")
        else:
            self._hinder("journal")

    def on_lease(self, is_sure: bool) -> None:
        """Another engine may lead by now, or certainly none does: say nothing until that is known.

        Nothing is told to the core: a record would be the other leader's to write.
        """
        if is_sure:
            self._obstacles.discard("lease")
            self._resume(0.0)
            return
        self._obstacles.add("lease")
        if self._resuming is not None:
            self._resuming.cancel()
        self._outbox.hold("the lease could be another engine's")

    async def tell(self, status: Status) -> None:
        """Publish the engine's state; raises `TransportError` if the broker does not get it."""
        await self._outbox.confirm(self._space.engine_state, self.snapshot(status))

    def snapshot(self, status: Status) -> bytes:
        """Return the engine's retained state."""
        state = self._desk.engine.state
        return encode_snapshot(
            EngineSnapshot(
                epoch=state.epoch,
                sequence=state.seq,
                at_ms=self._desk.now_ms(),
                status=status,
                version=software_version(),
                emergency=emergency_now(state),
                catalogue_version=state.offers.version,
            )
        )

    # --- heartbeat ---------------------------------------------------------------------

    async def _heartbeat(self) -> None:
        if self._outbox.is_held() and (self._resuming is None or self._resuming.done()):
            self._resume(0.0)
        told = asyncio.ensure_future(self.tell(self._status()))
        try:
            await asyncio.wait({told}, timeout=SILENCE_S)
            if not told.done():
                log.warning("broker_silent", seconds=SILENCE_S)
                self._hinder("silence")
            await told
        finally:
            told.cancel()
        self._clear("silence")

    def _status(self) -> Status:
        return "ready" if self._not_ready_because() is None else "paused"

    def _resume(self, after_s: float) -> None:
        """Let held decisions leave; one at a time, or recipients would see them out of order."""
        if self._resuming is not None:
            self._resuming.cancel()
        self._resuming = self._spawn(self._resumed(after_s), "resume")

    async def _resumed(self, after_s: float) -> None:
        try:
            await asyncio.sleep(after_s)
            await self._outbox.resume()
            self._clear("link")
            await self.tell(self._status())
        except (TransportError, JournalUnavailable) as error:
            log.warning("resume_failed", reason=str(error))

    # --- whether anybody hears ---------------------------------------------------------

    def _hinder(self, obstacle: Obstacle) -> None:
        self._obstacles.add(obstacle)
        if self._desk.engine.state.paused_since_ms is None:
            self._desk.tell(LinkLost(event_id="", at_ms=self._desk.now_ms()))

    def _clear(self, obstacle: Obstacle) -> None:
        self._obstacles.discard(obstacle)
        if not self._obstacles and self._desk.engine.state.paused_since_ms is not None:
            self._desk.tell(LinkRestored(event_id="", at_ms=self._desk.now_ms()))


def emergency_now(state: RoutingState) -> EmergencyNow | None:
    """Return the emergency that is on, if one is."""
    if state.emergency is None:
        return None
    return EmergencyNow(
        since_ms=state.emergency_since_ms or state.now_ms,
        reason=state.emergency,
        by=state.emergency_by,
    )
