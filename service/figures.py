"""The figures of a follower on the disk, beside its snapshots of the state."""

from __future__ import annotations

import msgspec
import structlog

from bus.snapshot_parts import ModeChange
from outcomes.snapshots import SnapshotStore
from router.figures_snapshot import FiguresSnapshot, dump_figures, read_figures
from router.observer import Observer
from service.showing import Showing

log = structlog.get_logger(__name__)

MODE_CHANGES = "mode_changes"


def load_figures(store: SnapshotStore, head: int, pruned_seq: int) -> FiguresSnapshot | None:
    """Return the newest figures that the journal can go on from, None if there are none."""
    found = store.latest(head)
    if found is None or found.seq < pruned_seq:
        return None
    try:
        return read_figures(found.payload)
    except msgspec.ValidationError as error:
        log.warning("figures_skipped", seq=found.seq, reason=str(error))
        return None


def write_figures(store: SnapshotStore, seq: int, observer: Observer, showing: Showing) -> None:
    """Write the figures after record `seq`; raises `OSError`."""
    beside = {MODE_CHANGES: {name: list(one) for name, one in showing.modes.changes.items()}}
    store.write(seq, dump_figures(observer, showing.standing, seq, beside))


def mode_changes(figures: FiguresSnapshot) -> dict[str, list[ModeChange]]:
    """Return the latest changes of the mode shown, by queue, newest first."""
    return msgspec.convert(figures.beside.get(MODE_CHANGES, {}), type=dict[str, list[ModeChange]])
