"""The model's peer: scikit-learn's logistic regression, where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from marketing.preference_values import AttributeValue

Rows = list[dict[str, AttributeValue]]


def peer_installed() -> bool:
    """Tell whether scikit-learn is installed (the extra `dev`)."""
    return find_spec("sklearn") is not None


def peer_out_of_fold(rows: Rows, accepted: Sequence[bool], fold_of: Sequence[int]) -> list[float]:
    """Return each row's chance as fitted by logistic regression on the other folds.

    Words one-hot, numbers standardised, both fitted on the training rows; L2 with C = 1.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    numbers = [key for key, value in rows[0].items() if not isinstance(value, str)]
    chances = [0.0] * len(rows)
    for fold in sorted(set(fold_of)):
        training = [place for place, one in enumerate(fold_of) if one != fold]
        tested = [place for place, one in enumerate(fold_of) if one == fold]
        scales = {key: _scale([rows[at][key] for at in training]) for key in numbers}
        pipeline = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1000))
        pipeline.fit(
            [_scaled(rows[at], scales) for at in training], [accepted[at] for at in training]
        )
        predicted = pipeline.predict_proba([_scaled(rows[at], scales) for at in tested])
        for place, chance in zip(tested, predicted[:, 1], strict=True):
            chances[place] = float(chance)
    return chances


def _scale(column: Sequence[AttributeValue]) -> tuple[float, float]:
    values = [float(one) for one in column if one is not None]
    mean = sum(values) / len(values)
    variance = sum((one - mean) ** 2 for one in values) / len(values)
    return mean, variance**0.5 or 1.0


def _scaled(
    row: dict[str, AttributeValue], scales: dict[str, tuple[float, float]]
) -> dict[str, AttributeValue]:
    scaled = dict(row)
    for key, (mean, deviation) in scales.items():
        value = row[key]
        scaled[key] = 0.0 if value is None else (float(value) - mean) / deviation
    return scaled
