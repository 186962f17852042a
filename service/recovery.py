"""Recovery: the state as the journal left it, from the newest snapshot and what came after."""

from __future__ import annotations

import gc

import msgspec
import structlog
from pydantic import ValidationError

from outcomes.journal import Journal, JournalRow, JournalUnavailable
from outcomes.snapshots import SnapshotStore
from router.apply import apply_record
from router.records import Record, decode_body
from router.snapshot import SnapshotTooNew, load_state
from router.state import RoutingState

log = structlog.get_logger(__name__)


async def recover(journal: Journal, snapshots: SnapshotStore) -> RoutingState:
    """Return the live state after the journal's last record. Nothing is decided again.

    Raises `JournalUnavailable` if the journal was pruned and no usable snapshot covers it,
    `JournalDamaged` if a record is not as it was written.
    """
    head, pruned = await journal.head(), await journal.pruned_seq()
    gc.disable()  # millions of new objects, none of them garbage
    try:
        state = load_newest(snapshots, head)
        if state.seq < pruned:
            raise JournalUnavailable(
                f"records up to {pruned} were pruned and no usable snapshot reaches that far",
                f"Put back a snapshot at or above {pruned} into {snapshots.directory}, or restore "
                "a backup of the journal",
            )
        started_at = state.seq
        async for rows in journal.read(state.seq):
            for row in rows:
                apply_record(state, record_of(row))
    finally:
        gc.enable()
    log.info(
        "state_recovered",
        seq=state.seq,
        from_snapshot=started_at,
        replayed=state.seq - started_at,
        contacts=len(state.contacts),
        agents=len(state.agents),
    )
    return state


def record_of(row: JournalRow) -> Record:
    """Read a journal row; raises `JournalUnavailable` if this version does not understand it."""
    try:
        body = decode_body(row.body)
    except msgspec.DecodeError as error:
        raise JournalUnavailable(
            f"record {row.seq} of the journal ({row.kind}) is not understood: {error}",
            "Start the version of Tidegate that wrote it, or a later one",
        ) from error
    return Record(row.seq, body.event, body.decisions)


def load_newest(snapshots: SnapshotStore, head: int) -> RoutingState:
    """Return the state of the newest usable snapshot that is not ahead of `head`, or a new one."""
    snapshot = snapshots.latest(head)
    if snapshot is None:
        return RoutingState()
    try:
        return load_state(snapshot.payload)
    except (msgspec.DecodeError, ValidationError, SnapshotTooNew) as error:
        log.warning("snapshot_unusable", seq=snapshot.seq, reason=str(error))
        return RoutingState()
