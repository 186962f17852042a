"""Short runs of what `tidegate offers benchmark` measures at length."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
from typer.testing import CliRunner

from benchmarks.preference_bank import (
    auc,
    bank_rows,
    calibration,
    expected_calibration_error,
    fold_auc,
    out_of_fold,
    stratified_folds,
)
from benchmarks.preference_bank_peer import peer_installed, peer_out_of_fold
from benchmarks.preference_tastes import learn_tastes
from service.cli import app
from simulation.taste_making import made_population
from simulation.taste_population import given_population


def test_tastes_are_learned_within_the_first_thousand_contacts() -> None:
    early, late = learn_tastes(given_population(), 1, contacts=1000)
    assert early > 0.5
    assert late > 0.75


def test_a_population_is_the_same_for_the_same_seed_only() -> None:
    one = made_population(3, same_sizes=False)
    assert one == made_population(3, same_sizes=False)
    assert one != made_population(4, same_sizes=False)


def test_bank_contacts_are_predicted_on_line_as_well_as_by_logistic_regression() -> None:
    rows, accepted = bank_rows()
    assert "duration" not in rows[0]
    draws = Random("bank 0")
    fold_of = stratified_folds(accepted, draws)
    chances = out_of_fold(rows, accepted, fold_of, draws)
    assert expected_calibration_error(calibration(chances, accepted)) <= 0.03
    ours = fold_auc(chances, accepted, fold_of)
    assert ours > 0.73
    if peer_installed():
        assert ours >= fold_auc(peer_out_of_fold(rows, accepted, fold_of), accepted, fold_of) - 0.01


def test_auc_counts_ties_half() -> None:
    assert auc([0.1, 0.5, 0.5, 0.9], [False, True, False, True]) == pytest.approx(0.875)
    assert auc([0.2, 0.2], [True, False]) == pytest.approx(0.5)


def test_folds_hold_as_many_accepted_each() -> None:
    accepted = [number % 9 == 0 for number in range(900)]
    fold_of = stratified_folds(accepted, Random(1))
    shares = [fmean(a for a, f in zip(accepted, fold_of, strict=True) if f == k) for k in range(10)]
    assert max(shares) - min(shares) < 0.01


def test_a_file_that_is_no_bank_data_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a;b\n1;2\n")
    result = CliRunner().invoke(app, ["offers", "benchmark", "--bank", str(file)])
    assert result.exit_code == 2
    assert "no column y" in result.output
    assert json.dumps(str(file))[1:-1] in result.output
