"""All measurements of the preference model: tastes, bank, speed, and their targets."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import Any

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
from benchmarks.preference_speed import measure_speed
from benchmarks.preference_tastes import CONTACTS, Halves, learn_tastes
from simulation.taste_making import made_population
from simulation.taste_population import GIVEN, Population, given_population

Job = tuple[str, int, int]
Tell = Callable[[str], None]


def measure_tastes(
    seeds: int, made: int, made_seeds: int, tell: Tell, contacts: int = CONTACTS
) -> dict[str, Any]:
    """Return the model's scores by population, as configured by default.

    `seeds` runs on the given population; `made_seeds` on each of `made` populations with the given
    sizes and `made` with others, drawn anew.
    """
    jobs: list[Job] = [
        (name, seed, contacts)
        for name, count in runs_by_population(seeds, made, made_seeds)
        for seed in range(1, count + 1)
    ]
    scores: dict[str, list[Halves]] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for number, (job, score) in enumerate(zip(jobs, pool.map(_tastes, jobs), strict=True), 1):
            scores.setdefault(job[0], []).append(score)
            tell(f"tastes: {number} of {len(jobs)} runs of {contacts:,} contacts")
    return {name: summary(of_population) for name, of_population in scores.items()}


def measure_bank(file: Path | None, splits: int, tell: Tell) -> dict[str, Any]:
    """Return AUC (mean of the folds) and calibration; the peer's too where it is installed."""
    rows, accepted = bank_rows(file)
    with_peer = peer_installed()
    measured: list[dict[str, float]] = []
    bins: list[tuple[float, float, int]] = []
    for split in range(splits):
        draws = Random(f"bank {split}")
        fold_of = stratified_folds(accepted, draws)
        chances = out_of_fold(rows, accepted, fold_of, draws)
        bins = calibration(chances, accepted)
        one = {
            "auc": fold_auc(chances, accepted, fold_of),
            "pooled_auc": auc(chances, accepted),
            "calibration_error": expected_calibration_error(bins),
        }
        if with_peer:
            peer = peer_out_of_fold(rows, accepted, fold_of)
            one["peer_auc"] = fold_auc(peer, accepted, fold_of)
            one["auc_over_peer"] = one["auc"] - one["peer_auc"]
            one["pooled_auc_over_peer"] = one["pooled_auc"] - auc(peer, accepted)
        measured.append(one)
        tell(f"bank: {split + 1} of {splits} splits")
    return {
        "rows": len(rows),
        "splits": splits,
        "peer": "scikit-learn" if with_peer else "scikit-learn is not installed: not compared",
        **{key: round(fmean(one[key] for one in measured), 4) for key in measured[0]},
        "calibration_bins": [
            {"predicted": round(mean, 4), "accepted": round(share, 4), "rows": count}
            for mean, share, count in bins
        ],
    }


def measure_preferences(
    *, file: Path | None, seeds: int, made: int, splits: int, tell: Tell
) -> dict[str, Any]:
    """Return all figures. Raises ValueError or OSError for a file that cannot be read."""
    figures: dict[str, Any] = {"bank": measure_bank(file, splits, tell), "speed": measure_speed()}
    return figures | {"tastes": measure_tastes(seeds, made, max(1, seeds // 5), tell)}


def targets(figures: dict[str, Any]) -> list[tuple[str, float, str, bool]]:
    """Return (name, measured, wanted, met) of every target."""
    given, bank, speed = figures["tastes"][GIVEN], figures["bank"], figures["speed"]
    found = [
        ("tastes, first half", given["early"], ">= 0.85", given["early"] >= 0.85),
        ("tastes, second half", given["late"], ">= 0.93", given["late"] >= 0.93),
    ]
    if (over := bank.get("auc_over_peer")) is not None:
        found.append(("bank, AUC over logistic regression", over, ">= -0.005", over >= -0.005))
    error = bank["calibration_error"]
    found.append(("bank, expected calibration error", error, "<= 0.03", error <= 0.03))
    for name, most in (("rank", 2.0), ("learn", 1.0)):
        p99 = speed[f"{name}_ms"]["clock"]["p99"]
        found.append((f"{name}, p99 in ms", p99, f"<= {most:g}", p99 <= most))
    return found


def runs_by_population(seeds: int, made: int, made_seeds: int) -> list[tuple[str, int]]:
    """Return the names of the populations, each with how many runs it gets."""
    names = [f"{kind}-{number}" for kind in ("same", "other") for number in range(1, made + 1)]
    return [(GIVEN, seeds), *((name, made_seeds) for name in names)]


def population_of(name: str) -> Population:
    """Return the population of a name: given, same-N, other-N."""
    kind, _, number = name.partition("-")
    if kind == GIVEN:
        return given_population()
    return made_population(int(number), same_sizes=kind == "same")


def summary(scores: Sequence[Halves]) -> dict[str, float]:
    """Return the means, and the standard errors where there are two runs or more."""
    figures: dict[str, float] = {"runs": len(scores)}
    for which, name in enumerate(("early", "late")):
        values = [one[which] for one in scores]
        figures[name] = round(fmean(values), 4)
        if len(values) > 1:
            figures[f"{name}_error"] = round(stdev(values) / len(values) ** 0.5, 4)
    return figures


def _tastes(job: Job) -> Halves:
    name, seed, contacts = job
    return learn_tastes(population_of(name), seed, contacts=contacts)
