"""Scenarios with [tastes]: the engine selects, agents present, customers react and remember."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.base import HOUR_MS
from service.cli import app
from simulation.results_counts import ReplicationCounts
from simulation.scenario_loader import ScenarioError, load_scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import run_replication

EXAMPLE = Path("examples/scenarios/tastes.toml")


def short(tmp_path: Path, text: str | None = None) -> Path:
    file = tmp_path / "short.toml"
    text = text or EXAMPLE.read_text("utf-8")
    file.write_text(text.replace("432_000_000", str(6 * HOUR_MS)))
    return file


def played(file: Path, policy: str = "always", replication: int = 0) -> ReplicationCounts:
    return run_replication(load_scenario(file), parse_policy(policy), 1, replication)


def test_rounds_are_presented_and_reacted_to(tmp_path: Path) -> None:
    counts = played(short(tmp_path))
    offers = counts.offers
    assert offers is not None
    assert offers.rounds > 40
    assert sum(offers.reactions.values()) == 4 * offers.rounds
    assert offers.reactions["accepted"] > 10
    assert offers.value_milli > 0
    assert offers.barred["consent_missing"] > 0
    attempts = sum(cell.attempts for cells in counts.queues.values() for cell in cells)
    assert abs(attempts - offers.rounds) <= 4, "granted means presented, but for the last minutes"


def test_nothing_is_presented_under_never_and_days_are_the_same_again(tmp_path: Path) -> None:
    file = short(tmp_path)
    never = played(file, "never").offers
    assert never is not None
    assert never.rounds == 0
    assert not never.barred
    assert played(file) == played(file)
    assert played(file).offers != played(file, replication=1).offers


def test_limits_bind_when_few_customers_come_again_and_again(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    few = played(short(tmp_path, text.replace("customers = 1_500", "customers = 12"))).offers
    assert few is not None
    assert few.barred["limit_household"] + few.barred["limit_customer"] > 40
    assert few.rounds <= 6 * 3, "three rounds a household of two"


def test_greed_makes_customers_opt_out(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace("customers = 1_500", "customers = 30")
    text = text.replace("opt_out_ratio = 0.02", "opt_out_ratio = 0.5")
    text = text.replace("interested_ratio = 0.05", "interested_ratio = 0.0")
    text += "limits = []\ncool_down = { declined_product_ms = 0, declined_category_ms = 0 }\n"
    greedy = played(short(tmp_path, text)).offers
    assert greedy is not None
    assert greedy.opt_outs > 5
    assert greedy.barred["limit_never"] > greedy.opt_outs


def test_who_has_no_certificate_presents_nothing(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8").replace("agents = 4", "agents = 4\ncertificates = {}")
    offers = played(short(tmp_path, text)).offers
    assert offers is not None
    assert offers.rounds == 0
    assert offers.barred["no_certificate"] > 40


def test_the_command_shows_products_in_the_table_json_and_report(tmp_path: Path) -> None:
    run = ["simulate", str(short(tmp_path)), "--policy", "always", "--replications", "1"]
    shown = CliRunner().invoke(app, [*run, "--jobs", "1", "--report", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "accepted value" in shown.output
    assert "<h2>Products</h2>" in (tmp_path / "report.html").read_text("utf-8")
    document = json.loads(CliRunner().invoke(app, [*run, "--jobs", "1", "--json"]).stdout)
    offers = document["policies"]["always"]["offers"]
    assert offers["rounds_per_hour"]["mean"] > 5


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ('population = "nowhere.json"\npopulation_seed = 1', "give either population or"),
        ('population = "nowhere.json"', "cannot be read"),
        ("[tastes.reactions]\ninterested_ratio = 0.8\nnot_now_ratio = 0.3", "sum to 1.11"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, key: str, said: str) -> None:
    text = EXAMPLE.read_text("utf-8").split("[tastes]")[0] + f"[tastes]\n{key}\n"
    with pytest.raises(ScenarioError, match=said):
        load_scenario(short(tmp_path, text))


def test_a_queue_that_decides_at_acceptance_cannot_have_tastes(tmp_path: Path) -> None:
    gate = '\ngate = { decided_at = "acceptance" }\nwrap_up'
    text = EXAMPLE.read_text("utf-8").replace("\nwrap_up", gate)
    with pytest.raises(ScenarioError, match="service is complete"):
        load_scenario(short(tmp_path, text))
