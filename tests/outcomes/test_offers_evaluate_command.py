"""`tidegate offers evaluate` on journals that a real engine decided."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from benchmarks.evaluation_people import small_population
from benchmarks.evaluation_shop import PlayedShop
from service.cli import app
from tests.support.played_journal import write_journal


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["offers", "evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty rounds, ten minutes apart, from the evening of 14 November 2023 on."""
    shop = PlayedShop(small_population(1), 7, 0.5)
    people = shop.people(40)
    for _ in range(80):
        shop.contact(shop.draws.choice(people), says=0.8)
    return write_journal(tmp_path_factory.mktemp("journal") / "journal.db", shop.records)


def test_a_table_with_what_each_ranking_earns_and_how_sure_that_is(journal: Path) -> None:
    result = run(journal, "--ranking", "greedy", "--ranking", "uniform")
    assert result.exit_code == 0, result.output
    assert "80 rounds from 2023-11-14T22:23:20+00:00" in result.output
    for word in ("logged", "greedy", "uniform", "earns (DR)", "SNIPS", "IPS", "95 % intervals"):
        assert word in result.output
    assert "uniform: do not decide on this:" in result.output
    assert "Careful: 2" in result.output, "a fifth of the reactions were not recorded"
    assert "Assumed:" in result.output


def test_the_same_as_json(journal: Path) -> None:
    result = run(journal, "--json", "--ranking", "exploration=0.5")
    found = json.loads(result.stdout)
    assert [one["name"] for one in found["rankings"]] == ["logged", "exploration=0.5"]
    assert found["counts"]["used"] == 80
    estimate = found["rankings"][1]["estimates"]["dr"]
    assert estimate["low_milli"] < estimate["milli"] < estimate["high_milli"]
    assert found["rankings"][0]["estimates"]["over_logged"]["milli"] == 0


def test_a_time_zone_and_a_day(journal: Path) -> None:
    result = run(journal, "--from", "2023-11-15", "--to", "2023-11-15", "--time-zone", "Asia/Tokyo")
    assert result.exit_code == 0, result.output
    assert "rounds from 2023-11-15T07:23:20+09:00 to 2023-11-15T20:33:20+09:00" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ranking", "best"], "there is no ranking 'best'; give"),
        (["--ranking", "exploration=9"], "0 to 5"),
        (["--from", "tomorrow"], "is not a time"),
        (["--from", "2024-01-02", "--to", "2024-01-01"], "is not before"),
        (["--time-zone", "Mars"], "there is no time zone"),
        (["--from", "2030-01-01", "--to", "2030-01-02"], "they were from 2023-11-14T22:23:20"),
    ],
)
def test_what_cannot_be_evaluated_is_said(journal: Path, arguments: list[str], said: str) -> None:
    result = run(journal, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not result.stdout


def test_no_journal_another_file_and_a_journal_without_products(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing.db")
    assert (result.exit_code, "there is no journal" in result.stderr) == (2, True)
    (tmp_path / "text").write_text("hello, this is no database " * 50)
    assert run(tmp_path / "text").exit_code == 1
    shop = PlayedShop(small_population(1), 1, enabled=False)
    shop.contact(shop.people(1)[0])
    result = run(write_journal(tmp_path / "journal.db", shop.records))
    assert result.exit_code == 2
    assert "no products were selected in its" in result.stderr


def test_rounds_without_any_reaction_cannot_be_used(tmp_path: Path) -> None:
    shop = PlayedShop(small_population(1), 1)
    for person in shop.people(3):
        shop.contact(person, says=0.0)
    result = run(write_journal(tmp_path / "journal.db", shop.records))
    assert result.exit_code == 2
    assert "none of the 3 rounds can be used" in result.stderr
    assert "3 left out, without a reaction" in result.stderr


def test_the_command_line_alone_does_without_numpy() -> None:
    """The engine is started by it; what is heavy is loaded when it is asked for."""
    code = "import sys, service.cli; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
