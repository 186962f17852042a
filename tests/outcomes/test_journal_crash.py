"""`kill -9` of a writing process: what it was told is durable is there, and nothing is torn."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from outcomes.export import export
from outcomes.sqlite_journal import SqliteJournal
from outcomes.verify import verify
from tests.outcomes.journal_rows import IDENTITY, all_rows, rows

WRITER = """
import asyncio, random, sys
from pathlib import Path
from outcomes.sqlite_journal import SqliteJournal
from tests.outcomes.journal_rows import IDENTITY, rows

async def main(path, seed):
    journal = await SqliteJournal.open(path, IDENTITY)
    head, draw = await journal.head(), random.Random(seed)
    while True:
        last = head + draw.randint(1, 40)
        await journal.append(rows(head + 1, last, padding=500), published_seq=head)
        head = last
        print(head, flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


def write_until_killed(path: Path, seed: int, commits: int) -> int:
    """Let a process write, kill it after about `commits` commits, return what it acknowledged."""
    command = [sys.executable, "-c", WRITER, str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(commits)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    return int([line for line in lines if line.endswith("\n")][-1])


async def test_everything_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path, draw = tmp_path / "journal.db", random.Random(20)
    acknowledged = 0
    for seed in range(5):
        acknowledged = write_until_killed(path, seed, commits=draw.randint(1, 150))
        report = verify(path)
        assert report.problems == []
        assert report.records >= acknowledged
        assert sum(1 for _ in export(path)) == report.records
    journal = await SqliteJournal.open(path, IDENTITY)
    head = await journal.head()
    assert await journal.published() <= head
    await journal.append(rows(head + 1, head + 1, padding=500))
    assert await all_rows(journal) == rows(1, head + 1, padding=500)
    await journal.close()
