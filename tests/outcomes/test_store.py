from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from contacts.vocabulary import AgentState
from outcomes.catch_up import catch_up
from outcomes.journal import JournalIdentity
from outcomes.journal_reader import JournalReader
from outcomes.sqlite_journal import SqliteJournal
from outcomes.store import OutcomeStore, OutcomeStoreError, store_path_beside
from router import decisions as d
from router.events import ClockTicked, WrapUpCompleted
from router.records import Record
from tests.support.desk import Desk, queue
from tests.support.routed_history import history, journal_row

IDENTITY = JournalIdentity("bank", "haifa", "service")
TABLES = (
    "outcomes",
    "queue_entries",
    "refusals",
    "agent_spans",
    "agent_answers",
    "queues",
    "live_agents",
    "live_assignments",
    "meta",
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[OutcomeStore]:
    opened = await OutcomeStore.open(tmp_path / "outcomes.db")
    yield opened
    await opened.close()


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as another program reads them."""
    connection = sqlite3.connect(path)
    try:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in TABLES
        }
    finally:
        connection.close()


async def projected(path: Path, batches: Sequence[Sequence[Record]]) -> dict[str, object]:
    """What the tables hold after the batches, each by a program started anew."""
    for batch in batches:
        store = await OutcomeStore.open(path)
        await store.project(batch)
        await store.close()
    return dict(content(path))


def cut(records: Sequence[Record], random: Random, longest: int) -> list[Sequence[Record]]:
    batches, start = [], 0
    while start < len(records):
        size = random.randint(1, longest)
        batches.append(records[start : start + size])
        start += size
    return batches


@pytest.mark.parametrize("seed", range(4))
async def test_any_batches_give_the_same_tables(tmp_path: Path, seed: int) -> None:
    records = history(seed, 300)
    whole = await projected(tmp_path / "whole.db", [records])
    assert all(whole[table] for table in TABLES if table != "live_assignments")
    cuts = cut(records, Random(seed), 60)
    assert await projected(tmp_path / "cut.db", cuts) == whole
    single = await OutcomeStore.open(tmp_path / "single.db")
    for record in records:
        await single.project([record])
    await single.close()
    assert content(tmp_path / "single.db") == whole


async def test_a_record_seen_twice_changes_nothing(tmp_path: Path) -> None:
    records = history(1, 200)
    once = await projected(tmp_path / "once.db", [records])
    batches = [records[:80], records[40:120], records[:130], records]
    assert await projected(tmp_path / "twice.db", batches) == once


async def test_two_programs_may_project_by_turns(tmp_path: Path) -> None:
    records = history(2, 200)
    one = await OutcomeStore.open(tmp_path / "outcomes.db")
    other = await OutcomeStore.open(tmp_path / "outcomes.db")
    await one.project(records[:50])
    await other.project(records[:90])
    await one.project(records[:])
    await other.project(records)
    await one.close()
    await other.close()
    whole = await projected(tmp_path / "whole.db", [records])
    assert content(tmp_path / "outcomes.db") == whole


async def test_missing_records_are_refused_and_nothing_is_written(store: OutcomeStore) -> None:
    records = history(1, 100)
    await store.project(records[:20])
    with pytest.raises(ValueError, match="record 31 does not follow record 20"):
        await store.project(records[30:])
    assert await store.projected_seq() == 20
    await store.project(records[20:])
    assert await store.projected_seq() == len(records)


async def test_a_pause_goes_on_after_a_restart(tmp_path: Path) -> None:
    def record(seq: int, *decisions: d.AnyDecision) -> Record:
        return Record(seq, ClockTicked(event_id="", at_ms=seq * 1000), decisions)

    ready = d.AgentStateChanged("anna", AgentState.READY)
    lunch = d.AgentStateChanged("anna", AgentState.NOT_READY, "lunch")
    first = [record(1, ready), record(2, d.TimersPaused())]
    then = [record(3, lunch), record(4, d.TimersResumed(2_000))]
    tables = await projected(tmp_path / "outcomes.db", [first, then])
    assert tables["agent_spans"] == [
        (1, "anna", "ready", None, 1000, 2000),
        (2, "anna", "not_ready", "lunch", 4000, None),
    ]


async def test_there_is_a_row_for_every_outcome(store: OutcomeStore) -> None:
    records = history(3, 300)
    await store.project(records)
    expected = [
        one for record in records for one in record.decisions if isinstance(one, d.OutcomeRecorded)
    ]
    rows = await store.fetch("SELECT * FROM outcomes ORDER BY seq, rowid")
    assert len(rows) == len(expected) > 50
    for row, one in zip(rows, expected, strict=True):
        for name in d.OutcomeRecorded.__struct_fields__:
            assert row[name] == getattr(one, name), name


async def test_people_read_times_as_text(store: OutcomeStore) -> None:
    await store.project(history(3, 300))
    (row,) = await store.fetch(
        "SELECT * FROM outcomes JOIN v_outcomes USING (contact_id, leg)"
        " WHERE accepted_at_ms IS NOT NULL ORDER BY seq LIMIT 1"
    )
    assert f"{row['day']}T{row['time']}Z" == row["ended_at"]
    assert row["ended_at"].startswith("2026-03-2")
    assert row["wait_s"] == row["wait_ms"] / 1000


async def test_spans_do_not_overlap(store: OutcomeStore) -> None:
    await store.project(history(4, 500))
    overlaps = await store.fetch(
        "SELECT one.span_id FROM agent_spans AS one JOIN agent_spans AS other USING (agent_id)"
        " WHERE one.span_id < other.span_id"
        " AND (one.until_ms IS NULL OR one.until_ms > other.from_ms)"
    )
    assert overlaps == []


# --- with a journal ------------------------------------------------------------------------


async def write_journal(path: Path, records: Sequence[Record]) -> None:
    journal = await SqliteJournal.open(path, IDENTITY)
    await journal.append([journal_row(record) for record in records])
    await journal.close()


async def follow(journal: Path) -> list[tuple[int, int]]:
    reader = await JournalReader.open(journal)
    store = await OutcomeStore.open(store_path_beside(journal))
    progress: list[tuple[int, int]] = []
    try:
        await catch_up(store, reader, lambda done, whole: progress.append((done, whole)))
    finally:
        await store.close()
        await reader.close()
    return progress


async def test_catching_up_with_a_journal_that_grows(tmp_path: Path) -> None:
    records = history(5, 300)
    journal = tmp_path / "journal.db"
    await write_journal(journal, records[:100])
    assert await follow(journal) == [(100, 100)]
    await write_journal(journal, records[100:])
    rest = len(records) - 100
    assert await follow(journal) == [(rest, rest)]
    assert await follow(journal) == []
    found = content(tmp_path / "outcomes.db")
    expected = await projected(tmp_path / "direct.db", [records])
    assert {**found, "meta": None} == {**expected, "meta": None}


async def test_a_store_deleted_is_made_again(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    await write_journal(journal, history(5, 200))
    await follow(journal)
    before = content(tmp_path / "outcomes.db")
    (tmp_path / "outcomes.db").unlink()
    await follow(journal)
    assert content(tmp_path / "outcomes.db") == before


async def test_the_journal_of_somebody_else_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    await write_journal(journal, history(5, 50))
    store = await OutcomeStore.open(store_path_beside(journal))
    await store.claim(JournalIdentity("bank", "akko", "service"))
    await store.close()
    with pytest.raises(OutcomeStoreError, match="bank/akko/service, not bank/haifa/service"):
        await follow(journal)


async def test_a_store_ahead_of_its_journal_is_refused(tmp_path: Path) -> None:
    records = history(5, 100)
    journal = tmp_path / "journal.db"
    await write_journal(journal, records[:50])
    store = await OutcomeStore.open(store_path_beside(journal))
    await store.project(records[:60])
    await store.close()
    with pytest.raises(OutcomeStoreError, match="has record 60, but the journal ends at 50"):
        await follow(journal)


async def test_a_pruned_journal_is_read_from_where_it_begins(tmp_path: Path) -> None:
    records = history(5, 100)
    journal = tmp_path / "journal.db"
    await write_journal(journal, records)
    prune_by_hand(journal, 40)
    rest = len(records) - 40
    assert await follow(journal) == [(rest, rest)]


async def test_records_pruned_before_they_were_projected_are_missed(tmp_path: Path) -> None:
    records = history(5, 100)
    journal = tmp_path / "journal.db"
    await write_journal(journal, records)
    store = await OutcomeStore.open(store_path_beside(journal))
    await store.project(records[:30])
    await store.close()
    prune_by_hand(journal, 40)
    with pytest.raises(OutcomeStoreError, match="records 31 to 40 were pruned"):
        await follow(journal)


def prune_by_hand(journal: Path, seq: int) -> None:
    """As `tidegate journal prune` does, which wants a snapshot first."""
    connection = sqlite3.connect(journal)
    (checksum,) = connection.execute(
        "SELECT checksum FROM records WHERE seq = ?", (seq,)
    ).fetchone()
    connection.execute("UPDATE journal SET pruned_seq = ?, pruned_checksum = ?", (seq, checksum))
    connection.execute("DELETE FROM records WHERE seq <= ?", (seq,))
    connection.commit()
    connection.close()


# --- files that are not a store ------------------------------------------------------------


async def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(OutcomeStoreError, match=r"not a database.*Move it away"):
        await OutcomeStore.open(path)


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE shopping (item TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(OutcomeStoreError, match="not an outcome store"):
        await OutcomeStore.open(path)


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_an_older_store_is_made_anew_and_a_copy_kept(tmp_path: Path, version: int) -> None:
    path = tmp_path / "outcomes.db"
    store = await OutcomeStore.open(path)
    await store.project(history(3, 50))
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    store = await OutcomeStore.open(path)
    assert await store.projected_seq() == 0
    await store.project(history(3, 50))
    await store.close()
    with closing(sqlite3.connect(f"{path}.v{version}")) as copy:
        assert copy.execute("SELECT count(*) FROM queue_entries").fetchone()[0] > 0


async def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.db"
    await (await OutcomeStore.open(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OutcomeStoreError, match=r"schema version 99.*Move it away"):
        await OutcomeStore.open(path)


async def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutcomeStoreError, match="Check that its directory exists"):
        await OutcomeStore.open(tmp_path / "nowhere" / "outcomes.db")


async def test_what_agents_wrote_down_is_in_the_outcomes(tmp_path: Path) -> None:
    desk = Desk(queue(wrap_up={"kind": "timed", "duration_ms": 30_000}), ready="anna")
    for contact_id, words in (("c1", {"disposition_code": "sold", "note": "最好"}), ("c2", {})):
        desk.talk(contact_id)
        desk.end(contact_id)
        desk.by_holder(WrapUpCompleted, contact_id, **words)
    store = await OutcomeStore.open(tmp_path / "outcomes.db")
    await store.project(desk.records)
    await store.close()
    with closing(sqlite3.connect(tmp_path / "outcomes.db")) as read:
        rows = read.execute("SELECT contact_id, disposition_code, note FROM outcomes").fetchall()
        assert sorted(rows) == [("c1", "sold", "最好"), ("c2", None, None)]
        shown = read.execute("SELECT disposition_code FROM v_outcomes WHERE contact_id = 'c1'")
        assert shown.fetchone() == ("sold",)
