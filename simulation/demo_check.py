"""The cross-check of the demo: what its callers saw against the engine's own outcome store."""

from collections.abc import Iterable
from pathlib import Path

from outcomes.catch_up import catch_up
from outcomes.journal_reader import JournalReader
from outcomes.reports import queue_report
from outcomes.store import OutcomeStore, store_path_beside
from queues.metrics import QueueCounts, total
from simulation.demo_people import Caller
from simulation.recorded_figures import SERVICE_LEVEL_THRESHOLD_MS

END_OF_TIME_MS = 1 << 60


class DemoMismatchError(RuntimeError):
    """The engine's figures are not what the callers saw: one of the two is wrong."""


def counts_of(callers: Iterable[Caller]) -> QueueCounts:
    """What the engine should have counted of these callers, as far as it is compared."""
    callers = list(callers)
    waits_ms = [one.wait_ms for one in callers if one.wait_ms is not None]
    return QueueCounts(
        arrived=len(callers),
        accepted=len(waits_ms),
        accepted_in_time=sum(ms <= SERVICE_LEVEL_THRESHOLD_MS for ms in waits_ms),
        abandoned=sum(one.has_abandoned for one in callers),
        wait_ms=sum(waits_ms),
    )


async def stored_counts(journal: Path) -> QueueCounts:
    """What the engine counted: the report on all of its journal.

    Raises `JournalError` or `OutcomeStoreError` if that can't be read.
    """
    reader = await JournalReader.open(journal)
    try:
        store = await OutcomeStore.open(store_path_beside(journal))
        try:
            await catch_up(store, reader)
            lines = await queue_report(store, [(0, END_OF_TIME_MS)])
        finally:
            await store.close()
    finally:
        await reader.close()
    return total(line.counts for line in lines)


def check_equal(seen: QueueCounts, stored: QueueCounts) -> None:
    """Raise `DemoMismatchError`, with both values, unless every figure compared is the same."""
    names = ("arrived", "accepted", "accepted_in_time", "abandoned", "wait_ms")
    different = [
        f"{name}: callers saw {getattr(seen, name):,}, the engine has {getattr(stored, name):,}"
        for name in names
        if getattr(seen, name) != getattr(stored, name)
    ]
    if different:
        raise DemoMismatchError(
            "the figures of the demo and of the engine's outcome store differ; "
            + "; ".join(different)
        )
