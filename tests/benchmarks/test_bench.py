"""The benchmarks measure what they say, in small; nothing here asserts how fast anything is."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import core, end_to_end, journal, mosquitto, restart
from benchmarks.bus import measure_bus
from benchmarks.core import Centre, Size
from benchmarks.cores import Cores, children_of, divide_cores, move, on
from benchmarks.disk import fsync_seconds
from benchmarks.end_to_end import QUICK, EndToEnd, Length
from benchmarks.engine import EngineProcess
from benchmarks.follower import measure_follower
from benchmarks.journal import measure_journal
from benchmarks.mosquitto import BenchmarkError, Mosquitto
from benchmarks.restart import measure_restart
from benchmarks.suite import Suite
from benchmarks.targets import check_targets
from outcomes.journal_reader import JournalReader
from service.cli import app
from service.commands.bench_table import in_words
from tests.support.brokers import find_mosquitto

ANYWHERE = Cores(frozenset(), frozenset(), pinned=False)
SHORT = Length("short", seconds=2, contacts=0, runs=1, capacity_seconds=1)


def ignore(line: str) -> None:
    """Nobody looks at the progress."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    find_mosquitto()
    started = Mosquitto(tmp_path)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def engine(tmp_path: Path, broker: Mosquitto) -> Iterator[EngineProcess]:
    process = EngineProcess(tmp_path, broker.port, ANYWHERE)
    yield process
    process.stop()


def test_the_measured_centre_stays_as_large_as_it_is_said_to_be() -> None:
    centre = Centre(Size(queues=6, agents=40, waiting=25))
    seconds = centre.turn_over(200)
    state = centre._engine.state
    assert seconds > 0
    assert all(len(agent.assignments) == 1 for agent in state.agents.values())
    assert len(state.agents) == 40
    assert sum(queue.waiting for queue in state.queues.values()) == 25


def test_fsync_is_measured_as_often_as_asked_and_leaves_nothing(tmp_path: Path) -> None:
    assert len(fsync_seconds(tmp_path, 7)) == 7
    assert list(tmp_path.iterdir()) == []


async def test_journals_that_are_measured_hold_what_was_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "GROUPS", {1: 3, 5: 4})
    figures = await _in_thread(lambda: measure_journal(tmp_path, ignore, quick=False))
    assert [append["rows"] for append in figures["append"]] == [1, 5]
    assert [append["milliseconds"]["count"] for append in figures["append"]] == [3, 4]
    reader = await JournalReader.open(tmp_path / "journal-5.db")
    rows = [row async for batch in reader.read(0) for row in batch]
    await reader.close()
    assert len(rows) == 20
    assert b"contact_queued" in rows[0].body


async def _in_thread(work: Any) -> Any:
    import asyncio

    return await asyncio.to_thread(work)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are chosen on Linux only")
def test_processes_are_put_on_their_cores() -> None:
    mine = os.sched_getaffinity(0)
    cores = divide_cores()
    assert cores.engine | cores.others == mine
    one = frozenset({min(mine)})
    with on(one, pinned=True):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert os.sched_getaffinity(0) == mine
        assert os.sched_getaffinity(child.pid) == one
        assert child.pid in children_of(os.getpid())
        move(child.pid, frozenset(mine))
        assert os.sched_getaffinity(child.pid) == mine
    finally:
        child.communicate(b"\n")


@pytest.mark.mosquitto
def test_echo_goes_there_and_back(broker: Mosquitto) -> None:
    figures = measure_bus(broker.port, ANYWHERE, ignore, quick=True)
    assert figures["echo_ms"]["count"] == 400
    assert figures["round_trips_per_second"] > 0


@pytest.mark.mosquitto
def test_the_whole_path_is_measured_on_a_real_engine(
    engine: EngineProcess, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end_to_end, "OVERLOAD_AGENTS", 20)
    engine.start()
    whole = EndToEnd(engine, broker.port, ANYWHERE, SHORT, ignore)
    latency = whole.latency(40)
    assert latency["arrival_to_reservation_ms"]["count"] > 0
    assert latency["freed_to_reservation_ms"]["count"] > 0
    assert latency["echo_ms"]["count"] == 80
    overload = whole.overload(30.0)
    assert overload["offered"] == overload["journaled"] + overload["busy"] == 60
    assert overload["conserved"]
    assert set(engine.pauses()) == {"over_10_ms", "longest_ms"}


