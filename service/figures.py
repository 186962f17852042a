"""The figures of a follower on the disk, beside its snapshots of the state."""

from __future__ import annotations

import msgspec
import structlog

from bus.snapshot_parts import ModeChange
from outcomes.snapshots import SnapshotStore
from queues.local_time import LocalTime
from router.figures_snapshot import FiguresSnapshot, dump_figures, read_figures, restore_figures
from router.observer import Observer
from router.standing import standing_in
from router.state import RoutingState
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


def counted_from_ms(state: RoutingState, last_ms: int, at_least_ms: int) -> int:
    """Return from when to count without figures: the first midnight that a queue's day began at."""
    zones = {queue.time_zone for queue in state.settings.queues} | {"UTC"}
    midnight_ms = min(LocalTime(zone).day_start_ms(last_ms) for zone in zones)
    return min(midnight_ms, last_ms - at_least_ms)


def begin_figures(
    state: RoutingState, observer: Observer, showing: Showing, figures: FiguresSnapshot | None
) -> None:
    """Go on from the figures kept; without any, from what the state says."""
    queues = state.settings.queues
    if figures is None:
        observer.configure(queues)
        showing.standing = standing_in(state)
        showing.begin(state, set())
        return
    restore_figures(observer, figures, queues)
    showing.standing = figures.standing
    showing.modes.restore(_mode_changes(figures))
    showing.begin(state, set(figures.queues))


def _mode_changes(figures: FiguresSnapshot) -> dict[str, list[ModeChange]]:
    """Return the latest changes of the mode shown, by queue, newest first."""
    return msgspec.convert(figures.beside.get(MODE_CHANGES, {}), type=dict[str, list[ModeChange]])
