"""How customers with tastes react, who may be asked, and how many there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.base import Settings
from config.marketing import MarketingSettings
from simulation.taste_making import made_population
from simulation.taste_population import Population, given_population, load_population

Ratio = Annotated[float, Field(ge=0, le=1)]


class ReactionMix(Settings):
    """What customers say who do not accept, and what being pressed does to them.

    A round is pressed in vain if nothing in it was accepted or found interesting.
    """

    not_presented_ratio: Ratio = 0.0
    """Share of the selected products that agents do not come to."""
    interested_ratio: Ratio = 0.05
    """Of what is not accepted: the customer wants to hear more another time."""
    not_now_ratio: Ratio = 0.1
    """Of what is not accepted: not now. The rest is declined."""
    never_again_ratio: Ratio = 0.01
    """Of what is not accepted: never again this product."""
    weariness: float = Field(0.2, ge=0, le=10)
    """What each earlier round pressed in vain takes from the log-odds of everything."""
    opt_out_ratio: Ratio = 0.02
    """How likely a round pressed in vain makes the customer opt out of everything ..."""
    opt_out_growth: float = Field(2.0, ge=1, le=100)
    """... times this for each earlier one: greed today costs tomorrow."""

    @model_validator(mode="after")
    def _leaves_a_rest(self) -> Self:
        said = self.interested_ratio + self.not_now_ratio + self.never_again_ratio
        if said > 1.0:
            raise ValueError(
                f"interested_ratio, not_now_ratio and never_again_ratio sum to {said:g}: they are"
                " shares of one whole, give at most 1 together"
            )
        return self


class CustomerMix(Settings):
    """Who the customers are, besides their tastes."""

    customers: int | None = Field(2_500, ge=1, le=100_000_000)
    """How many there are; any of them may come next. None: never the same twice."""
    household_size: int = Field(2, ge=1, le=20)
    """How many customers make a household."""
    consented_ratio: Ratio = 0.8
    """Share with a consent to marketing and its proof. The others gave none, or took it back, or
    there is no proof: each as often."""
    do_not_contact_ratio: Ratio = 0.02
    vulnerable_ratio: Ratio = 0.02
    open_complaint_ratio: Ratio = 0.02


WILLING = CustomerMix(
    customers=None,
    household_size=1,
    consented_ratio=1.0,
    do_not_contact_ratio=0.0,
    vulnerable_ratio=0.0,
    open_complaint_ratio=0.0,
)
"""Never the same customer twice, and all may be asked."""
PLAIN = ReactionMix(
    interested_ratio=0.0, not_now_ratio=0.0, never_again_ratio=0.0, weariness=0.0, opt_out_ratio=0.0
)
"""Accepted or declined, and nothing follows."""


class Tastes(Settings):
    """The section `[tastes]` of a scenario: what customers like, and what may be presented."""

    population: Path | None = None
    """A file with another population; a relative path starts at the scenario's folder."""
    population_seed: int | None = None
    """Make a population from this seed instead. Neither: the one that comes with the package."""
    same_sizes: bool = True
    """Whether a made population has the sizes and spreads of the one that comes with the package;
    otherwise they are drawn, too."""
    mix: CustomerMix = CustomerMix()
    reactions: ReactionMix = ReactionMix()
    marketing: MarketingSettings = MarketingSettings(enabled=True)
    """As `[marketing]` in the engine's configuration; it is always enabled."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.population is not None and self.population_seed is not None:
            raise ValueError("give either population or population_seed")
        if self.population is not None:
            load_population(self.population)
        return self

    def read(self) -> Population:
        """Return the population."""
        if self.population is not None:
            return load_population(self.population)
        if self.population_seed is not None:
            return made_population(self.population_seed, same_sizes=self.same_sizes)
        return given_population()
