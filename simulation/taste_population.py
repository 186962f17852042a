"""A population with known tastes: its products, who contacts, and the chance of acceptance.

P(accept) = sigmoid(base + reason_category + segment_category + product + owned_category if the
customer has something in that category + whim). Pure: chance is an argument.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import exp, pi, sqrt
from pathlib import Path
from typing import Any

from config.catalogue import Catalogue, Product
from marketing.preference_learning import sigmoid
from marketing.preference_values import Candidate, Context
from simulation.virtual_draws import Chance

GIVEN = "given"


@dataclass(frozen=True)
class Population:
    """Products, who contacts, and the log-odds of acceptance; `simulation/data/README.md`.

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

    @property
    def places(self) -> dict[str, int]:
        """The number of each product by its id."""
        return {one.product_id: place for place, one in enumerate(self.candidates)}

    def catalogue(self) -> Catalogue:
        """Return the products as a catalogue.

        A product of each category, never presented, stands for what customers held before.
        """
        categories = range(max(self.categories) + 1)
        products = [
            Product(
                product_id=one.product_id,
                category=one.category,
                names={"en": f"Product {one.product_id[1:]}"},
                value_milli=one.value_milli,
            )
            for one in self.candidates
        ]
        products += [
            Product(
                product_id=held_in(number),
                category=f"c{number}",
                names={"en": f"Held in category {number}"},
                value_milli=0,
                is_presented=False,
            )
            for number in categories
        ]
        return Catalogue(products=products)

    def visitor(self, chance: Chance) -> Visitor:
        """Draw who contacts."""
        return Visitor(self.reason(chance), *self.person(chance))

    def reason(self, chance: Chance) -> int:
        """Draw why somebody contacts."""
        return _pick(self.reason_shares, chance)

    def person(self, chance: Chance) -> tuple[int, tuple[int, ...]]:
        """Draw a customer's segment, and the categories in which they have something."""
        segment = _pick(self.segment_shares, chance)
        rest = list(range(max(self.categories) + 1))
        count = min(_poisson(self.owned_mean, chance), len(rest))
        owned = [rest.pop(int(chance() * len(rest))) for _ in range(count)]
        return segment, tuple(sorted(owned))

    def log_odds(self, visitor: Visitor) -> list[float]:
        """Return every product's log-odds of acceptance, without the whim."""
        of_category = [
            self.base + by_reason + by_segment
            for by_reason, by_segment in zip(
                self.reason_category[visitor.reason],
                self.segment_category[visitor.segment],
                strict=True,
            )
        ]
        for category in visitor.owned:
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
class Visitor:
    """Who contacts and why, by numbers."""

    reason: int
    segment: int
    owned: tuple[int, ...]

    @property
    def context(self) -> Context:
        """The customer, as the preference model sees it."""
        return Context(
            reason=f"r{self.reason}",
            segment=f"s{self.segment}",
            owned_categories=tuple(f"c{category}" for category in self.owned),
        )


def held_in(category: int) -> str:
    """Return the id of what a customer held in a category before."""
    return f"held-c{category}"


def given_population() -> Population:
    """Return the population of `simulation/data/tastes.json.gz`."""
    return _population(GIVEN, files("simulation").joinpath("data", "tastes.json.gz").read_bytes())


def load_population(file: Path) -> Population:
    """Return the population of another file of the same form, plain or gzipped JSON.

    Raises ValueError saying what is wrong with it.
    """
    try:
        return _population(file.name, file.read_bytes())
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror or error}") from error
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{file} is no population with tastes: {error!r}") from error
    except ValueError as error:
        raise ValueError(f"{file} is no population with tastes: {error}") from error


def _population(name: str, packed: bytes) -> Population:
    text = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    data = json.loads(text)
    names = sorted({one["category"] for one in data["products"]})
    logit = data["logit"]
    population = Population(
        name=name,
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
    _check_shape(population, len(names))
    return population


def _check_shape(population: Population, categories: int) -> None:
    """Raise ValueError where the sizes of the logits are not those of what they are about."""
    wanted: list[tuple[str, Sequence[Any], int]] = [
        ("logit.product", population.product, len(population.categories)),
        ("logit.reason_category", population.reason_category, len(population.reason_shares)),
        ("logit.segment_category", population.segment_category, len(population.segment_shares)),
    ]
    rows = [*population.reason_category, *population.segment_category]
    wanted += [("a row of logit.*_category", row, categories) for row in rows]
    for name, numbers, size in wanted:
        if len(numbers) != size or not size:
            raise ValueError(f"{name} has {len(numbers)} entries; it must have {size}, at least 1")
    if min(population.values) < 0 or population.whim_sd < 0 or population.owned_mean < 0:
        raise ValueError("values, whim_sd and the mean of owned_categories must be at least 0")


def _pick(shares: Sequence[float], chance: Chance) -> int:
    """Draw a place with a probability in proportion to its share."""
    at = chance() * sum(shares)
    for place, share in enumerate(shares):
        at -= share
        if at < 0.0:
            return place
    return len(shares) - 1


def _poisson(mean: float, chance: Chance) -> int:
    """Draw by multiplying uniform draws until their product is below e^-mean (Knuth)."""
    count, product = 0, chance()
    while product > exp(-mean):
        count += 1
        product *= chance()
    return count
