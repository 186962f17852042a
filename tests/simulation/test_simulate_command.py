"""`tidegate simulate` as a command: its answers, its errors; the same numbers every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import app
from simulation.results import results_of
from simulation.results_student import interval, t_quantile
from simulation.scenario_loader import load_scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import Plan, run_plan

BANK = Path("examples/scenarios/bank-50-agents.toml")
SHORT = (
    BANK.read_text("utf-8")
    .replace("warm_up_ms = 3_600_000", "warm_up_ms = 600_000")
    .replace("duration_ms = 43_200_000", "duration_ms = 5_400_000")
)
FIGURES = (
    "attempts_per_hour",
    "value_per_hour",
    "service_level_ratio",
    "abandoned_ratio",
    "asa_ms",
    "occupancy_ratio",
    "mode_flips_per_hour",
)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    file = tmp_path / "short.toml"
    file.write_text(SHORT, "utf-8")
    return file


def simulate(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def document(*arguments: object) -> Any:
    result = simulate(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_json_has_every_figure_with_its_interval(short: Path) -> None:
    found = document(short, "--replications", 3, "--jobs", 1)
    assert list(found["policies"]) == ["never", "always", "threshold", "optimal"]
    for policy in found["policies"].values():
        for name in FIGURES:
            low, high = policy[name]["ci95"]
            assert low <= policy[name]["mean"] <= high
        assert policy["queues"]["bank"]["asa_ms"] == policy["asa_ms"]
        assert policy["groups"]["tellers"]["occupancy_ratio"] == policy["occupancy_ratio"]
        assert [one["starts"] for one in policy["periods"]] == [
            "2026-03-02T00:10",
            "2026-03-02T00:40",
            "2026-03-02T01:10",
        ]
    assert found["policies"]["never"]["value_per_hour"]["mean"] == 0


def test_value_is_relative_to_never_whether_it_is_shown_or_not(short: Path) -> None:
    shown = document(short, "--replications", 2, "--policy", "never", "--policy", "always")
    alone = document(short, "--replications", 2, "--policy", "always")
    always = shown["policies"]["always"]
    assert alone["policies"]["always"] == always
    net = [shown["policies"][name]["net_value_per_hour"]["mean"] for name in ("always", "never")]
    assert always["value_per_hour"]["mean"] == pytest.approx(net[0] - net[1])
    (difference,) = shown["differences"]
    assert (difference["policy"], difference["than"]) == ("always", "never")
    assert difference["value_per_hour"]["mean"] == pytest.approx(net[0] - net[1])


def test_the_same_seed_gives_the_same_numbers_on_one_core_or_two_and_in_another_process(
    short: Path,
) -> None:
    arguments = [short, "--policy", "threshold", "--policy", "optimal", "--replications", 2]
    here = document(*arguments, "--jobs", 1)
    assert document(*arguments, "--jobs", 2) == here
    command = [
        sys.executable,
        "-c",
        "from service.cli import app; app()",
        "simulate",
        *map(str, arguments),
        "--json",
    ]
    there = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "12345"}, capture_output=True, check=True
    )
    assert json.loads(there.stdout) == here
    assert document(*arguments, "--seed", 2) != here


def test_a_table_for_people(short: Path) -> None:
    result = simulate(short, "--replications", 2, "--policy", "never", "--policy", "threshold=-2")
    assert result.exit_code == 0
    assert "2 replications of 1.5 h" in result.stdout
    assert "threshold=-2" in result.stdout
    assert "difference from never" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--policy", "sometimes"], "--policy 'sometimes': give one of never, always"),
        (["--policy", "threshold=x"], "threshold=K"),
        (["--policy", "schedule"], "needs gate.schedule in the queue bank"),
    ],
)
def test_policies_that_cannot_be(short: Path, arguments: list[str], says: str) -> None:
    result = simulate(short, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_always_is_refused_where_it_would_never_end(short: Path) -> None:
    short.write_text(SHORT.replace("patience_ms", "# patience_ms"), "utf-8")
    result = simulate(short, "--policy", "always")
    assert result.exit_code == 2
    assert "the load is 1.221 when everybody is marketed to" in result.stderr
    assert simulate(short, "--policy", "never", "--replications", 1).exit_code == 0


def test_a_bad_scenario_is_told_with_its_line(short: Path) -> None:
    short.write_text(SHORT.replace("210_000", "0"), "utf-8")
    result = simulate(short)
    assert result.exit_code == 2
    assert f"{short}:18: queues[bank].service_ms.mean = 0: must be greater than 0" in result.stderr


def test_the_report_is_one_page_with_plots(short: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "report"
    result = simulate(short, "--replications", 2, "--policy", "optimal", "--report", folder)
    assert result.exit_code == 0, result.output
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("<svg") == 7
    assert "http" not in page.replace("http-equiv", "")
    assert "nan" not in page
    for title in ("Policies", "Service level through the day", "Attempts against service level"):
        assert f"<h2>{title}</h2>" in page


def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    short: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = simulate(short, "--report", tmp_path / "file" / "folder")
    assert result.exit_code == 2
    assert "no folder can be made there" in result.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_keeps_the_replications_done(short: Path, jobs: int) -> None:
    def interrupt(done: int, whole: int) -> None:
        assert whole == 2_000
        if done == 5:
            raise KeyboardInterrupt

    policies = (parse_policy("never"), parse_policy("always"))
    runs, is_whole = run_plan(Plan(load_scenario(short), policies, 1_000, 1, jobs), interrupt)
    assert not is_whole
    assert len(runs["never"]) == len(runs["always"]) in (1, 2)
    results = results_of(["always"], runs)
    assert results.replications == len(runs["never"])


def test_intervals_are_students() -> None:
    assert [round(t_quantile(0.975, n), 3) for n in (1, 2, 5, 10, 30, 1000)] == [
        12.706,
        4.303,
        2.571,
        2.228,
        2.042,
        1.962,
    ]
    one = interval([1.0, 2.0, None, 3.0])
    assert one.mean == 2.0
    assert one.low == pytest.approx(2 - 4.303 / 3**0.5, abs=1e-3)
    assert interval([5.0]) == (5.0, None, None)
    assert interval([None]) == (None, None, None)
