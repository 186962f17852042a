"""Recorded calls replayed: a day worked out by hand, the shipped day, and input that cannot be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.gate import GateSettings
from service.cli import app
from simulation.recorded_rows import COLUMNS
from simulation.replay_calls import load_days
from simulation.replay_results import results_of_days
from simulation.replay_runs import ReplayRequest, play_days
from simulation.virtual_policies import parse_policy

DAY = "1999-02-03"
SHIPPED = "1999-02-01"
HANG_UPS = 12
SERVED = (("08:00:00", 0), ("08:00:30", 30), ("08:10:00", 0), ("08:40:00", 0))
"""When they came, and how many seconds they waited; each was served for 60 s by the one agent."""


def call(**fields: object) -> str:
    usual = {"date": DAY, "line": "AA1", "priority": 0, "type": "PS", "vru_s": 0}
    return ",".join(str({**usual, **fields}.get(name, "")) for name in COLUMNS)


def tiny_day() -> list[str]:
    """Twelve who give up after 10 s before anybody is at work, then one agent and four callers."""
    lines = [",".join(COLUMNS)]
    for minute in range(HANG_UPS):
        at = f"07:{minute:02d}:00"
        lines.append(call(arrival=at, queue_entry=at, queue_s=10, outcome="HANG", service_s=0))
    starts = ("08:00:00", "08:01:00", "08:10:00", "08:40:00")
    for (at, wait_s), start in zip(SERVED, starts, strict=True):
        waited = {"queue_entry": at} if wait_s else {}
        lines.append(
            call(
                arrival=at,
                queue_s=wait_s,
                outcome="AGENT",
                service_start=start,
                service_s=60,
                agent="7",
                **waited,
            )
        )
    return lines


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.csv"
    file.write_text("\n".join(tiny_day()) + "\n")
    return file


def replay(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def document(*arguments: object) -> Any:
    result = replay(*arguments, "--json", "--jobs", 1)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def error(*arguments: object) -> str:
    result = replay(*arguments)
    assert result.exit_code == 2, result.output
    assert not result.stdout
    return " ".join(result.stderr.split())


def test_a_day_worked_out_by_hand(tiny: Path) -> None:
    total = document(tiny, "--policy", "never", "--replications", 2)["total"]
    never = {name: one["mean"] for name, one in total["policies"]["never"].items()}
    for one in (total["recorded"], never):
        assert one["arrived"] == 16
        assert one["answered"] == 4
        assert one["abandoned"] == HANG_UPS
        assert one["service_level_ratio"] == 3 / 16
        assert one["asa_ms"] == 7_500
        assert one["waited"] == HANG_UPS + 1
        assert one["waiting_minutes"] == (HANG_UPS * 10 + 30) / 60
    assert never["occupancy_ratio"] == 4 * 60 / (41 * 60)
    assert never["waiting_cost"] == pytest.approx(0.05 * (HANG_UPS * 10 + 30))
    assert (total["quiet_half_hours"], total["half_hours_at_work"]) == (1, 3)


def test_marketing_costs_what_it_takes_from_the_next_caller(tiny: Path) -> None:
    plan = load_days(str(tiny), (), GateSettings(), 40_000)[0].plan(seed=3)
    first, second, third, fourth = plan.contacts[HANG_UPS:]
    wait_ms = min(30_000 + first.marketing_ms, second.patience_ms or 0)
    gave_up = wait_ms == second.patience_ms
    marketed = [first, third, fourth, *([] if gave_up else [second])]
    found = document(
        tiny, "--policy", "always", "--seed", 3, "--replications", 1, "--marketing-ms", 40_000,
        "--value", 2_000, "--wait-cost", 10,
    )["total"]["policies"]["always"]  # fmt: skip
    always = {name: one["mean"] for name, one in found.items()}
    assert always["attempts"] == always["answered"] == 4 - gave_up
    assert always["abandoned_added"] == gave_up
    assert always["marketing_minutes"] * 60_000 == sum(one.marketing_ms for one in marketed)
    assert always["quiet_marketing_minutes"] * 60_000 == fourth.marketing_ms
    assert always["waiting_minutes_added"] == pytest.approx((wait_ms - 30_000) / 60_000)
    assert always["waited_behind_marketing"] == 0  # nobody was marketing yet when they came
    net = 2 * (4 - gave_up) - 0.01 * (wait_ms - 30_000) / 1000
    assert always["net_value"] == pytest.approx(net)


def test_the_shipped_day_goes_nearly_as_it_went_and_marketing_costs_waiting() -> None:
    """Mean of 5 seeds; docs/recorded-day.md: another program gets 57.7 %, 35.0 s, 136 gave up."""
    found = document(SHIPPED, "--policy", "always", "--policy", "threshold=-1")
    total = found["total"]
    recorded, policies = total["recorded"], total["policies"]
    assert (recorded["arrived"], recorded["abandoned"]) == (1481, 146)
    assert recorded["service_level_ratio"] == pytest.approx(0.556, abs=0.001)
    never = policies["never"]
    assert never["arrived"]["mean"] == 1481
    assert never["service_level_ratio"]["mean"] == pytest.approx(0.577, abs=0.015)
    assert never["asa_ms"]["mean"] == pytest.approx(35_000, abs=2_500)
    assert never["abandoned"]["mean"] == pytest.approx(136, abs=8)
    threshold, always = policies["threshold=-1"], policies["always"]
    assert 100 < threshold["marketing_minutes"]["mean"] < always["marketing_minutes"]["mean"] / 3
    assert always["waiting_minutes_added"]["ci95"][0] > 500
    half_hours = found["days"][SHIPPED]["half_hours"]
    assert sum(one["recorded"]["arrived"] for one in half_hours) == 1481
    minutes = sum(one["policies"]["always"]["marketing_minutes"]["mean"] for one in half_hours)
    assert minutes == pytest.approx(always["marketing_minutes"]["mean"])
    assert found["assumptions"]
    assert found["definitions"]


def test_results_do_not_depend_on_the_number_of_processes(tiny: Path) -> None:
    arguments = (tiny, "--policy", "always", "--replications", 2, "--json")
    one, two = replay(*arguments, "--jobs", 1), replay(*arguments, "--jobs", 2)
    assert one.exit_code == two.exit_code == 0
    assert one.stdout == two.stdout


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_keeps_the_days_done(tiny: Path, jobs: int) -> None:
    def interrupt(done: int, whole: int) -> None:
        assert whole == 2_000
        if done == 5:
            raise KeyboardInterrupt

    days = load_days(str(tiny), (), GateSettings(), 75_000)
    request = ReplayRequest(days, (parse_policy("always"),), 1_000, 1, jobs)
    played, is_whole = play_days(request, interrupt)
    assert not is_whole
    assert results_of_days(played).seeds in (1, 2)
    assert list(results_of_days(played).days) == [DAY]


def test_a_file_of_two_days_and_a_compressed_one(tmp_path: Path) -> None:
    lines = tiny_day()
    quiet = [line.replace(DAY, "1999-02-04") for line in lines[HANG_UPS + 1 :]]
    file = tmp_path / "two.csv.gz"
    file.write_bytes(gzip.compress("\n".join([*lines, *quiet]).encode()))
    found = document(file, "--policy", "never", "--replications", 1)
    assert list(found["days"]) == [DAY, "1999-02-04"]
    second = found["days"]["1999-02-04"]["policies"]["never"]  # patience is that of both days
    assert (second["arrived"]["mean"], second["answered"]["mean"]) == (4, 4)
    assert found["total"]["recorded"]["arrived"] == 20
    one = document(file, "--policy", "never", "--replications", 1, "--date", "1999-02-04")
    assert one["days"] == {"1999-02-04": found["days"]["1999-02-04"]}


def test_the_report_is_a_page(tiny: Path, tmp_path: Path) -> None:
    result = replay(tiny, "--policy", "always", "--report", tmp_path / "out", "--jobs", 1)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out" / "replay.html").read_text("utf-8")
    assert page.count("<svg") >= 8
    for words in ("recorded", "Marketing minutes by half-hour", "Kaplan-Meier", DAY, "always"):
        assert words in page
    assert "nan" not in page
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert f"--report {blocked}: no folder" in error(tiny, "--report", blocked)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("arrival", "7 o'clock", "is not a time of day HH:MM:SS"),
        ("queue_s", "-3", "is not a whole number of seconds, 0 or more"),
        ("type", "XX", "is not one of PS, PE, IN, NE, NW, TT"),
        ("date", "3.2.99", "is not a date YYYY-MM-DD"),
    ],
)
def test_a_bad_value_is_named(tiny: Path, column: str, value: str, words: str) -> None:
    lines = tiny_day()
    fields = lines[4].split(",")
    fields[COLUMNS.index(column)] = value
    lines[4] = ",".join(fields)
    tiny.write_text("\n".join(lines))
    found = error(tiny)
    assert f"{tiny}, line 5, column {column}:" in found
    assert value in found
    assert words in found


def test_other_bad_input_is_explained(tiny: Path, tmp_path: Path) -> None:
    assert "there is no such file, and no shipped day" in error(tmp_path / "nowhere.csv")
    assert f"no calls of 1999-02-09; the file holds {DAY}" in error(tiny, "--date", "1999-02-09")
    assert "nobody knows the true rates" in error(tiny, "--policy", "optimal=told")
    assert "give one of never, always" in error(tiny, "--policy", "sometimes")
    assert "needs gate.schedule" in error(tiny, "--policy", "schedule")
    assert "--from and --to are for journals" in error(tiny, "--from", "today")
    few = tmp_path / "few.csv"
    few.write_text("\n".join(tiny_day()[HANG_UPS - 2 :]))
    assert f"{few}, line 1: columns" in error(few)
    few.write_text("\n".join([tiny_day()[0], *tiny_day()[HANG_UPS - 2 :]]))
    assert "3 hang-ups are too few" in error(few)
    broken = tmp_path / "broken.csv.gz"
    packed = bytearray(gzip.compress(tiny.read_bytes()))
    packed[30:60] = bytes(30)
    broken.write_bytes(bytes(packed))
    assert f"{broken}: can't be read" in error(broken)
