"""Distributions as a scenario states them: of times in milliseconds, or of values in thousandths.

The key that holds the distribution carries the unit (`service_ms`, `value_milli`), so `mean`, `low`
and `high` have none of their own. `cv` is the coefficient of variation: standard deviation ÷ mean.
"""

from __future__ import annotations

import csv
import gzip
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Settings
from simulation.scenario_periods import Period, require_apart

Amount = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Spread = Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]


class Exponential(Settings):
    """Memoryless, with this mean."""

    kind: Literal["exponential"]
    mean: Amount

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return self.mean


class LogNormal(Settings):
    """Log-normal with this mean and coefficient of variation: usual for service times."""

    kind: Literal["lognormal"]
    mean: Amount
    cv: Spread

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return self.mean


class Gamma(Settings):
    """Gamma (Erlang for cv = 1/sqrt(k)) with this mean and coefficient of variation."""

    kind: Literal["gamma"]
    mean: Amount
    cv: Spread

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return self.mean


class Uniform(Settings):
    """Evenly spread from `low` to `high`."""

    kind: Literal["uniform"]
    low: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
    high: Amount

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} must be less than high = {self.high:g}")
        return self

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return (self.low + self.high) / 2


class Fixed(Settings):
    """Always the same."""

    kind: Literal["fixed"]
    value: Amount

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return self.value


class Recorded(Settings):
    """Drawn, each equally likely, from a column of a CSV file (plain or .gz) with a header.

    Empty fields are passed over; each number is multiplied by `scale` (1000: seconds to ms).
    A relative path starts at the scenario's folder.
    """

    kind: Literal["recorded"]
    file: Path
    column: Annotated[str, Field(min_length=1, max_length=100)]
    scale: Amount = 1.0

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        recorded_values(self.file, self.column)
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """What was recorded, scaled."""
        return tuple(one * self.scale for one in recorded_values(self.file, self.column))

    @property
    def average(self) -> float:
        """The mean of the distribution."""
        return sum(self.values) / len(self.values)


Draw = Annotated[
    Exponential | LogNormal | Gamma | Uniform | Fixed | Recorded, Field(discriminator="kind")
]


class PeriodDraw(Period):
    """A period and what is drawn in it."""

    draw: Draw


class ByPeriod(Settings):
    """Another distribution in each period of the day; `otherwise` in the rest of it.

    The period is that in which the contact arrives.
    """

    kind: Literal["by_period"]
    periods: Annotated[list[PeriodDraw], Field(min_length=1)]
    otherwise: Draw

    @model_validator(mode="after")
    def _periods_are_apart(self) -> Self:
        require_apart(self.periods)
        return self

    @property
    def average(self) -> float:
        """The mean of the distribution in the part of the day no period covers."""
        return self.otherwise.average


AnyDraw = Annotated[
    Exponential | LogNormal | Gamma | Uniform | Fixed | Recorded | ByPeriod,
    Field(discriminator="kind"),
]


def draw_at(draw: AnyDraw, minute: int) -> Draw:
    """Return the distribution in force at a minute of the day."""
    if not isinstance(draw, ByPeriod):
        return draw
    found = (one.draw for one in draw.periods if one.covers(minute))
    return next(found, draw.otherwise)


@cache
def recorded_values(file: Path, column: str) -> tuple[float, ...]:
    """Return the numbers of a column. Raises ValueError saying what is wrong with the file."""
    try:
        opener = gzip.open if file.suffix == ".gz" else open
        with opener(file, "rt", encoding="utf-8-sig", newline="") as rows:
            reader = csv.DictReader(rows)
            if column not in (reader.fieldnames or ()):
                names = ", ".join(reader.fieldnames or ()) or "none"
                raise ValueError(f"{file} has no column {column!r}; its columns are {names}")
            found = tuple(_number(file, row[column]) for row in reader if row[column])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{file} cannot be read as CSV: {error}") from error
    if not found or sum(found) <= 0:
        raise ValueError(f"{file} has no number above 0 in column {column!r}")
    return found


def _number(file: Path, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{file} has {text!r} where a number is needed") from None
    if not isfinite(number) or number < 0:
        raise ValueError(f"{file} has {text!r} where a number of at least 0 is needed")
    return number
