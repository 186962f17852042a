"""The simulator's benchmark measures what it says; how fast is not a test's business."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import simulation
from benchmarks.simulation import measure_simulation, per_hour
from benchmarks.targets import check_targets
from service.cli import app
from service.commands.bench_table import in_words

MEASURED = {
    "contacts_per_second": 20_000,
    "simpy_contacts_per_second": 40_000,
    "ratio": 0.5,
    "thousand_agents_day_seconds": 9.5,
}


def figures_with(**changed: Any) -> dict[str, Any]:
    """Return figures as a run gives them."""
    machine = {"date": "2026-01-01"}
    return {"machine": machine, "length": "usual", "simulation": {**MEASURED, **changed}}


def test_both_models_are_measured() -> None:
    pytest.importorskip("simpy", reason="simpy, a development tool, is not installed")
    figures = measure_simulation(lambda line: None, quick=True)
    assert figures.keys() == MEASURED.keys()
    ours, theirs = figures["contacts_per_second"], figures["simpy_contacts_per_second"]
    assert figures["ratio"] == pytest.approx(ours / theirs, abs=0.01)
    assert figures["thousand_agents_day_seconds"] is None


def test_the_long_day_is_measured_unless_it_is_to_be_quick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulation, "MANY_AGENTS", 20)
    monkeypatch.setattr(simulation, "AGENTS", 5)
    figures = measure_simulation(lambda line: None)
    assert figures["thousand_agents_day_seconds"] > 0


def test_arrivals_give_the_load() -> None:
    assert per_hour(50, 0.9) == pytest.approx(771.4, abs=0.05)  # docs/gate.md


def test_the_command_runs_it_alone(tmp_path: Path) -> None:
    arguments = ["bench", "--quick", "--only", "simulation", "--json"]
    result = CliRunner().invoke(app, [*arguments, "--directory", str(tmp_path)])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert set(figures) == {"machine", "length", "simulation"}
    assert figures["simulation"].keys() == MEASURED.keys()


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({}, []),
        ({"contacts_per_second": 9_999}, ["simulation, contacts/s"]),
        ({"thousand_agents_day_seconds": 15.1}, ["simulation, 12 h of 1,000 agents, s"]),
        ({"simpy_contacts_per_second": None, "thousand_agents_day_seconds": None}, []),
    ],
)
def test_targets(changed: dict[str, Any], missed: list[str]) -> None:
    checks = check_targets(figures_with(**changed))
    assert [check.name for check in checks if not check.met] == missed


def test_the_table_leaves_out_what_was_not_measured() -> None:
    words = in_words(figures_with())
    assert "50 agents: 20,000 contacts a second" in words
    assert "simpy model: 40,000; ratio 0.50" in words
    assert "12 h of 1,000 agents: 9.5 s" in words
    short = in_words(figures_with(simpy_contacts_per_second=None, thousand_agents_day_seconds=None))
    assert "simpy" not in short
    assert "1,000 agents" not in short
