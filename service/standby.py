"""Standing by: an engine that does not lead applies what the leader decides, ready to go on."""

from __future__ import annotations

import asyncio
import contextlib
import time

import structlog

from config.settings import TidegateSettings
from outcomes.journal import JournalUnavailable
from outcomes.lease import Lease
from outcomes.nats_journal import NatsJournal
from outcomes.nats_link import NatsOptions
from outcomes.snapshots import SnapshotStore
from router.apply import apply_record
from router.snapshot import dump_state
from router.state import RoutingState
from service.recovery import record_of, recover
from service.wiring import journal_identity

log = structlog.get_logger(__name__)

FOLLOW_EVERY_S = 0.1


class StoppedStandingBy(Exception):  # noqa: N818 - no error: it was asked to stop
    """The engine was told to stop before it led."""


class StandBy:
    """The state kept warm until the lease is ours; made by `open`."""

    def __init__(
        self, settings: TidegateSettings, journal: NatsJournal, lease: Lease, files: SnapshotStore
    ) -> None:
        self._settings = settings.journal
        self.state = RoutingState()
        self._snapshot_seq = 0
        self.journal = journal
        self._lease = lease
        self._snapshots = files
        self._snapshot_at_s = time.monotonic()

    @classmethod
    async def open(
        cls, settings: TidegateSettings, options: NatsOptions, files: SnapshotStore
    ) -> StandBy:
        """Reach the cluster and recover; raises `JournalError` if that fails."""
        identity, cluster = journal_identity(settings), settings.cluster
        journal = await NatsJournal.open(options, identity)
        try:
            lease = await Lease.open(options, identity, settings.node(), cluster.lease_ms)
        except BaseException:
            await journal.close()
            raise
        standby = cls(settings, journal, lease, files)
        try:
            standby.state = await recover(journal, files)
        except BaseException:
            await standby.close()
            raise
        standby._snapshot_seq = standby.state.seq
        return standby

    async def run(self, stopping: asyncio.Event) -> Lease:
        """Follow until the lease is ours and all is applied, or raise `StoppedStandingBy`."""
        log.info("standing_by", seq=self.state.seq)
        taking = asyncio.create_task(self._lease.take(), name="lease")
        stopped = asyncio.create_task(stopping.wait(), name="stop")
        try:
            while not taking.done() and not stopped.done():
                with contextlib.suppress(JournalUnavailable):
                    await self._follow()
                    self._snapshot_if_due()
                await asyncio.wait(
                    {taking, stopped}, timeout=FOLLOW_EVERY_S, return_when="FIRST_COMPLETED"
                )
            if not taking.done():
                raise StoppedStandingBy
            taking.result()
            await self.journal.refresh()
            await self._follow()
        except BaseException:
            await self.close()
            raise
        finally:
            taking.cancel()
            stopped.cancel()
        log.info("lead_taken", seq=self.state.seq)
        return self._lease

    async def close(self) -> None:
        """Let go of the cluster."""
        await self._lease.close()
        await self.journal.close()

    async def _follow(self) -> None:
        async for rows in self.journal.read(self.state.seq):
            for row in rows:
                apply_record(self.state, record_of(row))

    def _snapshot_if_due(self) -> None:
        """Make a snapshot of one's own, so that the next start is short here too."""
        fresh = self.state.seq - self._snapshot_seq
        age_ms = (time.monotonic() - self._snapshot_at_s) * 1_000
        wanted = self._settings
        if fresh < wanted.snapshot_every_records and (
            not fresh or age_ms < wanted.snapshot_every_ms
        ):
            return
        self._snapshot_at_s, self._snapshot_seq = time.monotonic(), self.state.seq
        try:
            self._snapshots.write(self.state.seq, dump_state(self.state))
        except OSError as error:
            log.error(
                "snapshot_failed", reason=str(error), directory=str(self._snapshots.directory)
            )
