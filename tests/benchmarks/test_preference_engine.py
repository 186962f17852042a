"""Short runs of tastes through the engine."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from benchmarks.preference_engine import learn_through_engine
from benchmarks.preference_engine_suite import measure_engine
from service.cli import app
from simulation.taste_population import given_population

POPULATION = given_population()


def test_without_consent_and_fatigue_the_oracles_are_one_and_tastes_are_learned() -> None:
    score = learn_through_engine(POPULATION, 1, "off", contacts=300)
    assert score.permitted == score.free
    assert score.rounds == 300
    assert not score.denied
    assert sum(score.reactions.values()) == 4 * 300
    early, late = score.of(score.permitted)
    assert 0.3 < early < late < 1.0


def test_with_consent_and_fatigue_less_is_permitted_and_the_engine_keeps_to_it() -> None:
    score = learn_through_engine(POPULATION, 1, "on", contacts=300)
    assert 0.0 < sum(score.permitted) < sum(score.free)
    assert score.rounds + sum(score.denied.values()) == 300
    assert score.denied["products_consent_missing"] > 0
    assert all(one < best for one, best in zip(score.earned, score.permitted, strict=True))


def test_the_same_seed_gives_the_same_score_on_any_number_of_processes() -> None:
    told: list[str] = []
    one = measure_engine(1, 0, told.append, contacts=60, jobs=1)
    assert one == measure_engine(1, 0, told.append, contacts=60, jobs=2)
    assert "2 of 2 runs of 60 contacts" in told[-1]


def test_the_command_prints_scores_and_targets() -> None:
    run = ["offers", "benchmark", "--through-engine", "--seeds", "1", "--populations", "0"]
    result = CliRunner().invoke(app, [*run, "--contacts", "60"])
    assert result.exit_code == 0, result.output
    assert "same permissions" in result.output
    assert "given, consent and fatigue on, late" in result.output
    result = CliRunner().invoke(app, [*run, "--contacts", "60", "--json"])
    figures = json.loads(result.stdout)
    assert set(figures["engine"]["given"]) == {"off", "on"}
