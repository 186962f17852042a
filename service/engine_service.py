"""The running engine: recovery, bus, journal and timers around the pure core."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from random import Random
from typing import Any

import structlog

from bus.codec import encode_snapshot
from bus.connection import MqttConnection
from bus.connection_settings import Will
from bus.snapshots import EngineSnapshot
from bus.transport_errors import TransportError
from config.diff import changes_needing_restart, describe_changes
from config.routing import RoutingSettings
from config.settings import TidegateSettings
from outcomes.journal import Journal
from outcomes.sqlite_journal import JournalOptions, SqliteJournal
from router.engine import Engine
from router.events import ConfigurationChanged, EngineStarted, LinkLost, LinkRestored
from service.alarm import Alarm
from service.clock import Clock, RealClock, TickedClock
from service.committer import Committer
from service.desk import Desk
from service.entry import Entry
from service.intake import Intake
from service.opening import OpeningHours
from service.outbox import Outbox
from service.recovery import recover
from service.stats import Stats
from service.wiring import (
    connection_settings,
    journal_identity,
    snapshot_store,
    software_version,
    topic_space,
)

log = structlog.get_logger(__name__)

HEARTBEAT_S = 1.0


class EngineService:
    """One leader of one routing domain, from recovery to an ordered stop.

    `broker` is where the bus is; the embedded broker and the follower are other processes, which
    `service/processes.py` starts.
    """

    def __init__(self, settings: TidegateSettings, broker: tuple[str, int]) -> None:
        self.settings = settings
        self.space = topic_space(settings)
        self.stats = Stats()
        self._broker = broker
        self._is_ticked = settings.service.clock == "ticked"
        self._tasks: list[asyncio.Task[None]] = []
        self._resuming: asyncio.Task[None] | None = None
        self._told = 0
        self._is_stopping = False
        self.failed = asyncio.Event()

    # --- start -------------------------------------------------------------------------

    async def start(self) -> None:
        """Recover, take the lead, and take messages as soon as the broker is reached.

        Raises `JournalError` if the journal cannot be used.
        """
        self.journal: Journal = await SqliteJournal.open(
            self.settings.journal.path,
            journal_identity(self.settings),
            JournalOptions(self.settings.journal.synchronous, self.settings.journal.keep_rejected),
        )
        state = await recover(self.journal, snapshot_store(self.settings.journal.path))
        clock: Clock = TickedClock(state.now_ms) if self._is_ticked else RealClock(state.now_ms)
        self.desk = Desk(Engine(state), clock, self.space, self._deliver, is_ticked=self._is_ticked)
        self.outbox = Outbox(self.desk, self.space, self.journal, state.seq)
        self.committer = Committer(
            self.journal,
            self.outbox.release,
            lambda: self.outbox.published_seq,
            self.stats,
            self.settings.journal.max_batch,
        )
        self.alarm = Alarm(self.desk)
        self.intake = self._make_intake()
        self.opening = OpeningHours(self.desk)
        self._spawn(self.committer.run(), "committer")
        await self._take_the_lead()
        await self._connect()

    def _make_intake(self) -> Intake:
        bus = self.settings.bus
        return Intake(
            self.desk,
            self.space,
            self._deliver,
            self.stats,
            max_payload_bytes=bus.max_payload_bytes,
            max_backlog=bus.max_backlog_records,
            busy_retry_after_ms=bus.busy_retry_after_ms,
            unwritten=lambda: self.committer.unwritten,
            call_soon=asyncio.get_running_loop().call_soon,
            is_ticked=self._is_ticked,
        )

    async def _take_the_lead(self) -> None:
        epoch = await self.journal.begin_epoch()
        self.desk.tell(EngineStarted(event_id="", at_ms=self.desk.now_ms(), epoch=epoch))
        self.reconfigure(self.settings.routing())
        self.opening.start()
        await self.committer.drained()
        if not self._is_ticked:
            self._spawn(self.opening.run(), "opening-hours")

    async def _connect(self) -> None:
        host, port = self._broker
        will = Will(self.space.engine_state, self._engine_snapshot("lost"))
        settings = connection_settings(
            self.settings.bus, host, port, self.settings.client_id(), will
        )
        self.connection = MqttConnection(
            settings, self.intake.receive, random=Random(), events=self
        )
        await self.outbox.open(self.connection)
        await self.connection.subscribe(self.space.all_events_in)
        self.connection.start()
        self._spawn(self._beat(), "heartbeat")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Stop everything if a task of the engine died: a dispatcher must not stop silently."""
        self._tasks.remove(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("engine_task_died", task=task.get_name(), exc_info=error)
            self.failed.set()

    # --- steps -------------------------------------------------------------------------

    def _deliver(self, entry: Entry) -> None:
        self.committer.add(entry)
        if not self._is_ticked:
            self.alarm.update()

    def reconfigure(self, routing: RoutingSettings) -> None:
        """Put routing settings in force, if they differ from those that are."""
        before = self.desk.engine.state.settings
        if routing == before:
            return
        self._told += 1
        event_id = f"configuration-{self.desk.engine.state.epoch}-{self._told}"
        settings = routing.model_dump(mode="json")
        self.desk.tell(
            ConfigurationChanged(
                event_id=event_id,
                at_ms=self.desk.now_ms(),
                source="engine/configuration",
                settings=settings,
            )
        )
        changes = describe_changes(before, routing)
        log.info("configuration_applied", changes=changes[:50], changed=len(changes))

    def reload(self, settings: TidegateSettings) -> None:
        """Take over the routing part of new settings; name what needs a restart."""
        for change in changes_needing_restart(self.settings, settings):
            log.warning("restart_needed", change=change)
        self.reconfigure(settings.routing())
        self.opening.start()

    def on_connected(self) -> None:
        """The link to the broker stands: time goes on, held decisions leave."""
        if self.desk.engine.state.paused_since_ms is not None:
            self.desk.tell(LinkRestored(event_id="", at_ms=self.desk.now_ms()))
        self._resuming = self._spawn(self._resume(), "resume")

    def on_lost(self, reason: str) -> None:
        """The link is lost: hold decisions, and let agents' timers stand still."""
        self.outbox.hold(reason)
        self.desk.tell(LinkLost(event_id="", at_ms=self.desk.now_ms()))

    async def _resume(self) -> None:
        with contextlib.suppress(TransportError):
            await self.outbox.resume()
            await self._publish_state("ready")

    async def _beat(self) -> None:
        """Tell once a second that the engine lives, and what the broker has received."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if not self.connection.connected:
                continue
            if self.outbox.is_held() and (self._resuming is None or self._resuming.done()):
                self._resuming = self._spawn(self._resume(), "resume")
            with contextlib.suppress(TransportError):
                await self._publish_state("paused" if self.not_ready_because() else "ready")

    async def _publish_state(self, status: str) -> None:
        await self.outbox.confirm(self.space.engine_state, self._engine_snapshot(status))

    def _engine_snapshot(self, status: Any) -> bytes:
        state = self.desk.engine.state
        return encode_snapshot(
            EngineSnapshot(
                epoch=state.epoch,
                sequence=state.seq,
                at_ms=self.desk.now_ms(),
                status=status,
                version=software_version(),
            )
        )

    def not_ready_because(self) -> str | None:
        """Return why the engine cannot do its work now, None if it can."""
        if self._is_stopping:
            return "the engine is stopping"
        if self.committer.failure is not None:
            return self.committer.failure
        if not self.connection.connected:
            return f"no link to the MQTT broker at {self._broker[0]}:{self._broker[1]}"
        if self.outbox.is_held():
            return "decisions are held until they have been sent again"
        return None

    # --- stop --------------------------------------------------------------------------

    async def stop(self) -> None:
        """Take no new work, make durable and send what was begun, and release the journal."""
        self._is_stopping = True
        self.intake.close()
        self.alarm.stop()
        grace_s = self.settings.service.shutdown_grace_ms / 1_000
        try:
            async with asyncio.timeout(grace_s):
                await self.committer.drained()
                if self.connection.connected:
                    await self._publish_state("stopped")
                await self.journal.set_published(self.outbox.published_seq)
        except (TimeoutError, TransportError) as error:
            log.warning("shutdown_incomplete", reason=str(error) or "the grace was over")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.connection.stop()
        await self.journal.close()
        log.info("engine_stopped", seq=self.desk.engine.state.seq)
