"""Populations with known tastes, made from a seed: the same kind as the given one."""

from __future__ import annotations

from math import exp
from random import Random

from simulation.taste_population import Population


def made_population(seed: int, *, same_sizes: bool) -> Population:
    """Return a population of the same kind, other logits and values; other sizes too if wanted.

    With `same_sizes` the numbers of products, categories, reasons and segments and the spread of
    the logits are those of the given population.
    """
    draws = Random(f"population {seed} {same_sizes}")
    between = draws.uniform
    many = (20, 200, 8, 6) if same_sizes else _sizes(draws)
    categories, products, reasons, segments = many
    by_reason, by_segment, own = (
        (1.0, 0.7, 0.5) if same_sizes else (between(0.7, 1.2), between(0.4, 0.9), between(0.3, 0.8))
    )
    return Population(
        name=f"{'same' if same_sizes else 'other'}-{seed}",
        categories=[number * categories // products for number in range(products)],
        values=[exp(draws.gauss(0.0, 0.45)) for _ in range(products)],
        reason_shares=[draws.gammavariate(6.0, 1.0) for _ in range(reasons)],
        segment_shares=[draws.gammavariate(4.0, 1.0) for _ in range(segments)],
        owned_mean=2.0 if same_sizes else between(1.0, 3.0),
        base=-3.2 if same_sizes else between(-3.8, -2.6),
        reason_category=_normal(draws, by_reason, reasons, categories),
        segment_category=_normal(draws, by_segment, segments, categories),
        product=[draws.gauss(0.0, own) for _ in range(products)],
        owned_category=-1.5 if same_sizes else between(-2.5, -0.5),
        whim_sd=0.5 if same_sizes else between(0.2, 0.8),
    )


def _sizes(draws: Random) -> tuple[int, int, int, int]:
    return (
        draws.randint(8, 30),
        draws.randint(100, 300),
        draws.randint(4, 12),
        draws.randint(3, 9),
    )


def _normal(draws: Random, sd: float, rows: int, columns: int) -> list[list[float]]:
    return [[draws.gauss(0.0, sd) for _ in range(columns)] for _ in range(rows)]
