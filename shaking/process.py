"""The engine's process: the real service on a simulated edge, killed, frozen and started again."""

from __future__ import annotations

import asyncio
from asyncio import Event
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from bus.connection import MqttConnection
from bus.connection_settings import ConnectionSettings
from bus.wire import AnyWire
from config.settings import TidegateSettings
from outcomes.journal import JournalError
from router.engine import Engine
from router.state import RoutingState
from service.bridge_watch import BridgeWatch
from service.clock import Clock, RealClock
from service.engine_service import EngineService
from service.entry import Entry
from service.journals import Seat
from service.recovery import recover
from shaking.broker import Broker
from shaking.disk import Disk, Torn
from shaking.journal import SimulatedJournal, SimulatedSnapshots
from shaking.virtual_loop import NEVER_S, VirtualLoop
from shaking.wire import SimulatedWire
from shaking.world import World

BROKER = ("broker", 1883)


class Observer(Protocol):
    """Who watches an engine from outside."""

    def engine_for(self, state: RoutingState) -> Engine:
        """Return the engine for a recovered state, watched."""

    def on_entry(self, entry: Entry) -> None:
        """A step of the engine has been written down, not yet durably."""

    def on_link(self, is_up: bool) -> None:
        """The link to the broker stands, or is lost."""


class ShakenService(EngineService):
    """The real service; only its edges are others, and what it does is watched."""

    def __init__(self, settings: TidegateSettings, process: EngineProcess) -> None:
        super().__init__(settings, BROKER)
        self._process = process

    async def _take_seat(self, stopping: asyncio.Event) -> Seat:
        process = self._process
        journal = await SimulatedJournal.open(process.world, process.disk, process)
        process.journal = journal
        return Seat(journal, await recover(journal, SimulatedSnapshots(process.disk)))

    def _clock(self, not_before_ms: int) -> Clock:
        world = self._process.world
        return RealClock(not_before_ms, world.wall_ns, world.now_ns)

    def _watch_pauses(self) -> None:
        """Pauses of the real process mean nothing here."""

    def _bridge_watch(self) -> BridgeWatch:
        world = self._process.world
        return BridgeWatch(self.desk, lambda: world.now_s)

    def _assemble(self, state: RoutingState) -> None:
        engine = self._process.observer.engine_for(state)
        super()._assemble(state)
        self.desk.engine = engine

    def _make_connection(self, settings: ConnectionSettings) -> MqttConnection:
        process = self._process

        def new_wire(
            settings: ConnectionSettings, on_readable: Callable[[], None], on_written: object
        ) -> AnyWire:
            return SimulatedWire(
                process.broker, process.is_running, settings, on_readable, process.observer.on_link
            )

        random = Random(process.world.random.random())
        return MqttConnection(
            settings, self.intake.receive, random=random, events=self, new_wire=new_wire
        )

    def _deliver(self, entry: Entry) -> None:
        self._process.observer.on_entry(entry)
        super()._deliver(entry)


class EngineProcess:
    """One process with an engine in it. `exited` hears that it ended by itself, and why."""

    def __init__(
        self,
        world: World,
        disk: Disk,
        broker: Broker,
        settings: TidegateSettings,
        observer: Observer,
        exited: Callable[[str], None],
    ) -> None:
        self.world, self.disk, self.broker = world, disk, broker
        self.observer = observer
        self.journal: SimulatedJournal | None = None
        self.frozen_until_s = 0.0
        self._is_alive = True
        self._exited = exited
        self.loop = VirtualLoop(lambda: world.now_s)
        self.service = ShakenService(settings, self)
        self._stopping = Event()
        self._main = self.loop.create_task(self._run())
        world.processes.append(self)

    def is_running(self) -> bool:
        """Whether it has not been killed and has not ended; a frozen one is there."""
        return self._is_alive

    @property
    def is_frozen(self) -> bool:
        """Whether it does nothing now."""
        return self.frozen_until_s > self.world.now_s

    @property
    def is_serving(self) -> bool:
        """Whether it runs, has started and can do its work now."""
        service = self.service
        return self._is_alive and service.is_started and service.not_ready_because() is None

    def next_s(self) -> float:
        """See `world.Process`."""
        if not self._is_alive:
            return NEVER_S
        return max(self.loop.next_s(), self.frozen_until_s)

    def step(self) -> None:
        """See `world.Process`."""
        self.loop.step()
        if self._main.done() and self._is_alive:
            self._ended(self._main.result())

    async def _run(self) -> str:
        try:
            await self.service.start()
        except JournalError as error:
            return str(error)
        stopped = Event()
        waiting: list[Any] = [self.loop.create_task(self._stopping.wait())]
        waiting.append(self.loop.create_task(self.service.failed.wait()))
        for one in waiting:
            one.add_done_callback(lambda _: stopped.set())
        await stopped.wait()
        why = "failed" if self.service.failed.is_set() else "stopped"
        await self.service.stop()
        return why

    def stop(self) -> None:
        """Ask it to stop in good order."""
        self.loop.call_soon(self._stopping.set)

    def freeze(self, for_s: float) -> None:
        """Stop it in its tracks (SIGSTOP); it goes on later as if nothing had been."""
        self.frozen_until_s = self.world.now_s + for_s

    def kill(self, how: Torn, bytes_left: int) -> None:
        """Kill it between two steps; a write under way is left as `how` says."""
        self._is_alive = False
        self.loop.discard()
        if self.journal is not None:
            self.journal.crash(how, bytes_left)
        self.disk.unlock(self)
        wire = self.broker.wire
        if wire is not None:
            wire.cut("the process is gone")
        self.world.processes.remove(self)

    def _ended(self, why: str) -> None:
        self._is_alive = False
        self.loop.discard()
        self.disk.unlock(self)
        self.world.processes.remove(self)
        self._exited(why)
