from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from outcomes.snapshots import Snapshot, SnapshotStore

PAYLOAD = b"state\nwith lines and \x00 bytes" * 3


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "deep" / "snapshots")


def test_an_empty_store_has_none(store: SnapshotStore) -> None:
    assert store.latest() is None


@pytest.mark.parametrize("payload", [b"", PAYLOAD, bytes(300_000)])
def test_the_latest_comes_back_as_written(store: SnapshotStore, payload: bytes) -> None:
    store.write(9, b"older")
    store.write(10, payload)
    assert store.latest() == Snapshot(10, payload)


def test_one_ahead_of_the_journal_is_passed_over(store: SnapshotStore) -> None:
    for seq in (5, 10):
        store.write(seq, PAYLOAD)
    assert store.latest(9) == Snapshot(5, PAYLOAD)
    assert store.latest(10) == Snapshot(10, PAYLOAD)
    assert store.latest(4) is None


def test_only_the_newest_two_stay(store: SnapshotStore) -> None:
    for seq in (5, 70, 800, 9_000):
        store.write(seq, b"%d" % seq)
    assert sorted(int(path.stem) for path in store.directory.iterdir()) == [800, 9_000]


def test_what_an_interrupted_write_left_is_ignored_and_cleared_away(store: SnapshotStore) -> None:
    store.write(5, PAYLOAD)
    (store.directory / "00000000000000000009.unfinished").write_bytes(b"tidegate-snap")
    assert store.latest() == Snapshot(5, PAYLOAD)
    store.write(6, PAYLOAD)
    assert {path.suffix for path in store.directory.iterdir()} == {".snapshot"}


def damaged_falls_back(store: SnapshotStore, content: bytes) -> bool:
    """Put `content` in place of snapshot 6; is 5 found instead, with a warning?"""
    path = store.directory / "00000000000000000006.snapshot"
    path.write_bytes(content)
    with capture_logs() as logs:
        found = store.latest()
    warned = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    return found == Snapshot(5, b"good") and warned == ["snapshot_skipped"]


def test_a_file_cut_short_anywhere_is_never_accepted(store: SnapshotStore) -> None:
    store.write(5, b"good")
    whole = store.write(6, PAYLOAD).read_bytes()
    assert all(damaged_falls_back(store, whole[:length]) for length in range(len(whole)))
    assert damaged_falls_back(store, whole + b"x")


def test_a_bit_flipped_anywhere_is_never_accepted(store: SnapshotStore) -> None:
    store.write(5, b"good")
    whole = store.write(6, PAYLOAD).read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            assert damaged_falls_back(store, bytes(flipped)), (place, bit)


def test_another_format_version_is_not_read(store: SnapshotStore) -> None:
    store.write(5, b"good")
    whole = store.write(6, PAYLOAD).read_bytes()
    assert damaged_falls_back(store, whole.replace(b"tidegate-snapshot 1", b"tidegate-snapshot 2"))


def test_with_nothing_whole_there_is_none(store: SnapshotStore) -> None:
    store.write(5, b"good").write_bytes(b"")
    assert store.latest() is None
