"""The figures of a rule in the long run, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gate.model import GateModel
from gate.solver.blocks import Actions, Blocks, Floats
from gate.solver.chain import Chain
from gate.solver.waits import waits


@dataclass(frozen=True, slots=True)
class Figures:
    """Long-run figures of a rule.

    `value_per_hour`: the value of the attempts less the cost of waiting. `abandoned_ratio`: of all
    who arrive. `occupancy_ratio`: agents serving or marketing. `mean_waiting`: contacts waiting.
    `edge_probability`: the time spent at the edge of what was computed, a bound on the error.
    """

    value_per_hour: float
    attempts_per_hour: float
    abandoned_ratio: float
    occupancy_ratio: float
    mean_waiting: float
    edge_probability: float


@dataclass(frozen=True, slots=True)
class WaitFigures:
    """Waits under a rule, in the long run.

    `service_level_ratio`: answered within the threshold ÷ all who arrive. `asa_ms`: mean wait of
    the answered.
    """

    service_level_ratio: float
    asa_ms: float


def evaluate(model: GateModel, actions: Actions) -> Figures:
    """Return the figures of `actions` in the long run."""
    return figures_of(Chain(model, actions))


def figures_of(chain: Chain) -> Figures:
    """Return the figures of a chain already reduced."""
    blocks, model = chain.blocks, chain.blocks.model
    value = attempts = busy = waiting = 0.0
    distribution = chain.distribution()
    for level, chances in enumerate(distribution):
        flat = chances.ravel()
        value += float(flat @ blocks.reward(level))
        attempts += float(flat @ _attempts(blocks, level))
        busy += float(flat.sum()) * min(level, model.agents)
        waiting += float(flat.sum()) * blocks.waiting(level)
    rates = blocks.rates
    return Figures(
        value_per_hour=value * 3600,
        attempts_per_hour=attempts * 3600,
        abandoned_ratio=rates.abandonment * waiting / rates.arrival,
        occupancy_ratio=busy / model.agents,
        mean_waiting=waiting,
        edge_probability=float(distribution[-1].sum()),
    )


def wait_figures(model: GateModel, actions: Actions, threshold_ms: int = 20_000) -> WaitFigures:
    """Return service level and ASA of `actions`; slower than `evaluate`."""
    chain = Chain(model, actions)
    result = waits(chain.blocks, chain.distribution(), threshold_ms / 1000)
    return WaitFigures(result.service_level_ratio, result.asa_s * 1000)


def _attempts(blocks: Blocks, level: int) -> Floats:
    """Marketing attempts per second, by state."""
    served, width = blocks.serving(level) * blocks.rates.service, blocks.actions.width(level)
    chance = blocks.actions.chance[:, level, :width]
    return np.concatenate([served * chance[mode] for mode in blocks.actions.modes(level)])
