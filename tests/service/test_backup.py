"""An engine is backed up under load, lost, and put back; a client that connects then is served."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from outcomes.backup import EPOCHS_SKIPPED, BackupError, back_up, restore
from outcomes.journal import JournalUnavailable
from outcomes.verify import verify
from tests.support.brokers import MosquittoProcess
from tests.support.client import BusClient
from tests.support.crashing import BusyBridge, records_of
from tests.support.serving import PROGRAM, EngineProcess

FIXTURE = Path(__file__).parents[1] / "outcomes" / "fixtures" / "journal-v1.db"


async def _tidegate(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.mosquitto
async def test_backed_up_under_load_lost_and_restored(
    tmp_path: Path, mosquitto: MosquittoProcess
) -> None:
    data, copy, stopping = tmp_path / "data", tmp_path / "copy", asyncio.Event()
    data.mkdir()
    async with EngineProcess(tmp_path, mosquitto.port, data=data) as engine:
        async with BusyBridge(engine.broker_port, agents=3, seed=5) as bridge:
            await bridge.sign_in()
            arriving = asyncio.create_task(bridge.arrivals(100, stopping))
            await asyncio.sleep(0.7)
            before = {one.event_id for one in bridge.replies.values() if one.seq is not None}
            code, out, err = await _tidegate(
                *("backup", str(copy), "--journal", str(engine.journal), "--json")
            )
            assert code == 0, err
            code, _, err = await _tidegate("restore", str(copy), "--journal", str(engine.journal))
            assert (code, "in use by another engine" in err) == (2, True)
            stopping.set()
            await arriving
            await engine.kill()
            bridge.give_up()
        assert verify(copy / "journal.db").problems_total == 0
        kept = {one.event.event_id for one in await records_of(copy / "journal.db")}
        assert before <= kept
        assert len(before) > 20

        shutil.rmtree(data)
        code, _, err = await _tidegate("restore", str(copy), "--journal", str(engine.journal))
        assert code == 0, err
        await engine.start()
        assert (await engine.metric("tidegate_epoch")) == 1 + EPOCHS_SKIPPED + 1
        async with BusClient(engine.broker_port) as other:
            await other.ok("contact_arrived", contact_id="after", queue_id="cards")
    seq = json.loads(out)["seq"]
    assert [one.seq for one in await records_of(engine.journal)][:seq] == list(range(1, seq + 1))


def _journal(directory: Path) -> Path:
    """Return a journal with the records 11 to 40."""
    directory.mkdir()
    return Path(shutil.copy(FIXTURE, directory / "journal.db"))


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    journal, copy = _journal(tmp_path / "data"), tmp_path / "copy"
    made = back_up(journal, copy, "1", 0)
    with pytest.raises(BackupError, match="is there already"):
        back_up(journal, copy, "1", 0)
    with pytest.raises(BackupError, match="--replace"):
        restore(copy, journal)
    assert restore(copy, journal, is_replacing=True) == made
    assert verify(journal.parent / "before-restore-1" / "journal.db").last_seq == made.seq
    assert verify(journal).last_seq == made.seq


def test_a_damaged_copy_changes_nothing(tmp_path: Path) -> None:
    journal, copy = _journal(tmp_path / "data"), tmp_path / "copy"
    back_up(journal, copy, "1", 0)
    with (copy / "journal.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff")
    elsewhere = tmp_path / "elsewhere" / "journal.db"
    with pytest.raises(BackupError, match="not as it was written"):
        restore(copy, elsewhere)
    assert not elsewhere.parent.exists()


def test_a_damaged_journal_is_no_backup(tmp_path: Path) -> None:
    journal, copy = _journal(tmp_path / "data"), tmp_path / "copy"
    with sqlite3.connect(journal) as raw:
        raw.execute("UPDATE records SET body = '{}' WHERE seq = 12")
    with pytest.raises(BackupError, match="record 12"):
        back_up(journal, copy, "1", 0)
    assert not copy.exists()
    with pytest.raises((BackupError, JournalUnavailable)):
        back_up(tmp_path / "none.db", copy, "1", 0)
