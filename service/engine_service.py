"""The running engine: recovery, bus, journal and timers around the pure core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import msgspec
import structlog

from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings, Will
from bus.transport_errors import TransportError
from config.diff import changes_needing_restart, describe_changes
from config.routing import RoutingSettings
from config.settings import TidegateSettings
from outcomes.journal import Journal, JournalError
from router.engine import Engine
from router.events import ConfigurationChanged, EngineStarted
from router.state import RoutingState
from service.advice import AnyAdvice
from service.alarm import Alarm
from service.bridge_watch import BridgeWatch
from service.catalogue_desk import CatalogueDesk
from service.clock import Clock, RealClock, TickedClock
from service.committer import Committer
from service.context_desk import ContextDesk
from service.desk import Desk
from service.entry import Entry
from service.intake import Intake
from service.journals import Seat, take_seat
from service.leading import Leading
from service.opening import OpeningHours
from service.outbox import Outbox
from service.pauses import watch_pauses
from service.presence import Presence
from service.stats import Stats
from service.wiring import connection_settings, topic_space

log = structlog.get_logger(__name__)


class EngineService:
    """One leader of one routing domain, from recovery to an ordered stop.

    `broker` is where the bus is; the embedded broker and the follower are other processes, which
    `service/processes.py` starts. `failed` is set when it cannot go on; then stop it.
    """

    def __init__(self, settings: TidegateSettings, broker: tuple[str, int]) -> None:
        self.settings = settings
        self.space = topic_space(settings)
        self.stats = Stats()
        self.is_started = False
        self._is_standing_by = False
        self.failed = asyncio.Event()
        self._broker = broker
        self._is_ticked = settings.service.clock == "ticked"
        self._tasks: list[asyncio.Task[None]] = []
        self._told = 0
        self._is_stopping = False

    # --- start -------------------------------------------------------------------------

    async def start(self, stopping: asyncio.Event | None = None) -> None:
        """Recover, take the lead, and take messages as soon as the broker is reached.

        In a cluster that may be much later: until then it stands by. Raises `JournalError` if the
        journal cannot be used, `CatalogueError` for a bad catalogue, `StoppedStandingBy` if
        `stopping` was set before it led.
        """
        seat = await self._take_seat(stopping or asyncio.Event())
        self.journal: Journal = seat.journal
        self._assemble(seat.state)
        self.leading = Leading(seat.lease, self.presence, self._fail)
        if seat.lease is not None:
            self._spawn(self.leading.run(), "lease")
        await self.outbox.open(self.connection)
        await self.contexts.open()
        await self._take_the_lead()
        self._committing = self._spawn(self.committer.run(), "committer")
        self._watch_pauses()
        if not self._is_ticked:
            self._spawn(self.alarm.run(), "alarm")
        await self.connection.subscribe(self.space.all_events_in)
        self.connection.start()
        self._spawn(self.presence.run(self.connection), "heartbeat")
        self._spawn(self.bridges.run(), "bridge-watch")
        self.is_started = True

    async def _take_seat(self, stopping: asyncio.Event) -> Seat:
        return await take_seat(self.settings, stopping, self._now_standing_by)

    def _now_standing_by(self) -> None:
        self._is_standing_by = True

    def _clock(self, not_before_ms: int) -> Clock:
        return TickedClock(not_before_ms) if self._is_ticked else RealClock(not_before_ms)

    def _watch_pauses(self) -> None:
        self._spawn(watch_pauses(self.stats), "pause-watch")

    def _assemble(self, state: RoutingState) -> None:
        clock = self._clock(state.now_ms)
        self.desk = Desk(Engine(state), clock, self.space, self._deliver, is_ticked=self._is_ticked)
        self.outbox = Outbox(self.desk, self.space, self.journal, state.seq)
        self.presence = Presence(
            self.desk, self.outbox, self.space, self._spawn, self.not_ready_because
        )
        self.committer = Committer(
            self.journal,
            self.outbox.release,
            lambda: self.outbox.published_seq,
            self.stats,
            self.settings.journal.max_batch,
            self.presence.on_journal,
        )
        self.alarm = Alarm(self.desk, self._guarded)
        self.opening = OpeningHours(self.desk, is_ticked=self._is_ticked)
        self.bridges = self._bridge_watch()
        self.catalogue = CatalogueDesk(self.desk, self.settings.service.catalogue_file)
        self.contexts = ContextDesk(self.desk, self.settings.service.customer_store, self._spawn)
        self.intake = self._make_intake()
        host, port = self._broker
        will = Will(self.space.engine_state, lambda: self.presence.snapshot("lost"))
        self.connection = self._make_connection(
            connection_settings(self.settings.bus, host, port, self.settings.client_id(), will)
        )

    def _bridge_watch(self) -> BridgeWatch:
        return BridgeWatch(self.desk)

    def _make_intake(self) -> Intake:
        loop = asyncio.get_running_loop()
        return Intake(
            self.desk,
            self.space,
            self._deliver,
            self.stats,
            self.settings.bus,
            self.bridges,
            unwritten=lambda: self.committer.unwritten,
            unconfirmed=lambda: self.connection.outstanding,
            is_blocked=lambda: self.committer.failure is not None,
            call_soon=lambda work: loop.call_soon(self._guarded(work)),
            arrived=self.contexts.arrived,
            ticked_hours=self.opening if self._is_ticked else None,
        )

    def _make_connection(self, settings: ConnectionSettings) -> MqttConnection:
        return MqttConnection(settings, self.intake.receive, random=Random(), events=self)

    async def _take_the_lead(self) -> None:
        """Begin an epoch; its records are made durable before anything leaves."""
        state = self.desk.engine.state
        last_ms, before = state.now_ms, state.settings
        epoch = await self.journal.begin_epoch()
        self.desk.take_the_lead(EngineStarted(event_id="", at_ms=self.desk.now_ms(), epoch=epoch))
        self.presence.begin()
        self.reconfigure(self.settings.routing())
        self.catalogue.read()
        self.opening.start(before, last_ms)
        if not self._is_ticked:
            self._spawn(self.opening.run(), "opening-hours")

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
            self._fail()

    def _guarded(self, step: Callable[[], None]) -> Callable[[], None]:
        """Return the step so that an error in it stops the engine instead of being logged only."""

        def run() -> None:
            try:
                step()
            except Exception:
                log.exception("engine_step_failed")
                self._fail()

        return run

    def _fail(self) -> None:
        self.intake.close()
        self.alarm.stop()
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

    def take_advice(self, advice: AnyAdvice) -> None:
        """Put into force what the follower worked out, unless it is about something gone."""
        if self.is_started and not self._is_stopping:
            self._guarded(lambda: self._take_advice(advice))()

    def _take_advice(self, advice: AnyAdvice) -> None:
        if advice.queue_id in self.desk.engine.state.queues:
            self.desk.tell(msgspec.structs.replace(advice, at_ms=self.desk.now_ms()))

    def reload(self, settings: TidegateSettings) -> None:
        """Take over the routing part of new settings; name what needs a restart."""
        for change in changes_needing_restart(self.settings, settings):
            log.warning("restart_needed", change=change)
        before = self.desk.engine.state.settings
        self.reconfigure(settings.routing())
        self.catalogue.read_again()
        self.opening.start(before, self.desk.now_ms())

    def on_connected(self) -> None:
        """The link to the broker stands; see `Presence`."""
        self._guarded(self.presence.on_connected)()

    def on_lost(self, reason: str) -> None:
        """The link to the broker is lost; see `Presence`."""
        self._guarded(lambda: self.presence.on_lost(reason))()

    def not_ready_because(self) -> str | None:
        """Return why the engine cannot do its work now, None if it can."""
        if self._is_stopping:
            return "the engine is stopping"
        if not self.is_started:
            if self._is_standing_by:
                return "the engine stands by: another one leads, or it is about to"
            return "the engine is starting: it reads its journal"
        if self.failed.is_set():
            return "the engine has failed: the log says why"
        if self.committer.failure is not None:
            return self.committer.failure
        broker = f"the MQTT broker at {self._broker[0]}:{self._broker[1]}"
        if not self.connection.connected:
            return f"no link to {broker}"
        if self.presence.is_silent:
            return f"{broker} does not answer"
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
                await self._finish()
        except (TimeoutError, TransportError, JournalError) as error:
            log.warning("shutdown_incomplete", reason=str(error) or "the grace was over")
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.connection.stop()
        await self.contexts.close()
        await self.leading.release()
        await self.journal.close()
        log.info("engine_stopped", seq=self.desk.engine.state.seq)

    async def _finish(self) -> None:
        """Let what was begun become durable and reach the broker, then say goodbye."""
        for task in self._tasks:
            if task.get_name() not in ("committer", "resume"):
                task.cancel()
        if self.leading.is_deposed(self._committing):
            return  # whatever it said now would be another leader's to say
        if not self._committing.done():
            await self.committer.drained()
        if self.connection.connected:
            await self.presence.tell("lost" if self.failed.is_set() else "stopped")
        await self.journal.set_published(self.outbox.published_seq)