@pytest.mark.mosquitto
def test_a_rate_is_sustained_only_if_contacts_are_completed_as_fast(
    engine: EngineProcess, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = EndToEnd(engine, broker.port, ANYWHERE, SHORT, ignore)
    results: list[dict[str, Any]] = []
    monkeypatch.setattr(whole, "_load", lambda *_, **__: results.pop(0))

    def run(completed: float, p99_ms: float, busy: int = 0) -> dict[str, Any]:
        rates = {"completed_per_s": completed, "arrived_per_s": 100.0}
        return {**rates, "reply_ms": {"p99": p99_ms}, "busy": busy}

    results += [run(99.0, 5.0), run(100.0, 500.0), run(98.0, 5.0)]
    assert whole.capacity() == 99.0  # the second was too much, the third no better
    results += [run(50.0, 5.0), run(100.0, 5.0, busy=1), run(97.0, 5.0), run(96.0, 5.0)]
    assert whole.capacity() == 97.0


@pytest.mark.mosquitto
def test_restart_is_measured_until_the_engine_is_ready(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restart, "UNCONFIRMED", 100)
    figures = measure_restart(engine, ignore, quick=True)
    assert figures["contacts"] == 10_000
    assert figures["seconds"] > 0
    assert "state_recovered" not in engine._log.read_text()  # only warnings are logged


@pytest.mark.mosquitto
def test_an_engine_that_cannot_start_is_explained(engine: EngineProcess) -> None:
    engine.config.write_text("[bus]\nport = 'none'\n")
    with pytest.raises(BenchmarkError, match="did not become ready"):
        engine.start()


def test_without_mosquitto_the_remedy_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mosquitto.shutil, "which", lambda *_, **__: None)
    with pytest.raises(BenchmarkError, match=r"scripts/install-test-tools\.sh"):
        Suite(tmp_path, QUICK, ignore).run(("end_to_end",))


def test_the_command_prints_one_json_object(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(core, "LARGE", Size(5, 20, 30))
    arguments = ["bench", "--quick", "--only", "core", "--json", "--directory", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures) == {"machine", "length", "core"}
    assert set(figures["core"]) >= {
        "events_per_second",
        "events_per_second_large",
        "cost_ratio_large_to_small",
    }
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "disk"], "there are core, journal, bus, end_to_end, restart, follower"),
        (["--quick", "--full"], "give one of them"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["bench", *arguments])
    assert result.exit_code == 2
    assert words in result.stderr


def test_the_follower_is_measured_beside_a_broker(broker: Mosquitto) -> None:
    figures = measure_follower(broker.port, ignore, quick=True)
    assert figures["agents_busy"] > 50
    assert figures["cycle_p100_ms"] >= figures["cycle_p50_ms"] > 0
    words = in_words({"machine": {}, "length": "short", "follower": figures})
    assert "follower, CPU of a cycle, p95 ms" in words


def figures_with(p50: float, p99: float, fsync: float = 0.2) -> dict[str, Any]:
    """Return figures as a run gives them."""

    def percentiles(p50: float, p99: float = 9.0) -> dict[str, float]:
        return {"count": 10, "p50": p50, "p90": p50, "p99": p99, "p999": p99, "max": p99}

    latency = {
        "rate_per_s": 62,
        "runs": 1,
        "arrival_to_reservation_ms": percentiles(p50, p99),
        "freed_to_reservation_ms": percentiles(1.0, 2.0),
        "echo_ms": percentiles(0.6),
        "fsync_ms": percentiles(fsync),
    }
    overload = {
        "share_of_capacity": 0.9,
        "offered_per_second": 1.0,
        "completed_per_second": 1.0,
        "offered": 10,
        "journaled": 8,
        "busy": 2,
        "conserved": True,
    }
    return {
        "machine": {"date": "2026-01-01"},
        "length": "short",
        "end_to_end": {
            "contacts_per_second": 1_000.0,
            "latency": [latency],
            "pauses": {"over_10_ms": 0, "longest_ms": 1.0},
            "overload": overload,
        },
        "restart": {
            "contacts": 1,
            "agents": 1,
            "records_after_snapshot": 1,
            "seconds": 2.0,
        },
    }


def not_met(figures: dict[str, Any]) -> list[str]:
    return [check.name for check in check_targets(figures) if not check.met]


def test_targets_are_checked_against_echo_and_fsync_of_the_same_run() -> None:
    assert not_met(figures_with(p50=3.0, p99=25.0)) == []
    assert not_met(figures_with(p50=3.1, p99=25.1)) == [
        "arrival -> reservation at 62/s, p50 ms",
        "arrival -> reservation at 62/s, p99 ms",
    ]
    slow_disk = figures_with(p50=10.6, p99=80.0, fsync=4.0)
    assert not_met(slow_disk) == []


def test_the_table_names_each_target_that_was_missed() -> None:
    words = in_words(figures_with(p50=3.1, p99=9.0))
    assert words.count("NOT MET") == 1
    assert "10 arrivals = 8 journaled + 2 busy" in words
