"""The commands `tidegate catalogue check` and `tidegate catalogue show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app

EXAMPLE = "examples/catalogue.toml"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["catalogue", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.toml"
    text = Path(EXAMPLE).read_text("utf-8")
    file.write_text(text.replace("value_milli = 520_000", "value_milli = -520"), "utf-8")
    return file


def test_the_example_is_good() -> None:
    code, said, _ = run("check", EXAMPLE)
    assert code == 0
    assert said.startswith(f"good: {EXAMPLE}: 21 products in 9 categories, 1 campaign, playbook")


def test_the_example_is_good_as_json() -> None:
    code, said, _ = run("check", EXAMPLE, "--json")
    found = json.loads(said)
    assert code == found["exit_code"] == 0
    assert (found["good"], found["products"], found["reasons"]) == (True, 21, 9)


def test_a_wrong_catalogue(wrong: Path) -> None:
    code, said, _ = run("check", str(wrong))
    assert code == 1
    assert said.splitlines()[0] == "1 problem:"
    assert "products[platinum-card].value_milli = -520: must be greater than" in said
    (problem,) = json.loads(run("check", str(wrong), "--json")[1])["problems"]
    assert problem["key"] == "products[platinum-card].value_milli"
    assert problem["line"] > 1


def test_a_missing_file(tmp_path: Path) -> None:
    code, said, _ = run("check", str(tmp_path / "gone.toml"))
    assert code == 2
    assert "cannot be read" in said


def test_it_is_shown_in_a_language() -> None:
    code, said, _ = run("show", EXAMPLE, "--language", "zh")
    assert code == 0
    assert "白金卡" in said
    assert "grade from 5; holds gold-card" in said
    assert "咨询账单" in said
    assert "all rewards 2.5" in said


def test_a_wrong_catalogue_is_not_shown(wrong: Path) -> None:
    code, said, told = run("show", str(wrong))
    assert (code, said) == (1, "")
    assert "value_milli = -520" in told
