"""Any sequence of appends, reads, prunings and restarts agrees with a plain list of rows."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from outcomes.journal import JournalRow, JournalUnavailable
from outcomes.prune import prune
from outcomes.snapshots import SnapshotStore
from outcomes.sqlite_journal import SqliteJournal
from outcomes.verify import verify
from tests.outcomes.journal_rows import IDENTITY, all_rows

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
payloads = st.lists(st.tuples(texts, texts, st.integers(0, 5_000)), max_size=8)


class JournalMachine(RuleBasedStateMachine):
    """The journal beside `rows`, `published` and `pruned`, which say what it should hold."""

    @initialize()
    def start(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.path = self.directory / "journal.db"
        self.snapshots = SnapshotStore(self.directory / "snapshots")
        self.runner = asyncio.Runner()
        self.rows: list[JournalRow] = []
        self.published = self.pruned = self.snapshot = 0
        self.journal = self.runner.run(SqliteJournal.open(self.path, IDENTITY))

    @rule(drawn=payloads, publish=st.booleans())
    def append(self, drawn: list[tuple[str, str, int]], publish: bool) -> None:
        head = len(self.rows)
        new = [
            JournalRow(seq, seq * 10, kind, event_id, b'"%s"' % (b"x" * length))
            for seq, (kind, event_id, length) in enumerate(drawn, head + 1)
        ]
        self.rows += new
        self.published = len(self.rows) if publish else self.published
        self.runner.run(self.journal.append(new, len(self.rows) if publish else None))

    @rule()
    def restart(self) -> None:
        self.runner.run(self.journal.close())
        self.journal = self.runner.run(SqliteJournal.open(self.path, IDENTITY))

    @rule()
    def take_snapshot(self) -> None:
        self.snapshot = len(self.rows)
        self.snapshots.write(self.snapshot, b"state")

    @rule(data=st.data())
    def prune(self, data: st.DataObject) -> None:
        last = data.draw(st.integers(0, len(self.rows)))
        if last > self.pruned and last > min(self.snapshot, self.published):
            with pytest.raises(JournalUnavailable, match="cannot be pruned"):
                prune(self.path, self.snapshots, before_seq=last + 1)
            return
        report = prune(self.path, self.snapshots, before_seq=last + 1)
        assert report.removed == max(0, last - self.pruned)
        self.pruned = max(self.pruned, last)

    @rule(data=st.data(), batch=st.integers(1, 5))
    def read(self, data: st.DataObject, batch: int) -> None:
        after_seq = data.draw(st.integers(0, len(self.rows)))
        if after_seq < self.pruned:
            with pytest.raises(JournalUnavailable, match="were pruned"):
                self.runner.run(all_rows(self.journal, after_seq, batch))
        else:
            found = self.runner.run(all_rows(self.journal, after_seq, batch))
            assert found == self.rows[after_seq:]

    @invariant()
    def agrees(self) -> None:
        assert self.runner.run(self.journal.head()) == len(self.rows)
        assert self.runner.run(self.journal.published()) == self.published
        assert self.runner.run(self.journal.pruned_seq()) == self.pruned

    @invariant()
    def verifies(self) -> None:
        report = verify(self.path)
        assert report.problems == []
        assert report.records == len(self.rows) - self.pruned

    def teardown(self) -> None:
        self.runner.run(self.journal.close())
        self.runner.close()
        shutil.rmtree(self.directory)


TestJournalModel = JournalMachine.TestCase
TestJournalModel.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
