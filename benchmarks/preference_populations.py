"""Populations with known tastes: the one that comes with the package, and others of its kind."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from importlib.resources import files
from math import exp, pi, sqrt
from random import Random

from marketing.preference_learning import sigmoid
from marketing.preference_values import Candidate, Context

GIVEN = "given"


@dataclass(frozen=True)
class Population:
    """Products, who contacts, and the log-odds of acceptance; `benchmarks/data/README.md`.

    `categories[i]` is the number of product i's category, `values[i]` what it earns.
    """

    name: str
    categories: list[int]
    values: list[float]
    reason_shares: list[float]
    segment_shares: list[float]
    owned_mean: float
    base: float
    reason_category: list[list[float]]
    segment_category: list[list[float]]
    product: list[float]
    owned_category: float
    whim_sd: float

    @property
    def candidates(self) -> list[Candidate]:
        """The products, as the model sees them."""
        return [
            Candidate(f"p{number}", f"c{category}", round(1000 * value))
            for number, (category, value) in enumerate(
                zip(self.categories, self.values, strict=True)
            )
        ]

    def customer(self, draws: Random) -> Customer:
        """Draw who contacts."""
        categories = max(self.categories) + 1
        owned = min(_poisson(draws, self.owned_mean), categories)
        return Customer(
            reason=draws.choices(range(len(self.reason_shares)), self.reason_shares)[0],
            segment=draws.choices(range(len(self.segment_shares)), self.segment_shares)[0],
            owned=tuple(sorted(draws.sample(range(categories), owned))),
        )

    def log_odds(self, customer: Customer) -> list[float]:
        """Return every product's log-odds of acceptance, without the whim."""
        of_category = [
            self.base + by_reason + by_segment
            for by_reason, by_segment in zip(
                self.reason_category[customer.reason],
                self.segment_category[customer.segment],
                strict=True,
            )
        ]
        for category in customer.owned:
            of_category[category] += self.owned_category
        return [
            of_category[category] + own
            for category, own in zip(self.categories, self.product, strict=True)
        ]

    def expected_values(self, log_odds: list[float]) -> list[float]:
        """Return chance x value of every product, the chance averaged over the whim.

        sigmoid(z / sqrt(1 + pi sd^2 / 8)) is within 0.001 of that average for an sd of 0.5.
        """
        scale = 1.0 / sqrt(1.0 + pi / 8.0 * self.whim_sd**2)
        return [
            value * sigmoid(scale * one) for value, one in zip(self.values, log_odds, strict=True)
        ]


@dataclass(frozen=True)
class Customer:
    """Who contacts, by numbers."""

    reason: int
    segment: int
    owned: tuple[int, ...]

    @property
    def context(self) -> Context:
        """The customer, as the model sees it."""
        return Context(
            reason=f"r{self.reason}",
            segment=f"s{self.segment}",
            owned_categories=tuple(f"c{category}" for category in self.owned),
        )


def given_population() -> Population:
    """Return the population of `benchmarks/data/tastes.json.gz`."""
    packed = files("benchmarks").joinpath("data", "tastes.json.gz").read_bytes()
    data = json.loads(gzip.decompress(packed))
    names = sorted({one["category"] for one in data["products"]})
    logit = data["logit"]
    return Population(
        name=GIVEN,
        categories=[names.index(one["category"]) for one in data["products"]],
        values=[one["value"] for one in data["products"]],
        reason_shares=[one["share"] for one in data["reasons"]],
        segment_shares=[one["share"] for one in data["segments"]],
        owned_mean=data["owned_categories"]["mean"],
        base=logit["base"],
        reason_category=logit["reason_category"],
        segment_category=logit["segment_category"],
        product=logit["product"],
        owned_category=logit["owned_category"],
        whim_sd=logit["whim_sd"],
    )


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


def _poisson(draws: Random, mean: float) -> int:
    """Draw by counting uniform draws until their product is below e^-mean (Knuth)."""
    count, product = 0, draws.random()
    while product > exp(-mean):
        count += 1
        product *= draws.random()
    return count
