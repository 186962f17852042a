"""The rates of the model's Markov chain under an action table, level by level.

Levels are the numbers `n` of contacts in the system; within a level the states are the numbers `m`
of agents marketing (twice, if the rule remembers a mode there). From a level the chain moves at
most one level up or down. Rates are per second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gate.model import HOUR_MS, GateModel

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rates:
    """The model's rates, per second."""

    arrival: float
    service: float
    marketing: float
    abandonment: float

    @classmethod
    def of(cls, model: GateModel) -> Rates:
        """Return the rates of `model`."""
        patience_ms = model.patience_ms
        return cls(
            arrival=model.arrivals_per_hour * 1000 / HOUR_MS,
            service=1000 / model.service_ms,
            marketing=1000 / model.marketing_ms,
            abandonment=0.0 if patience_ms is None else 1000 / patience_ms,
        )


@dataclass(frozen=True, slots=True)
class Actions:
    """What is done when a service ends, by mode, level and agents marketing.

    `chance[mode, n, m]`: probability that the customer is marketed to; `worth[mode, n, m]`: the
    value that brings on average. Both count the finishing contact in `n`. A rule that remembers
    nothing has one mode. At the largest `m` nobody is marketed to. With two modes, levels from
    `band[0]` to `band[1]` have both; below them the mode is 1 (on), above them 0 (off).
    """

    chance: Floats
    worth: Floats
    band: tuple[int, int] | None = None

    @property
    def top(self) -> int:
        """Return the highest level."""
        return int(self.chance.shape[1]) - 1

    @property
    def most_marketing(self) -> int:
        """Return the largest number of agents marketing."""
        return int(self.chance.shape[2]) - 1

    def modes(self, level: int) -> tuple[int, ...]:
        """Return the modes at `level`."""
        if self.band is None:
            return (0,)
        if level < self.band[0]:
            return (1,)
        return (0,) if level > self.band[1] else (0, 1)

    def width(self, level: int) -> int:
        """Return the number of different `m` at `level`."""
        return min(level, self.most_marketing) + 1


class Blocks:
    """The blocks of the generator of `model` under `actions`."""

    def __init__(self, model: GateModel, actions: Actions, rates: Any = None) -> None:
        """Take the rates of `model`, or `rates`: columns of them, for many models at once.

        With columns what depends on rates has the models as first axis; one mode only.
        """
        self.model = model
        self.actions = actions
        self.rates: Rates = Rates.of(model) if rates is None else rates

    def serving(self, level: int) -> Floats:
        """Return the agents serving, for each `m` of the level."""
        return np.asarray(
            min(level, self.model.agents) - np.arange(self.actions.width(level)), float
        )

    def waiting(self, level: int) -> int:
        """Return the contacts waiting at this level."""
        return max(level - self.model.agents, 0)

    def size(self, level: int) -> int:
        """Return the number of states of the level."""
        return len(self.actions.modes(level)) * self.actions.width(level)

    def reward(self, level: int) -> Floats:
        """Value per second in each state of the level."""
        width = self.actions.width(level)
        served = self.serving(level) * self.rates.service
        cost = self.model.waiting_cost_per_s * self.waiting(level)
        worth = self.actions.worth[:, level, :width]
        return np.concatenate([served * worth[mode] - cost for mode in self.actions.modes(level)])

    def within(self, level: int) -> Floats:
        """-A1: minus the rates between states of one level."""
        width, modes = self.actions.width(level), self.actions.modes(level)
        serving = self.serving(level) * self.rates.service
        out = serving + np.arange(width) * self.rates.marketing
        out += self.waiting(level) * self.rates.abandonment
        if level < self.actions.top:
            out += self.rates.arrival
        block = np.zeros((*out.shape[:-1], len(modes) * width, len(modes) * width))
        for index, mode in enumerate(modes):
            at = index * width + np.arange(width)
            block[..., at, at] = out
            chance = self.actions.chance[mode, level, : width - 1]
            block[..., at[:-1], at[1:]] = -serving[..., :-1] * chance
        return block

    def down(self, level: int) -> tuple[Floats, Floats]:
        """Rates to the level below, (same m, m - 1), for each state of the level."""
        width, same, fewer = self.actions.width(level), [], []
        leaving = self.waiting(level) * self.rates.abandonment
        serving = self.serving(level) * self.rates.service
        for mode in self.actions.modes(level):
            chance = self.actions.chance[mode, level, :width]
            same.append(serving * (1.0 - chance) + leaving)
            fewer.append(np.arange(width) * self.rates.marketing)
        return np.concatenate(same), np.concatenate(fewer)

    def targets(self, level: int) -> tuple[Ints, Ints]:
        """The states of the level below that `_down` leads to (clipped where the rate is 0)."""
        width, lower = self.actions.width(level), self.actions.width(level - 1)
        m, same, fewer = np.arange(width), [], []
        for mode in self.actions.modes(level):
            base = self._offset(level - 1, mode) * lower
            same.append(base + np.minimum(m, lower - 1))
            fewer.append(base + np.maximum(m - 1, 0))
        return np.concatenate(same), np.concatenate(fewer)

    def up(self, level: int) -> Ints:
        """The state of the level above that an arrival leads to, for each state of the level."""
        width, upper = self.actions.width(level), self.actions.width(level + 1)
        return np.concatenate(
            [
                self._offset(level + 1, mode) * upper + np.arange(width)
                for mode in self.actions.modes(level)
            ]
        )

    def _offset(self, level: int, mode: int) -> int:
        """Where `mode`, carried into `level`, is among that level's modes."""
        modes = self.actions.modes(level)
        return modes.index(mode) if mode in modes else 0
