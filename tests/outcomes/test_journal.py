"""What every journal promises, run over all three."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from outcomes.journal import (
    REJECTED_KEPT,
    REJECTED_PAYLOAD_BYTES,
    Journal,
    JournalRow,
    JournalUnavailable,
    MemoryJournal,
)
from outcomes.nats_journal import NatsJournal
from outcomes.nats_link import NatsOptions
from outcomes.sqlite_journal import SqliteJournal
from tests.outcomes.journal_rows import IDENTITY, all_rows, rejected, row, rows
from tests.support.nats import NatsServers


@pytest.fixture(params=["sqlite", "memory", pytest.param("nats", marks=pytest.mark.nats)])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    opened: Journal
    if request.param == "sqlite":
        opened = await SqliteJournal.open(tmp_path / "journal.db", IDENTITY)
    elif request.param == "nats":
        async with NatsServers(tmp_path) as servers:
            opened = await NatsJournal.open(NatsOptions(servers.urls, replicas=1), IDENTITY)
            yield opened
            await opened.close()
        return
    else:
        opened = MemoryJournal(IDENTITY)
    yield opened
    await opened.close()


async def test_a_new_journal_is_empty(journal: Journal) -> None:
    assert await journal.head() == 0
    assert await journal.published() == 0
    assert await journal.pruned_seq() == 0
    assert await journal.rejected_total() == 0
    assert await all_rows(journal) == []
    assert journal.identity == IDENTITY


async def test_rows_come_back_as_they_were_written(journal: Journal) -> None:
    await journal.append(rows(1, 1))
    await journal.append(rows(2, 50))
    assert await journal.head() == 50
    assert await all_rows(journal) == rows(1, 50)


@pytest.mark.parametrize("batch", [1, 7, 20, 1_000])
async def test_reading_goes_in_batches_from_any_place(journal: Journal, batch: int) -> None:
    await journal.append(rows(1, 20))
    for after_seq in (0, 1, 13, 19, 20):
        lengths = [len(found) async for found in journal.read(after_seq, batch)]
        assert await all_rows(journal, after_seq, batch) == rows(after_seq + 1, 20)
        assert all(length == batch for length in lengths[:-1])
        assert all(0 < length <= batch for length in lengths)


async def test_a_reader_meets_rows_appended_while_it_reads(journal: Journal) -> None:
    await journal.append(rows(1, 4))
    found: list[JournalRow] = []
    async for batch in journal.read(0, batch=2):
        if not found:
            await journal.append(rows(5, 6))
        found += batch
    assert found == rows(1, 6)


@pytest.mark.parametrize(
    "bad", [[row(3)], [row(1)], [row(2), row(4)], [row(3), row(2)], [row(2), row(2)]]
)
async def test_rows_must_continue_the_journal(journal: Journal, bad: list[JournalRow]) -> None:
    await journal.append([row(1)])
    with pytest.raises(ValueError, match="does not continue the journal: expected"):
        await journal.append(bad, published_seq=1)
    assert await all_rows(journal) == [row(1)]
    assert await journal.published() == 0
    await journal.append([row(2)])
    assert await journal.head() == 2


async def test_a_body_that_is_not_utf8_is_refused_with_its_whole_batch(journal: Journal) -> None:
    with pytest.raises(ValueError, match="utf-8"):
        await journal.append([row(1), JournalRow(2, 0, "kind", "id", b"\xff")])
    assert await journal.head() == 0


async def test_the_watermark_moves_with_an_append_and_alone_but_never_back(
    journal: Journal,
) -> None:
    await journal.append(rows(1, 5), published_seq=3)
    assert await journal.published() == 3
    await journal.append(rows(6, 6), published_seq=2)
    assert await journal.published() == 3
    await journal.set_published(6)
    assert await journal.published() == 6
    await journal.append(rows(7, 7))
    assert await journal.published() == 6


async def test_the_watermark_cannot_pass_the_last_record(journal: Journal) -> None:
    with pytest.raises(ValueError, match="published seq 3 is above the last record, 2"):
        await journal.append(rows(1, 2), published_seq=3)
    assert await journal.head() == 0


async def test_each_epoch_is_one_higher(journal: Journal) -> None:
    assert [await journal.begin_epoch() for _ in range(3)] == [1, 2, 3]


async def test_reading_cannot_start_beyond_the_head(journal: Journal) -> None:
    await journal.append(rows(1, 2))
    with pytest.raises(JournalUnavailable, match="start after 3, but the last record is 2"):
        await all_rows(journal, after_seq=3)


async def test_rejected_messages_are_kept_newest_first(journal: Journal) -> None:
    await journal.reject([rejected(1), rejected(2)])
    await journal.reject([rejected(3)])
    assert await journal.rejected(10) == [rejected(3), rejected(2), rejected(1)]
    assert await journal.rejected(1) == [rejected(3)]
    assert await journal.rejected_total() == 3


async def test_a_rejected_payload_is_cut(journal: Journal) -> None:
    await journal.reject([rejected(1, b"\x00\xff" * REJECTED_PAYLOAD_BYTES)])
    (found,) = await journal.rejected(1)
    assert found.payload == b"\x00\xff" * (REJECTED_PAYLOAD_BYTES // 2)


async def test_only_the_newest_rejected_messages_stay_but_all_are_counted(
    journal: Journal,
) -> None:
    await journal.reject([rejected(number) for number in range(REJECTED_KEPT)])
    await journal.reject([rejected(REJECTED_KEPT), rejected(REJECTED_KEPT + 1)])
    kept = await journal.rejected(2 * REJECTED_KEPT)
    assert len(kept) == REJECTED_KEPT
    assert kept[0] == rejected(REJECTED_KEPT + 1)
    assert kept[-1] == rejected(2)
    assert await journal.rejected_total() == REJECTED_KEPT + 2


async def test_a_closed_journal_says_so(journal: Journal) -> None:
    await journal.close()
    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.append([row(1)])
    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.head()
    with pytest.raises(JournalUnavailable, match="closed"):
        await all_rows(journal)
