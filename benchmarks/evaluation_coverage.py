"""Do the intervals of `tidegate offers evaluate` hold the truth as often as they say?

Many logs are played through the engine, each with other customers and reactions, and evaluated.
The truth of a log is what a ranking would have earned per round, with what the model knew at each
round, averaged over all customers there might have been.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import fmean, stdev
from typing import NamedTuple

from benchmarks.evaluation_people import small_population
from benchmarks.evaluation_shop import PlayedShop
from marketing.rankings import parse_ranking
from outcomes.offer_evaluation.evaluation import evaluate
from outcomes.offer_evaluation.figures import Estimate, Request

ESTIMATORS = ("ips", "snips", "dr", "over_logged")


class LogPlan(NamedTuple):
    """How a log is made: contacts by so many customers, how ready each is to accept, and with what
    probability a reaction is recorded. `true_customers` are drawn at each round for the truth.
    """

    contacts: int = 600
    customers: int = 200
    readiness_sd: float = 0.5
    says: float = 1.0
    true_customers: int = 3
    replicates: int = 1_000


class Played(NamedTuple):
    """One log evaluated: by ranking, the truth, the four estimates, and whether it was cautious."""

    names: tuple[str, ...]
    true_milli: tuple[float, ...]
    estimates: tuple[tuple[Estimate, ...], ...]
    cautious: tuple[bool, ...]


class Row(NamedTuple):
    """A ranking and estimator over all logs. Thousandths per round; shares of logs."""

    ranking: str
    estimator: str
    logs: int
    true_milli: float
    bias_milli: float
    sd_milli: float
    half_width_milli: float
    covered_ratio: float
    cautious_ratio: float


def play_log(plan: LogPlan, rankings: Sequence[str], seed: int) -> Played:
    """Play and evaluate one log. The same seed gives the same."""
    names = tuple(dict.fromkeys(("logged", *rankings)))
    parsed = [parse_ranking(name) for name in names]
    shop = PlayedShop(small_population(1), seed, plan.readiness_sd)
    people = shop.people(plan.customers)
    true = [0.0] * len(names)
    for _ in range(plan.contacts):
        for place, milli in enumerate(shop.true_milli(parsed, plan.true_customers)):
            true[place] += float(milli) / plan.contacts
        shop.contact(shop.draws.choice(people), says=plan.says)
    found = evaluate(shop.records, _request(plan, names, seed))
    return Played(
        names,
        tuple(true),
        tuple(tuple(getattr(one.estimates, name) for name in ESTIMATORS) for one in found.rankings),
        tuple(bool(one.cautions) for one in found.rankings),
    )


def _request(plan: LogPlan, names: tuple[str, ...], seed: int) -> Request:
    return Request(rankings=names, seed=seed, replicates=plan.replicates)


def measure_coverage(
    plan: LogPlan, rankings: Sequence[str], seeds: Sequence[int], tell: Callable[[str], None]
) -> list[Row]:
    """Return a row for each ranking and estimator, from a log for each seed."""
    logs = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(play_log, plan, rankings, seed) for seed in seeds]
        for number, task in enumerate(tasks, 1):
            logs.append(task.result())
            tell(f"{number} of {len(seeds)} logs of {plan.contacts:,} contacts")
    return rows_of(logs)


def rows_of(logs: Sequence[Played]) -> list[Row]:
    """Return a row for each ranking and estimator."""
    return [
        _row(logs, ranking, estimator)
        for ranking in range(len(logs[0].names))
        for estimator in range(len(ESTIMATORS))
    ]


def _row(logs: Sequence[Played], ranking: int, estimator: int) -> Row:
    is_difference = ESTIMATORS[estimator] == "over_logged"
    true = [one.true_milli[ranking] - (one.true_milli[0] if is_difference else 0.0) for one in logs]
    found = [one.estimates[ranking][estimator] for one in logs]
    pairs = list(zip(found, true, strict=True))
    return Row(
        ranking=logs[0].names[ranking],
        estimator=ESTIMATORS[estimator],
        logs=len(logs),
        true_milli=fmean(true),
        bias_milli=fmean(one.milli - truth for one, truth in pairs),
        sd_milli=stdev([one.milli - truth for one, truth in pairs]),
        half_width_milli=fmean((one.high_milli - one.low_milli) / 2 for one in found),
        covered_ratio=fmean(one.low_milli <= truth <= one.high_milli for one, truth in pairs),
        cautious_ratio=fmean(one.cautious[ranking] for one in logs),
    )
