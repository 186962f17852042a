"""The Markov chain of the model under an action table, solved exactly.

It is a level-dependent quasi-birth-death process and is solved by linear level reduction (Gaver,
Jacobs and Latouche 1984, "Finite birth-and-death models in randomly changing environments",
Adv. Appl. Prob. 16), from the outermost levels towards a middle one near which the system spends
its time. With A0, A1, A2 the rates up, within and down, levels above the middle give

    U(n) = -A1(n) - A0(n) U(n+1)^-1 A2(n+1),     pi(n+1) = pi(n) A0(n) U(n+1)^-1

and likewise, mirrored, below it. All these are inverses of diagonally dominant M-matrices, and all
times are times to reach the middle, which are short: no digits are lost however rare a state is.
"""

from __future__ import annotations

import numpy as np

from gate.model import GateModel
from gate.solver.blocks import Actions, Blocks, Floats
from gate.solver.fluid import usual_state


class Chain:
    """The chain of `model` under `actions`, reduced; ask it for distribution and gain."""

    def __init__(self, model: GateModel, actions: Actions) -> None:
        self.blocks = Blocks(model, actions)
        self.top = actions.top
        self._arrival = self.blocks.rates.arrival
        self._middle, marketing = usual_state(model, actions)
        self._pivot = min(marketing, actions.width(self._middle) - 1)
        self._inverses: list[Floats] = [np.zeros((0, 0))] * (actions.top + 1)
        self._core = self._reduce()

    def distribution(self) -> list[Floats]:
        """Return the stationary probabilities: per level an array [mode, m] (modes as present)."""
        equations = self._core.T.copy()
        equations[self._pivot] = 1.0
        unit = np.zeros(len(equations))
        unit[self._pivot] = 1.0
        vectors = {self._middle: np.linalg.solve(equations, unit)}
        for level in range(self._middle + 1, self.top + 1):
            lifted = self._lift(level - 1, vectors[level - 1])
            vectors[level] = lifted @ self._inverses[level]
        for level in range(self._middle - 1, -1, -1):
            vectors[level] = self._drop(level + 1, vectors[level + 1]) @ self._inverses[level]
        total = sum(float(vector.sum()) for vector in vectors.values())
        return [
            (vectors[level] / total).reshape(len(self.blocks.actions.modes(level)), -1)
            for level in range(self.top + 1)
        ]

    def gain_and_relative_values(self) -> tuple[float, list[Floats]]:
        """Return the average value per second, and each state's relative value, by level.

        Solves Poisson's equation r - gain + Q h = 0 with h = 0 in one state of the middle level.
        """
        totals = self._totals_until_middle()
        system = self._core.copy()
        system[:, self._pivot] = totals[self._middle][:, 1]
        solved = np.linalg.solve(system, totals[self._middle][:, 0])
        gain = float(solved[self._pivot])
        solved[self._pivot] = 0.0
        values = {self._middle: solved}
        for level in range(self._middle + 1, self.top + 1):
            inflow = self._from_below(level, values[level - 1])
            values[level] = self._inverses[level] @ inflow + totals[level] @ (1.0, -gain)
        for level in range(self._middle - 1, -1, -1):
            inflow = self._arrival * values[level + 1][self.blocks.up(level)]
            values[level] = self._inverses[level] @ inflow + totals[level] @ (1.0, -gain)
        return gain, [values[level] for level in range(self.top + 1)]

    def _totals_until_middle(self) -> list[Floats]:
        """Per level [state, (value, seconds)]: totals until the middle level is reached.

        For the middle level itself: the rates of both, including what an excursion brings.
        """
        rates = [
            np.column_stack([self.blocks.reward(level), np.ones(self.blocks.size(level))])
            for level in range(self.top + 1)
        ]
        for level in range(self.top, self._middle - 1, -1):
            if level < self.top:
                rates[level] += self._arrival * rates[level + 1][self.blocks.up(level)]
            if level > self._middle:
                rates[level] = self._inverses[level] @ rates[level]
        for level in range(self._middle + 1):
            if level > 0:
                rates[level] += self._from_below(level, rates[level - 1])
            if level < self._middle:
                rates[level] = self._inverses[level] @ rates[level]
        return rates

    def _reduce(self) -> Floats:
        """Eliminate all levels but the middle one; return -Q of the chain watched only there."""
        from_above: Floats | float = 0.0
        for level in range(self.top, self._middle, -1):
            self._inverses[level] = np.linalg.inv(self.blocks.within(level) - from_above)
            passage = self._passage_down(level, self._inverses[level])
            from_above = self._arrival * passage[self.blocks.up(level - 1)]
        from_below: Floats | float = 0.0
        for level in range(self._middle):
            self._inverses[level] = np.linalg.inv(self.blocks.within(level) - from_below)
            passage = self._passage_up(level, self._inverses[level])
            from_below = self._from_below(level + 1, passage)
        core: Floats = self.blocks.within(self._middle) - from_above - from_below
        return core

    def _passage_down(self, level: int, inverse: Floats) -> Floats:
        """Where the level below is entered from each state: U^-1 A2."""
        passage = np.zeros((self.blocks.size(level - 1), len(inverse)))
        for rate, target in zip(self.blocks.down(level), self.blocks.targets(level), strict=True):
            np.add.at(passage, target, (inverse * rate).T)
        return passage.T

    def _passage_up(self, level: int, inverse: Floats) -> Floats:
        """Where the level above is entered from each state: U^-1 A0."""
        passage = np.zeros((self.blocks.size(level + 1), len(inverse)))
        np.add.at(passage, self.blocks.up(level), self._arrival * inverse.T)
        return passage.T

    def _from_below(self, level: int, values: Floats) -> Floats:
        """A2(n) times what is known of the states of level n - 1 (one or more columns)."""
        (same, fewer), (to_same, to_fewer) = self.blocks.down(level), self.blocks.targets(level)
        if values.ndim > 1:
            same, fewer = same[:, np.newaxis], fewer[:, np.newaxis]
        flow: Floats = same * values[to_same] + fewer * values[to_fewer]
        return flow

    def _lift(self, level: int, vector: Floats) -> Floats:
        """pi(n) A0(n): the flow of probability into the level above."""
        flow = np.zeros(self.blocks.size(level + 1))
        np.add.at(flow, self.blocks.up(level), self._arrival * vector)
        return flow

    def _drop(self, level: int, vector: Floats) -> Floats:
        """pi(n) A2(n): the flow of probability into the level below."""
        flow = np.zeros(self.blocks.size(level - 1))
        for rate, target in zip(self.blocks.down(level), self.blocks.targets(level), strict=True):
            np.add.at(flow, target, rate * vector)
        return flow
