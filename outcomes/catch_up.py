"""Bringing an outcome store up to its journal's head."""

from __future__ import annotations

from collections.abc import Callable

from outcomes.journal import JournalSource
from outcomes.store import OutcomeStore, OutcomeStoreError
from router.records import Record, decode_body


async def catch_up(
    store: OutcomeStore,
    journal: JournalSource,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Project every record the store lacks; return the last record's `seq`.

    `progress` is told (records done, records there were to do) after each batch. Raises
    `OutcomeStoreError` if the journal is not the one the store was made from, or was pruned past
    it; `JournalUnavailable` or `JournalDamaged` as reading does.
    """
    await store.claim(await journal.identity())
    first, head = await store.projected_seq(), await journal.head()
    pruned = await journal.pruned_seq()
    _check_belongs(first, head, pruned)
    start = max(first, pruned)
    async for rows in journal.read(start):
        records = []
        for row in rows:
            body = decode_body(row.body)
            records.append(Record(row.seq, body.event, body.decisions))
        await store.project(records)
        head = max(head, rows[-1].seq)
        if progress is not None:
            progress(rows[-1].seq - start, head - start)
    return head


def _check_belongs(projected: int, head: int, pruned: int) -> None:
    if projected > head:
        raise OutcomeStoreError(
            f"the outcome store has record {projected}, but the journal ends at {head}",
            "It was made from another journal, or an older copy of the journal was put back; "
            "move the store (outcomes.db) away, and it is made anew",
        )
    if 0 < projected < pruned:
        raise OutcomeStoreError(
            f"records {projected + 1} to {pruned} were pruned from the journal before they "
            "reached the outcome store",
            "Move the store (outcomes.db) away to keep it; a new one begins where the journal does",
        )
