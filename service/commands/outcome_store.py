"""The outcome store as commands ask it: up to date, for a period in its own time zone."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from outcomes.catch_up import catch_up
from outcomes.journal_reader import JournalReader
from outcomes.periods import Period, local_date, parse_period
from outcomes.reports import report_time_zone
from outcomes.store import OutcomeStore, store_path_beside
from service.commands.progress import progress_bar


@asynccontextmanager
async def up_to_date_store(journal_file: Path) -> AsyncIterator[OutcomeStore]:
    """Give the store beside a journal, with all the journal's records in it.

    Raises `JournalError` or `OutcomeStoreError` if one of the two cannot be used.
    """
    journal = await JournalReader.open(journal_file)
    try:
        store = await OutcomeStore.open(store_path_beside(journal_file))
        try:
            with progress_bar("Reading the journal") as progress:
                await catch_up(store, journal, progress)
            yield store
        finally:
            await store.close()
    finally:
        await journal.close()


async def period_of(store: OutcomeStore, from_text: str, to_text: str) -> Period:
    """Return what was given as --from and --to; raises `PeriodError`."""
    zone = await report_time_zone(store)
    today = local_date(round(time.time() * 1000), zone)
    return parse_period(from_text, to_text, zone, today)
