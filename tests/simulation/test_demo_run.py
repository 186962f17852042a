"""The demo end to end: a real broker and engine in processes of their own, at several speeds."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulation.demo_check import DemoMismatchError, check_equal, counts_of, stored_counts
from simulation.demo_customers import DemoCustomers
from simulation.demo_day import DemoDay
from simulation.demo_figures import routed_figures
from simulation.demo_player import Player
from simulation.demo_settings import demo_settings
from simulation.demo_window import cut_plan, parse_clock
from simulation.recorded_plan import DayPlan, build_day_plan
from simulation.recorded_settings import midnight_ms
from tests.support.in_process_engine import InProcessEngine

WINDOW = ("--from", "10:00", "--to", "10:06")
PATIENCE_S = 120


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from service.cli import app; app()", "demo", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def run_window(cwd: Path, speed: int) -> dict[str, Any]:
    done = run("--headless", "--json", "--speed", str(speed), *WINDOW, cwd=cwd)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def window_plan() -> DayPlan:
    return cut_plan(build_day_plan("1999-02-01", 10), parse_clock("10:00"), parse_clock("10:06"))


async def in_process() -> DemoDay:
    plan = window_plan()
    engine = InProcessEngine(demo_settings(plan, ("127.0.0.1", 1), Path("unused.db")))
    day = DemoDay(plan, DemoCustomers(plan.date, plan.seed))
    await Player(day, engine, midnight_ms(plan.date), speed=0).play()  # type: ignore[arg-type]
    return day


async def test_every_speed_gives_exactly_the_day_of_an_engine_without_a_bus(
    tmp_path: Path,
) -> None:
    day = await in_process()
    expected = routed_figures(day.callers.values())
    for speed in (0, 300):
        result = run_window(tmp_path, speed)
        assert result["complete"]
        assert result["routed"]["arrived"] == expected.arrived == result["recorded"]["arrived"] > 5
        assert result["routed"]["answered"] == expected.answered
        assert result["routed"]["abandoned"] == expected.abandoned
        assert result["routed"]["service_level_ratio"] == expected.service_level_ratio
        assert result["routed"]["asa_ms"] == expected.asa_ms
        assert day.offers is not None
        assert result["marketing"]["rounds"] == day.offers.day.rounds
        cards = result["scorecard"]
        assert sum(one["handled"] for one in cards) == expected.answered
        assert sum(one["presented"] for one in cards) == day.offers.day.presented
        stored = await stored_counts(tmp_path / result["journal"])
        check_equal(counts_of(day.callers.values()), stored)
        stored.wait_ms += 1
        with pytest.raises(DemoMismatchError, match="wait_ms: callers saw"):
            check_equal(counts_of(day.callers.values()), stored)


def test_people_get_progress_at_once_and_a_summary(tmp_path: Path) -> None:
    done = run("--headless", "--speed", "0", *WINDOW, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    progress = done.stderr.splitlines()
    assert progress[0].startswith("Monday, 1 February 1999, 10:00 to 10:06: ")
    assert "arrived" in progress[-1]
    for words in ("recorded", "routed", "Kaplan-Meier", "tidegate report --journal", "as fast as"):
        assert words in done.stdout


def test_ctrl_c_stops_in_order_and_prints_what_there_is(tmp_path: Path) -> None:
    arguments = ("--headless", "--json", "--speed", "5", "--from", "10:00")
    with subprocess.Popen(
        command(*arguments),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        while "arrived" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        output, problems = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, problems
    result = json.loads(output)
    assert not result["complete"]
    assert result["routed"]["arrived"] == result["recorded"]["arrived"]
    log = (tmp_path / result["journal"]).with_name("engine.log").read_text()
    assert "engine_stopped" in log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--day", "2001-01-01"), "no recorded day 2001-01-01 is shipped; choose 1999-02-01"),
        (("--from", "9h"), "'9h' is not a time of day"),
        (("--from", "11:00", "--to", "10:00"), "nobody calls from 11:00 to 10:00"),
        (("--journal", "full"), "full is not empty; give a new directory"),
        (("--calls", "missing.csv"), "missing.csv: can't be read"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_starts(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("tidegate demo: ")
    assert words in done.stderr
    assert done.stdout == ""
