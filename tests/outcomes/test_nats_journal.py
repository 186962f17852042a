"""What only the journal in a cluster has: two writers, answers that are lost, damage."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from outcomes.journal import JournalDamaged, JournalFenced, JournalIdentity, JournalUnavailable
from outcomes.lease import Lease
from outcomes.nats_journal import NatsJournal
from outcomes.nats_link import NatsLink, NatsNames, NatsOptions
from outcomes.nats_reader import NatsReader
from outcomes.prune import PruneReport
from outcomes.snapshots import SnapshotStore
from tests.outcomes.journal_rows import IDENTITY, all_rows, row, rows
from tests.support.nats import NatsServers

pytestmark = pytest.mark.nats


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[NatsServers]:
    async with NatsServers(tmp_path) as started:
        yield started


@pytest.fixture
def options(servers: NatsServers) -> NatsOptions:
    return NatsOptions(servers.urls, replicas=1, answer_ms=1_000)


@pytest.mark.parametrize("ahead", [1, 2, 7, 20, 30])
async def test_of_two_writers_only_one_goes_on(options: NatsOptions, ahead: int) -> None:
    """Also when the first's group reaches past the second's last record."""
    old = await NatsJournal.open(options, IDENTITY)
    await old.append(rows(1, 3))
    new = await NatsJournal.open(options, IDENTITY)
    theirs = rows(4, 3 + ahead, padding=5)
    await new.append(theirs)
    with pytest.raises(JournalFenced, match="another engine has written record"):
        await old.append(rows(4, 23))
    await new.append(rows(4 + ahead, 40))
    assert await all_rows(new) == rows(1, 3) + theirs + rows(4 + ahead, 40)
    await old.close()
    await new.close()


async def test_a_write_without_answer_is_settled_by_the_next(
    options: NatsOptions, servers: NatsServers
) -> None:
    journal = await NatsJournal.open(options, IDENTITY)
    await journal.append(rows(1, 3))
    servers.signal(0, signal.SIGSTOP)
    with pytest.raises(JournalUnavailable, match="cannot be written"):
        await journal.append(rows(4, 9))
    servers.signal(0, signal.SIGCONT)
    async with asyncio.timeout(20):
        while True:
            try:
                await journal.append(rows(4, 9))
                break
            except JournalUnavailable:
                await asyncio.sleep(0.1)
    assert await journal.head() == 9
    await journal.append([row(10)], published_seq=8)
    await journal.close()
    again = await NatsJournal.open(options, IDENTITY)
    assert await all_rows(again) == rows(1, 10)
    assert await again.published() == 8
    await again.close()


async def test_a_missing_record_is_noticed(options: NatsOptions) -> None:
    journal = await NatsJournal.open(options, IDENTITY)
    await journal.append(rows(1, 10))
    link = await NatsLink.open(options)
    await link.jetstream.delete_msg(NatsNames(IDENTITY).records, 5)
    await link.close()
    reader = await NatsReader.open(options, IDENTITY)
    report = await reader.verify()
    assert [(one.seq, one.kind) for one in report.problems] == [(6, "gap")]
    with pytest.raises(JournalDamaged, match="records 5 to 5 are missing"):
        await all_rows(journal)
    await reader.close()
    await journal.close()


async def test_pruning_leaves_a_journal_that_goes_on(options: NatsOptions, tmp_path: Path) -> None:
    journal = await NatsJournal.open(options, IDENTITY)
    await journal.append(rows(1, 20), published_seq=15)
    snapshots = SnapshotStore(tmp_path / "snapshots")
    with pytest.raises(JournalUnavailable, match="there is none"):
        await journal.prune(snapshots, 11)
    snapshots.write(20, b"state")
    with pytest.raises(JournalUnavailable, match="decisions above 15"):
        await journal.prune(snapshots, 18)
    assert await journal.prune(snapshots, 11) == PruneReport(10, 10)
    with pytest.raises(JournalUnavailable, match="records up to 10 were pruned"):
        await all_rows(journal)
    await journal.append(rows(21, 25))
    await journal.close()
    again = await NatsJournal.open(options, IDENTITY)
    assert await all_rows(again, 10) == rows(11, 25)
    await again.append(rows(26, 26), published_seq=26)
    with pytest.raises(JournalUnavailable, match="the newest is at 20"):
        await again.prune(snapshots, 99)
    snapshots.write(26, b"state")
    assert await again.prune(snapshots, 99) == PruneReport(15, 25)
    assert await again.head() == 26
    await again.close()


async def test_another_identity_under_the_same_names_is_refused(options: NatsOptions) -> None:
    first = await NatsJournal.open(options, JournalIdentity("a_b", "c", "d"))
    with pytest.raises(JournalUnavailable, match="belongs to"):
        await NatsJournal.open(options, JournalIdentity("a", "b_c", "d"))
    await first.close()


async def test_the_lease_passes_on_when_it_is_not_renewed(options: NatsOptions) -> None:
    await (await NatsJournal.open(options, IDENTITY)).close()
    first = await Lease.open(options, IDENTITY, "a", lease_ms=400)
    second = await Lease.open(options, IDENTITY, "b", lease_ms=400)
    await first.take()
    taking = asyncio.create_task(second.take())
    for _ in range(10):
        await first.pause()
        assert await first.renew()
    assert not taking.done()
    assert first.is_sure
    await asyncio.wait_for(taking, 10)
    assert not first.is_sure
    assert not await first.renew()
    assert first.is_lost
    assert first.leader == "b"
    await second.release()
    third = await Lease.open(options, IDENTITY, "c", lease_ms=60_000)
    await asyncio.wait_for(third.take(), 5)  # released: nobody waits for it to run out
    for lease in (first, second, third):
        await lease.close()
