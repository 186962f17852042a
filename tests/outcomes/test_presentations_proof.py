"""The proof of `make validate` on presentations, short: no breach, and every rule binds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.validation.presentations import proof
from service.cli import app


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    journal = tmp_path_factory.mktemp("proof") / "journal.db"
    proof.write_journal(journal, contacts=600, seed=3)
    done = CliRunner().invoke(app, ["journal", "check-marketing", str(journal), "--json"])
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_every_rule_binds_and_none_is_broken(report: dict[str, object]) -> None:
    assert report["breaches_total"] == 0
    assert report["candidates"] > 600 * 200
    assert report["presented"] > 300
    assert set(proof.MUST_BIND) <= {name for name, count in report["bound"].items() if count}


def test_a_rule_that_binds_too_seldom_is_named(report: dict[str, object]) -> None:
    bound = {**report["bound"], "limit_campaign": 1}
    found = proof.finding({**report, "bound": bound}, seed=3)
    assert not found.is_good
    assert "limit_campaign" in found.text.partition("less than 5 %: ")[2]


def test_a_breach_fails_the_proof(report: dict[str, object]) -> None:
    assert not proof.finding({**report, "breaches_total": 1}, seed=3).is_good


def test_the_same_seed_gives_the_same_journal(tmp_path: Path) -> None:
    for name in ("one.db", "two.db"):
        proof.write_journal(tmp_path / name, contacts=20, seed=3)
    reports = [
        CliRunner().invoke(app, ["journal", "check-marketing", str(tmp_path / name), "--json"])
        for name in ("one.db", "two.db")
    ]
    assert reports[0].stdout == reports[1].stdout
