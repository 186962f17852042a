"""`tidegate offers benchmark --through-engine`: many runs of tastes through the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from benchmarks.preference_engine import WAYS, EngineScore, learn_through_engine
from benchmarks.preference_suite import Tell, population_of, runs_by_population, summary
from benchmarks.preference_tastes import CONTACTS
from simulation.virtual_pool import available_cores, no_garbage_collection, run_tasks

LEAST_EARLY, LEAST_LATE = 0.85, 0.93
Job = tuple[str, int, str]
"""Population, seed, way."""


def measure_engine(
    seeds: int, made: int, tell: Tell, contacts: int = CONTACTS, jobs: int | None = None
) -> dict[str, Any]:
    """Return the scores by population and way: means of `seeds` runs on the given population.

    Beside it there are `made` of the same sizes and `made` of others, with a fifth of the runs.
    """
    populations = runs_by_population(seeds, made, max(1, seeds // 5))
    tasks: list[Job] = [
        (name, seed, way)
        for name, count in populations
        for seed in range(1, count + 1)
        for way in WAYS
    ]
    scores: dict[Job, EngineScore] = {}
    for task, score in run_tasks(_run, contacts, tasks, jobs or available_cores()):
        scores[task] = score
        early, late = score.of(score.permitted)
        name, seed, way = task
        tell(
            f"engine: {len(scores)} of {len(tasks)} runs of {contacts:,} contacts;"
            f" {name}, seed {seed}, {way}: {early:.3f} {late:.3f}"
        )
    found: dict[str, Any] = {}
    for name, _ in populations:
        found[name] = {
            way: _figures([scores[task] for task in tasks if (task[0], task[2]) == (name, way)])
            for way in WAYS
        }
    return found


def engine_targets(figures: dict[str, Any]) -> list[tuple[str, float, str, bool]]:
    """Return (name, measured, wanted, met) of every target."""
    found = []
    for name, ways in figures["engine"].items():
        for way, one in ways.items():
            for half, least in (("early", LEAST_EARLY), ("late", LEAST_LATE)):
                value = one["permitted"][half]
                words = f"{name}, consent and fatigue {way}, {half}"
                found.append((words, value, f">= {least}", value >= least))
    return found


def _figures(scores: Sequence[EngineScore]) -> dict[str, Any]:
    return {
        "permitted": summary([one.of(one.permitted) for one in scores]),
        "free": summary([one.of(one.free) for one in scores]),
        "accepted_value": _mean(scores, lambda one: sum(one.accepted)),
        "rounds": _mean(scores, lambda one: one.rounds),
        "opt_outs": _mean(scores, lambda one: one.opt_outs),
        "reactions": _means([one.reactions for one in scores]),
        "denied": _means([one.denied for one in scores]),
    }


def _mean(scores: Sequence[EngineScore], figure: Callable[[EngineScore], float]) -> float:
    return round(fmean(figure(one) for one in scores), 2)


def _means(counters: Sequence[Counter[str]]) -> dict[str, float]:
    """Return the mean of each count, the most frequent first."""
    total: Counter[str] = sum(counters, Counter())
    return {str(name): round(count / len(counters), 2) for name, count in total.most_common()}


def _run(contacts: int, job: Job) -> EngineScore:
    name, seed, way = job
    with no_garbage_collection():
        return learn_through_engine(population_of(name), seed, way, contacts)
