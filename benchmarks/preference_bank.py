"""How well the model predicts who takes a bank's product, on line and in one pass.

Ten times ten stratified folds: the model sees each training row once, in random order, and predicts
the rows of the fold left out. Beside it, where it is installed, scikit-learn's logistic regression
on the same folds (one-hot words, standardised numbers, its usual settings).
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random

from benchmarks.preference_bank_peer import Rows
from marketing.preference_values import AttributeValue, Candidate, Context
from marketing.preferences import Preferences

FOLDS = 10
NEVER_A_FEATURE = frozenset({"duration", "y"})
DEPOSIT = Candidate("term-deposit", "deposits", 1000)


def bank_rows(file: Path | None = None) -> tuple[Rows, list[bool]]:
    """Return the rows' attributes, and whether each customer accepted.

    Without a file the 3,000 rows that come with the package. Raises ValueError for another layout.
    """
    packed = (
        file or files("benchmarks").joinpath("data", "bank-marketing-3000.csv.gz")
    ).read_bytes()
    text = (gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed).decode("utf-8")
    read = list(csv.DictReader(text.splitlines(), delimiter=";"))
    if not read or "y" not in read[0]:
        raise ValueError(f"{file}: no column y; give UCI Bank Marketing rows separated by ;")
    rows = [
        {key: _value(word) for key, word in row.items() if key not in NEVER_A_FEATURE}
        for row in read
    ]
    return rows, [row["y"] == "yes" for row in read]


def stratified_folds(accepted: Sequence[bool], draws: Random) -> list[int]:
    """Return each row's fold, the accepted ones spread evenly over the folds."""
    fold_of = [0] * len(accepted)
    for kind in (True, False):
        places = [place for place, one in enumerate(accepted) if one is kind]
        draws.shuffle(places)
        for number, place in enumerate(places):
            fold_of[place] = number % FOLDS
    return fold_of


def out_of_fold(
    rows: Rows, accepted: Sequence[bool], fold_of: Sequence[int], draws: Random
) -> list[float]:
    """Return each row's chance as predicted by a model that never saw the row's fold."""
    contexts = [Context(attributes=row) for row in rows]
    chances = [0.0] * len(rows)
    for fold, training in _training(fold_of):
        draws.shuffle(training)
        model = Preferences()
        for place in training:
            model.apply(model.learn(contexts[place], DEPOSIT, accepted[place]))
        for place, context in enumerate(contexts):
            if fold_of[place] == fold:
                chances[place] = model.chance(context, DEPOSIT)
    return chances


def fold_auc(chances: Sequence[float], accepted: Sequence[bool], fold_of: Sequence[int]) -> float:
    """Return the mean of the folds' areas under the ROC curve."""
    areas = []
    for fold in range(FOLDS):
        places = [place for place, one in enumerate(fold_of) if one == fold]
        areas.append(auc([chances[at] for at in places], [accepted[at] for at in places]))
    return sum(areas) / FOLDS


def auc(chances: Sequence[float], accepted: Sequence[bool]) -> float:
    """Return how often an accepted row has the higher chance than one that is not; ties half."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    ranks = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and chances[order[end]] == chances[order[start]]:
            end += 1
        ranks += sum(accepted[at] for at in order[start:end]) * (start + end + 1) / 2
        start = end
    yes = sum(accepted)
    return (ranks - yes * (yes + 1) / 2) / (yes * (len(accepted) - yes))


def calibration(
    chances: Sequence[float], accepted: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean chance, share accepted, rows) of bins with equal counts, lowest chance first."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found = []
    for number in range(bins):
        part = order[number * len(order) // bins : (number + 1) * len(order) // bins]
        mean = sum(chances[at] for at in part) / len(part)
        found.append((mean, sum(accepted[at] for at in part) / len(part), len(part)))
    return found


def expected_calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Return the mean distance between predicted and observed, weighted by rows."""
    return sum(abs(mean - share) * rows for mean, share, rows in bins) / sum(
        rows for _, _, rows in bins
    )


def _training(fold_of: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    for fold in range(FOLDS):
        yield fold, [place for place, one in enumerate(fold_of) if one != fold]


def _value(word: str) -> AttributeValue:
    try:
        return float(word)
    except ValueError:
        return word
