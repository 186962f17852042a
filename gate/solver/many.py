"""The chains of many models under one action table, solved together.

The models differ in their rates only. The method is that of `gate.solver.chain`, level reduction
towards a middle level, with numpy's stacked matrices: the first axis of every array is the model.
For 32 models of 10 agents that is about fifteen times as fast as one after the other. The table
remembers no mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gate.model import GateModel
from gate.solver.blocks import Actions, Blocks, Floats, Rates
from gate.solver.fluid import usual_state
from gate.solver.optimum import prices_of


@dataclass(frozen=True, slots=True)
class RateColumns:
    """The rates of several models, per second: columns [model, 1]."""

    arrival: Floats
    service: Floats
    marketing: Floats
    abandonment: Floats

    @classmethod
    def of(cls, models: Sequence[GateModel]) -> RateColumns:
        """Return the rates of `models`."""
        rates = [Rates.of(model) for model in models]
        names = ("arrival", "service", "marketing", "abandonment")
        return cls(*(np.array([[getattr(each, name)] for each in rates]) for name in names))


class ManyChains:
    """The chains of `models` under `actions`, reduced; ask them for distributions and prices."""

    def __init__(self, models: Sequence[GateModel], actions: Actions) -> None:
        self.rates = RateColumns.of(models)
        self._count = len(models)
        self._blocks = Blocks(models[0], actions, self.rates)
        self._top = actions.top
        self._shape = (len(models), *actions.chance.shape[1:])
        self._middle, self._pivot = usual_state(models[0], actions)
        self._pivot = min(self._pivot, actions.width(self._middle) - 1)
        self._inverses: list[Floats] = [np.zeros((0, 0))] * (actions.top + 1)
        self._core = self._reduce()

    def distribution(self) -> Floats:
        """Return the stationary probabilities [model, n, m]."""
        equations = np.swapaxes(self._core, 1, 2).copy()
        equations[:, self._pivot] = 1.0
        unit = np.zeros((self._count, equations.shape[1], 1))
        unit[:, self._pivot] = 1.0
        rows = {self._middle: np.swapaxes(np.linalg.solve(equations, unit), 1, 2)}
        for level in range(self._middle + 1, self._top + 1):
            rows[level] = self._up(level - 1, rows[level - 1]) @ self._inverses[level]
        for level in range(self._middle - 1, -1, -1):
            rows[level] = self._down(level + 1, rows[level + 1]) @ self._inverses[level]
        chances = np.zeros(self._shape)
        for level, row in rows.items():
            chances[:, level, : row.shape[2]] = row[:, 0]
        scaled: Floats = chances / chances.sum(axis=(1, 2), keepdims=True)
        return scaled

    def gains_and_prices(self) -> tuple[Floats, Floats]:
        """Return the average value per second [model], and the prices [model, n, m].

        Solves Poisson's equation as `Chain.gain_and_relative_values`.
        """
        totals = self._totals_until_middle()
        system = self._core.copy()
        system[:, :, self._pivot] = totals[self._middle][:, :, 1]
        solved = np.linalg.solve(system, totals[self._middle][:, :, :1])
        gains = solved[:, self._pivot, 0].copy()
        solved[:, self._pivot] = 0.0
        worth = np.stack([np.ones_like(gains), -gains], axis=1)[:, :, np.newaxis]
        values = {self._middle: solved}
        for level in range(self._middle + 1, self._top + 1):
            inflow = self._from_below(level, values[level - 1])
            values[level] = self._inverses[level] @ inflow + totals[level] @ worth
        for level in range(self._middle - 1, -1, -1):
            inflow = self._from_above(level, values[level + 1])
            values[level] = self._inverses[level] @ inflow + totals[level] @ worth
        relative = [values[level][:, :, 0] for level in range(self._top + 1)]
        return gains, prices_of(self._shape, relative)

    def _totals_until_middle(self) -> list[Floats]:
        """Per level [model, state, (value, seconds)]: as `Chain._totals_until_middle`."""
        rewards = [self._blocks.reward(level) for level in range(self._top + 1)]
        totals = [np.stack([reward, np.ones_like(reward)], axis=2) for reward in rewards]
        for level in range(self._top, self._middle - 1, -1):
            if level < self._top:
                totals[level] += self._from_above(level, totals[level + 1])
            if level > self._middle:
                totals[level] = self._inverses[level] @ totals[level]
        for level in range(self._middle + 1):
            if level > 0:
                totals[level] += self._from_below(level, totals[level - 1])
            if level < self._middle:
                totals[level] = self._inverses[level] @ totals[level]
        return totals

    def _reduce(self) -> Floats:
        """Eliminate all levels but the middle one; return -Q of the chains watched only there."""
        above: Floats | float = 0.0
        for level in range(self._top, self._middle, -1):
            self._inverses[level] = np.linalg.inv(self._blocks.within(level) - above)
            above = self._from_above(level - 1, self._down(level, self._inverses[level]))
        below: Floats | float = 0.0
        for level in range(self._middle):
            self._inverses[level] = np.linalg.inv(self._blocks.within(level) - below)
            below = self._from_below(level + 1, self._up(level, self._inverses[level]))
        core: Floats = self._blocks.within(self._middle) - above - below
        return core

    def _from_above(self, level: int, columns: Floats) -> Floats:
        """A0(n) times what is known of the states of level n + 1."""
        width = self._blocks.actions.width(level)
        return self.rates.arrival[:, :, np.newaxis] * columns[:, :width]

    def _from_below(self, level: int, columns: Floats) -> Floats:
        """A2(n) times what is known of the states of level n - 1."""
        (same, fewer), lower = self._blocks.down(level), columns.shape[1]
        flow = np.zeros((self._count, same.shape[1], columns.shape[2]))
        flow[:, :lower] = same[:, :lower, np.newaxis] * columns
        flow[:, 1:] += fewer[:, 1:, np.newaxis] * columns[:, : same.shape[1] - 1]
        return flow

    def _up(self, level: int, rows: Floats) -> Floats:
        """What flows into the level above: rows times A0(n)."""
        flow = np.zeros((*rows.shape[:2], self._blocks.actions.width(level + 1)))
        flow[:, :, : rows.shape[2]] = self.rates.arrival[:, :, np.newaxis] * rows
        return flow

    def _down(self, level: int, rows: Floats) -> Floats:
        """What flows into the level below: rows times A2(n)."""
        (same, fewer), lower = self._blocks.down(level), self._blocks.actions.width(level - 1)
        flow: Floats = rows[:, :, :lower] * same[:, np.newaxis, :lower]
        flow[:, :, : rows.shape[2] - 1] += rows[:, :, 1:] * fewer[:, np.newaxis, 1:]
        return flow
