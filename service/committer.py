"""The committer: makes entries durable in groups, then lets them out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from outcomes.journal import Journal, JournalUnavailable
from service.entry import Entry
from service.stats import Stats

log = structlog.get_logger(__name__)

RETRY_FIRST_S = 0.05
RETRY_MAX_S = 2.0


class Committer:
    """One writer. While one group is being written the next one gathers.

    If the journal cannot be written (disk full, file locked) nothing leaves; the same group is
    tried again until it succeeds. `failure` tells why; `on_journal` hears of it (False) and of its
    end (True).
    """

    def __init__(
        self,
        journal: Journal,
        release: Callable[[list[Entry]], None],
        published: Callable[[], int],
        stats: Stats,
        max_batch: int,
        on_journal: Callable[[bool], None],
    ) -> None:
        self._journal = journal
        self._release = release
        self._published = published
        self._stats = stats
        self._max_batch = max_batch
        self._on_journal = on_journal
        self._entries: list[Entry] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._writing = 0
        self.failure: str | None = None

    @property
    def unwritten(self) -> int:
        """Entries that are not durable yet."""
        return len(self._entries) + self._writing

    def add(self, entry: Entry) -> None:
        """Take an entry; order is kept, but while nothing can be written "busy" goes ahead."""
        if self.failure is not None and entry.is_only_busy:
            self._release([entry])
            return
        self._entries.append(entry)
        self._idle.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Wait until everything taken so far is durable and released."""
        await self._idle.wait()

    async def run(self) -> None:
        """Write for ever; cancelled at the end, when drained."""
        while True:
            await self._wake.wait()
            batch, self._entries = (
                self._entries[: self._max_batch],
                self._entries[self._max_batch :],
            )
            self._writing = len(batch)
            await self._write(batch)
            self._writing = 0
            self._release(batch)
            if not self._entries:
                self._wake.clear()
                self._idle.set()

    async def _write(self, batch: list[Entry]) -> None:
        rows = [entry.row for entry in batch if entry.row is not None]
        rejected = [entry.rejected for entry in batch if entry.rejected is not None]
        if rejected:
            await self._retrying(lambda: self._journal.reject(rejected))
        if rows:
            started = time.perf_counter()
            await self._retrying(lambda: self._journal.append(rows, self._published()))
            self._stats.commits += 1
            self._stats.records += len(rows)
            self._stats.commit_seconds += time.perf_counter() - started

    async def _retrying(self, write: Callable[[], Awaitable[None]]) -> None:
        delay_s = RETRY_FIRST_S
        while True:
            try:
                await write()
            except JournalUnavailable as error:
                self._note_failure(error)
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_MAX_S)
            else:
                self._note_success()
                return

    def _note_failure(self, error: JournalUnavailable) -> None:
        self._stats.commit_failures += 1
        is_new = self.failure is None
        self.failure = str(error)
        if is_new:
            log.error("journal_unavailable", reason=error.reason, remedy=error.remedy)
            self._on_journal(False)

    def _note_success(self) -> None:
        if self.failure is not None:
            self.failure = None
            log.info("journal_available_again")
            self._on_journal(True)
