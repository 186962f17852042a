"""The follower: a process of its own that applies the journal and serves those who read.

It makes snapshots, publishes the retained state of queues and agents, and keeps the outcome store,
so that none of this ever stops the engine. It decides nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from random import Random

import structlog

from bus.connection import MqttConnection
from bus.link import ReceivedMessage
from bus.transport_errors import TransportError
from config.settings import TidegateSettings
from outcomes.catch_up import catch_up
from outcomes.journal import JournalError
from outcomes.past_times import past_times
from outcomes.store import OutcomeStore, OutcomeStoreError, store_path_beside
from router.apply import apply_record
from router.guard_watch import GuardWatch
from router.observer import Observer
from router.price_watch import CHECK_EVERY_MS, PriceWatch
from router.records import Record
from router.snapshot import dump_state
from router.standing import Standing
from router.state import RoutingState
from service.advice import AdviceSender
from service.figures import begin_figures, counted_from_ms, load_figures, write_figures
from service.follower_clock import FollowerClock
from service.journals import open_reader
from service.pricing import Pricing
from service.recovery import load_newest, record_of
from service.showing import Showing
from service.wiring import connection_settings, figures_store, snapshot_store, topic_space

log = structlog.get_logger(__name__)

CYCLE_S = 0.25
LONGEST_PAUSE_S = 1.0
"""Half of the time it rests, but one that has fallen far behind does not rest as long again."""
OBSERVED_MS = 3_600_000
"""How far back arrivals and times are counted for prices when a follower starts."""
STORE_EVERY_S = 1.0


class Follower:
    """One follower of one journal."""

    def __init__(
        self, settings: TidegateSettings, broker: tuple[str, int], advice: AdviceSender
    ) -> None:
        self._settings = settings
        self._advice = advice
        self._space = topic_space(settings)
        self._snapshots = snapshot_store(settings.journal.path)
        self._figures = figures_store(settings.journal.path)
        self._state = RoutingState()
        self._observer = Observer()
        self._snapshot_seq = 0
        self._snapshot_at_s = time.monotonic()
        self._stored_at_s = 0.0
        self._is_store_behind = False
        client = connection_settings(settings.bus, *broker, f"{settings.client_id()}-follower")
        self._connection = MqttConnection(client, self._received, random=Random(), events=self)
        is_ticked = settings.service.clock == "ticked"
        self._showing = Showing(
            self._connection,
            self._space,
            self._observer,
            Standing(),
            settings.alarms,
            is_ticked=is_ticked,
        )
        self._clock = FollowerClock(is_ticked=is_ticked)
        self._guards = GuardWatch()
        self._price_watch = PriceWatch()
        self._pricing = Pricing(advice)
        self._prices_from_ms: int | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow until told to stop; then finish what there is and make a last snapshot.

        Ends the process with exit code 1 if the journal or the outcome store cannot be used.
        """
        try:
            await self._follow_until(stopping)
        except (JournalError, OutcomeStoreError) as error:
            log.error("follower_failed", reason=error.reason, remedy=error.remedy)
            sys.exit(1)

    async def _follow_until(self, stopping: asyncio.Event) -> None:
        self._reader = await open_reader(self._settings)
        self._store = await OutcomeStore.open(store_path_beside(self._settings.journal.path))
        await self._begin()
        await self._connection.subscribe(self._space.all_alarms)
        self._connection.start()
        while not stopping.is_set():
            started = time.monotonic()
            await self._cycle()
            spent_s = time.monotonic() - started
            pause_s = min(max(CYCLE_S - spent_s, spent_s), LONGEST_PAUSE_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause_s)
        await self._finish()

    def on_connected(self) -> None:
        """The broker may have forgotten retained messages: show everything again."""
        self._showing.connected(self._state)

    def on_lost(self, reason: str) -> None:
        """Shown again when the link is back."""

    def _received(self, message: ReceivedMessage) -> None:
        """Hear what alarms an earlier follower left at the broker; nothing else is for it."""
        self._connection.ack(message)
        if message.retain and message.payload:
            self._showing.alarms.take_back(message.topic, message.payload)

    async def _begin(self) -> None:
        head = await self._reader.head()
        self._state = load_newest(self._snapshots, head)
        self._snapshot_seq = self._state.seq
        last_ms = self._state.now_ms
        pruned_seq = await self._reader.pruned_seq()
        async for rows in self._reader.read(max(head - 1, pruned_seq)):
            last_ms = rows[-1].at_ms
        priced_from_ms = last_ms - OBSERVED_MS
        self._priced_seq = await self._reader.seq_before(priced_from_ms)
        begun = load_figures(self._figures, head, pruned_seq)
        if begun is None:
            self._observed_seq = await self._reader.seq_before(
                counted_from_ms(self._state, last_ms, OBSERVED_MS)
            )
            self._stood_seq = self._state.seq
        else:
            self._observed_seq = self._stood_seq = begun.seq
        begin_figures(self._state, self._observer, self._showing, begun)
        self._cursor = min(self._priced_seq, self._observed_seq, self._state.seq)
        for queue_id, times in (await past_times(self._store, priced_from_ms)).items():
            self._price_watch.remember(queue_id, times, priced_from_ms)

    async def _cycle(self) -> None:
        await self._follow()
        now_ms = self._clock.now_ms()
        for change in self._guards.changes(self._state, self._observer, now_ms):
            self._advice.send(change)
        self._ask_for_prices(now_ms)
        if time.monotonic() - self._stored_at_s >= STORE_EVERY_S:
            self._stored_at_s = time.monotonic()
            await self._keep_store()
        if self._connection.connected:
            with contextlib.suppress(TransportError):
                await self._showing.show(self._state, now_ms)
        self._snapshot_if_due()

    def _ask_for_prices(self, now_ms: int) -> None:
        """Have prices solved that are due; the first after a moment in which all may settle."""
        if self._prices_from_ms is None:
            self._prices_from_ms = now_ms + CHECK_EVERY_MS
        if now_ms >= self._prices_from_ms:
            for wanted in self._price_watch.wanted(self._state, now_ms):
                self._pricing.ask(wanted)

    async def _keep_store(self) -> None:
        """Bring the outcome store up to date; if it cannot be now, later: readers see all else."""
        try:
            await catch_up(self._store, self._reader)
        except OutcomeStoreError as error:
            if not self._is_store_behind:
                log.error("outcome_store_behind", reason=error.reason, remedy=error.remedy)
            self._is_store_behind = True
        else:
            self._is_store_behind = False

    async def _follow(self) -> None:
        head = await self._reader.head()
        if head <= self._cursor:
            return
        async for rows in self._reader.read(self._cursor):
            for row in rows:
                self._take(record_of(row))
            self._cursor = rows[-1].seq
            self._clock.heard(rows[-1].at_ms, is_newest=self._cursor >= head)

    def _take(self, record: Record) -> None:
        if record.seq > self._observed_seq:
            self._observer.observe(record)
        if record.seq > self._stood_seq:
            self._showing.standing.take(record)
        if record.seq > self._priced_seq:
            self._price_watch.take(record.decisions, record.event.at_ms)
        if record.seq <= self._state.seq:
            return
        apply_record(self._state, record)
        self._showing.take(self._state, record)

    # --- snapshots ---------------------------------------------------------------------

    def _snapshot_if_due(self) -> None:
        fresh = self._state.seq - self._snapshot_seq
        age_ms = (time.monotonic() - self._snapshot_at_s) * 1_000
        journal = self._settings.journal
        if fresh >= journal.snapshot_every_records or (
            fresh and age_ms >= journal.snapshot_every_ms
        ):
            self._snapshot()

    def _snapshot(self) -> None:
        started = time.monotonic()
        try:
            self._snapshots.write(self._state.seq, dump_state(self._state))
            write_figures(self._figures, self._state.seq, self._observer, self._showing)
        except OSError as error:
            log.error(
                "snapshot_failed", reason=str(error), directory=str(self._snapshots.directory)
            )
            return
        finally:
            self._snapshot_at_s = time.monotonic()
        self._snapshot_seq = self._state.seq
        seconds = round(time.monotonic() - started, 3)
        log.info("snapshot_made", seq=self._state.seq, seconds=seconds)

    async def _finish(self) -> None:
        await self._cycle()
        await self._keep_store()
        if self._state.seq > self._snapshot_seq:
            self._snapshot()
        self._pricing.stop()
        await self._connection.stop()
        await self._store.close()
        await self._reader.close()
