"""The journal of a simulated process: the port `outcomes.journal.Journal` over a shaky disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from outcomes.journal import (
    READ_BATCH,
    JournalIdentity,
    JournalRow,
    JournalUnavailable,
    RejectedMessage,
    check_continues,
    check_published,
    check_start,
)
from outcomes.snapshots import SnapshotStore, encode_snapshot, file_name
from shaking.disk import Disk, Torn, Transaction
from shaking.world import World

Result = TypeVar("Result")

COMMIT_S = (0.0005, 0.006)
"""What a sync takes, at least and at most, seconds; a slow disk takes a multiple."""


class SimulatedJournal:
    """One process's access to the disk. Every call takes its time; a dead process gets nothing."""

    def __init__(self, world: World, disk: Disk, process: object) -> None:
        self._world = world
        self._disk = disk
        self._process = process
        self._end_seq = 0
        self._under_way: Transaction | None = None

    @classmethod
    async def open(cls, world: World, disk: Disk, process: object) -> SimulatedJournal:
        """Take the lock and see what a crash has left; raises `JournalError`."""
        disk.lock(process)
        disk.recover()
        journal = cls(world, disk, process)
        journal._end_seq = disk.end.seq
        return journal

    @property
    def identity(self) -> JournalIdentity:
        """Whose records these are."""
        return JournalIdentity("demo", "main", "default")

    async def append(self, rows: Sequence[JournalRow], published_seq: int | None = None) -> None:
        """See `Journal.append`."""
        check_continues(rows, self._end_seq)
        end_seq = self._end_seq + len(rows)
        published = max(self._disk.published, published_seq or 0)
        check_published(published, end_seq)
        await self._transact(lambda disk: disk.begin(rows, published, disk.epoch))
        self._end_seq = end_seq

    async def head(self) -> int:
        """See `Journal.head`."""
        return await self._asked(lambda disk: disk.end.seq)

    async def pruned_seq(self) -> int:
        """See `Journal.pruned_seq`."""
        return await self._asked(lambda disk: 0)

    async def read(
        self, after_seq: int, batch: int = READ_BATCH
    ) -> AsyncIterator[list[JournalRow]]:
        """See `Journal.read`."""
        await self._asked(lambda disk: check_start(after_seq, 0, disk.end.seq))
        while rows := await self._asked(
            lambda disk: disk.rows[after_seq : after_seq + batch]  # noqa: B023
        ):
            after_seq = rows[-1].seq
            yield rows

    async def published(self) -> int:
        """See `Journal.published`."""
        return await self._asked(lambda disk: disk.published)

    async def set_published(self, seq: int) -> None:
        """See `Journal.set_published`."""
        await self.append((), published_seq=seq)

    async def begin_epoch(self) -> int:
        """See `Journal.begin_epoch`."""
        await self._transact(lambda disk: disk.begin((), disk.published, disk.epoch + 1))
        return self._disk.epoch

    async def reject(self, messages: Sequence[RejectedMessage]) -> None:
        """See `Journal.reject`; the messages themselves are not kept here."""
        await self._asked(lambda disk: None)

    async def rejected(self, limit: int) -> list[RejectedMessage]:
        """Return nothing: see `reject`."""
        return []

    async def rejected_total(self) -> int:
        """Return 0: see `reject`."""
        return 0

    async def close(self) -> None:
        """See `Journal.close`."""
        self._disk.unlock(self._process)

    # --- the disk, and a crash --------------------------------------------------------------

    def crash(self, how: Torn, bytes_left: int) -> None:
        """The process is killed: what is being written is left as `how` says."""
        if self._under_way is not None:
            self._disk.tear(self._under_way, how, bytes_left)
            self._under_way = None
        self._disk.unlock(self._process)

    async def _transact(self, make: Callable[[Disk], Transaction]) -> None:
        """Write a transaction: durable when this returns, or nothing of it and an error."""

        def work(disk: Disk) -> None:
            transaction, self._under_way = self._under_way, None
            assert transaction is not None
            disk.commit(transaction)

        self._fail_if_failing()
        self._under_way = make(self._disk)
        await self._done(work)

    async def _asked(self, answer: Callable[[Disk], Result]) -> Result:
        self._fail_if_failing()
        return answer(self._disk)

    async def _done(self, work: Callable[[Disk], None]) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def finish() -> None:
            if self._disk.holder is not self._process or self._under_way is None:
                return  # killed meanwhile: `crash` said what became of it
            if self._disk.failing:
                self._under_way = None
                error = JournalUnavailable(self._disk.failing, "Free space")
                loop.call_soon(_fail, done, error)
                return
            work(self._disk)
            loop.call_soon(_succeed, done)

        delay_s = self._world.random.uniform(*COMMIT_S) * self._disk.slowness
        self._world.later(delay_s, finish)
        await done

    def _fail_if_failing(self) -> None:
        if self._disk.failing:
            raise JournalUnavailable(self._disk.failing, "Free space")


def _succeed(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _fail(done: asyncio.Future[None], error: JournalUnavailable) -> None:
    if not done.done():
        done.set_exception(error)


class SimulatedSnapshots(SnapshotStore):
    """Snapshots on the simulated disk, read and checked by the real code."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(Path("snapshots"))
        self._disk = disk

    def write(self, seq: int, payload: bytes) -> Path:
        """Store the state after record `seq`, whole."""
        self._disk.snapshots[file_name(seq)] = encode_snapshot(seq, payload)
        for name in sorted(self._disk.snapshots, reverse=True)[2:]:
            del self._disk.snapshots[name]
        return self.directory / file_name(seq)

    def _newest_first(self) -> list[Path]:
        return [Path(name) for name in sorted(self._disk.snapshots, reverse=True)]

    def _content(self, path: Path) -> bytes:
        return self._disk.snapshots[path.name]
