"""Checking, exporting and pruning a journal."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from outcomes.export import export
from outcomes.journal import JournalDamaged, JournalRow, JournalUnavailable
from outcomes.prune import PRUNE_BATCH, PruneReport, prune
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from outcomes.verify import PROBLEMS_LISTED, verify
from tests.outcomes.journal_rows import IDENTITY, START_MS, all_rows, change, row, rows


def problems(path: Path) -> list[tuple[int, str]]:
    return [(problem.seq, problem.kind) for problem in verify(path).problems]


def test_a_good_journal_has_no_problems(path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = verify(path, lambda done, total: seen.append((done, total)))
    assert (report.records, report.first_seq, report.last_seq) == (20, 1, 20)
    assert (report.first_at_ms, report.last_at_ms) == (row(1).at_ms, row(20).at_ms)
    assert (report.problems, report.problems_total) == ([], 0)
    assert seen[-1] == (20, 20)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE records SET body = body || ' ' WHERE seq = 7", [(7, "checksum")]),
        ("UPDATE records SET body = '{' WHERE seq = 7", [(7, "checksum"), (7, "json")]),
        (
            "UPDATE records SET event_id = 'x' WHERE seq IN (3, 9)",
            [(3, "checksum"), (9, "checksum")],
        ),
        ("UPDATE records SET at_ms = at_ms - 15 WHERE seq = 7", [(7, "checksum"), (7, "time")]),
        ("UPDATE records SET checksum = 1 WHERE seq = 7", [(7, "checksum"), (8, "checksum")]),
        ("DELETE FROM records WHERE seq = 7", [(8, "gap")]),
        ("DELETE FROM records WHERE seq <= 7", [(8, "gap")]),
        ("DELETE FROM records WHERE seq > 18", [(18, "watermark")]),
        ("UPDATE journal SET pruned_checksum = 5", [(1, "checksum")]),
        ("UPDATE records SET event_id = CAST(x'ff' AS TEXT) WHERE seq = 7", [(7, "checksum")]),
    ],
)
def test_each_change_is_found_where_it_is(
    path: Path, statement: str, expected: list[tuple[int, str]]
) -> None:
    change(path, statement)
    assert problems(path) == expected


def test_two_records_that_changed_places_are_found(path: Path) -> None:
    change(
        path,
        "UPDATE records SET seq = -7 WHERE seq = 7",
        "UPDATE records SET seq = 7 WHERE seq = 8",
        "UPDATE records SET seq = 8 WHERE seq = -7",
    )
    assert (7, "checksum") in problems(path)
    assert (8, "checksum") in problems(path)


async def test_time_going_back_is_found_in_a_whole_chain(path: Path) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append([JournalRow(21, START_MS, "tick", "e-21", b"{}")])
    await journal.close()
    assert problems(path) == [(21, "time")]


def test_many_problems_are_counted_and_the_first_listed(path: Path) -> None:
    insert = (
        "WITH RECURSIVE n(i) AS (SELECT 21 UNION ALL SELECT i + 1 FROM n WHERE i < 320)"
        " INSERT INTO records SELECT i, i, 'k', 'e', 'not json', 0 FROM n"
    )
    change(path, insert)
    report = verify(path)
    assert report.problems_total == 300 + 300 + 1  # checksum and JSON of each, time of the first
    assert len(report.problems) == PROBLEMS_LISTED


def found_damaged(path: Path) -> bool:
    try:
        return bool(verify(path).problems)
    except JournalDamaged:
        return True


def test_a_page_of_zeros_is_found_wherever_it_is(path: Path) -> None:
    whole = path.read_bytes()
    for start in range(0, len(whole), 4096):
        path.write_bytes(whole[:start] + bytes(4096) + whole[start + 4096 :])
        assert found_damaged(path), start


def test_export_gives_one_json_object_a_line(path: Path) -> None:
    lines = list(export(path))
    assert len(lines) == 20
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    first = json.loads(lines[0])
    assert list(first) == ["seq", "at_ms", "kind", "event_id", "body", "checksum"]
    assert first["body"] == json.loads(row(1).body)
    assert first["checksum"] == zlib.crc32(
        bytes(4) + (1).to_bytes(8) + row(1).at_ms.to_bytes(8) + (15).to_bytes(4)
        + (3).to_bytes(4) + b"contact.offered" + b"e-1" + row(1).body
    )  # fmt: skip


@pytest.mark.parametrize(
    ("from_seq", "to_seq", "expected"),
    [(None, 3, [1, 2, 3]), (18, None, [18, 19, 20]), (5, 6, [5, 6]), (9, 8, []), (20, 99, [20])],
)
def test_export_takes_a_range(
    path: Path, from_seq: int | None, to_seq: int | None, expected: list[int]
) -> None:
    assert [json.loads(line)["seq"] for line in export(path, from_seq, to_seq)] == expected


def test_export_stops_at_a_changed_record(path: Path) -> None:
    change(path, "UPDATE records SET kind = 'x' WHERE seq = 4")
    with pytest.raises(JournalDamaged, match="record 4 is not as it was written"):
        list(export(path))


async def test_pruning_leaves_a_journal_that_verifies_and_goes_on(
    path: Path, snapshots: SnapshotStore
) -> None:
    snapshots.write(15, b"state")
    assert prune(path, snapshots, before_seq=16) == PruneReport(removed=15, pruned_seq=15)
    assert prune(path, snapshots, before_seq=16) == PruneReport(removed=0, pruned_seq=15)
    report = verify(path)
    assert (report.records, report.first_seq, report.problems) == (5, 16, [])
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append(rows(21, 22))
    assert await all_rows(journal, after_seq=15) == rows(16, 22)
    await journal.close()
    assert [json.loads(line)["seq"] for line in export(path)] == list(range(16, 23))


async def test_a_journal_pruned_to_nothing_keeps_its_place(
    path: Path, snapshots: SnapshotStore
) -> None:
    snapshots.write(20, b"state")
    assert prune(path, snapshots, before_ms=START_MS * 2).pruned_seq == 20
    journal = await SqliteJournal.open(path, IDENTITY)
    assert (await journal.head(), await journal.published()) == (20, 20)
    await journal.append([row(21)])
    assert await all_rows(journal, after_seq=20) == [row(21)]
    await journal.close()
    assert problems(path) == []


def test_pruning_by_time_keeps_what_is_at_that_time(path: Path, snapshots: SnapshotStore) -> None:
    snapshots.write(20, b"state")
    assert prune(path, snapshots, before_ms=row(8).at_ms).pruned_seq == 7
    assert verify(path).first_at_ms == row(8).at_ms


async def test_pruning_goes_on_under_a_writing_engine(path: Path, snapshots: SnapshotStore) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    last = 2 * PRUNE_BATCH + 100
    await journal.append(rows(21, last), published_seq=last)
    snapshots.write(last, b"state")
    seen: list[int] = []
    prune(path, snapshots, before_seq=last, progress=lambda done, total: seen.append(done))
    await journal.append(rows(last + 1, last + 5))
    assert await all_rows(journal, after_seq=last - 1) == rows(last, last + 5)
    await journal.close()
    assert seen == [PRUNE_BATCH, 2 * PRUNE_BATCH, last - 1]
    assert problems(path) == []


@pytest.mark.parametrize(
    ("snapshot_seq", "reason"),
    [
        (None, "there is none"),
        (9, "the newest is at 9"),
        (21, "newer than the last record, 20, so it belongs to another journal"),
    ],
)
def test_pruning_needs_a_snapshot_of_this_journal(
    path: Path, snapshots: SnapshotStore, snapshot_seq: int | None, reason: str
) -> None:
    if snapshot_seq is not None:
        snapshots.write(snapshot_seq, b"state")
    with pytest.raises(JournalUnavailable, match=reason):
        prune(path, snapshots, before_seq=11)
    assert verify(path).records == 20


def test_a_damaged_snapshot_does_not_count(path: Path, snapshots: SnapshotStore) -> None:
    snapshots.write(15, b"state").write_bytes(b"tidegate-snapshot")
    with pytest.raises(JournalUnavailable, match="there is none"):
        prune(path, snapshots, before_seq=11)


def test_decisions_that_were_not_published_stay(path: Path, snapshots: SnapshotStore) -> None:
    snapshots.write(20, b"state")
    change(path, "UPDATE journal SET published_seq = 9")
    with pytest.raises(JournalUnavailable, match="decisions above 9 may not have reached"):
        prune(path, snapshots, before_seq=11)
    assert prune(path, snapshots, before_seq=10).pruned_seq == 9


def test_prune_takes_one_limit(path: Path, snapshots: SnapshotStore) -> None:
    with pytest.raises(ValueError, match="and not both"):
        prune(path, snapshots)
    with pytest.raises(ValueError, match="and not both"):
        prune(path, snapshots, before_seq=1, before_ms=1)
