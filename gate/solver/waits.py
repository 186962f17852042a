"""The wait of a contact that arrives and finds all agents busy, exactly.

The wait depends on those ahead (they must be taken first) and, through the rule, on those behind
(a long queue closes the gate). So a tagged contact is followed in the states (`a` ahead, `b`
behind, `m` agents marketing) until it is answered or leaves, by uniformization (Jensen 1953): with
R the sum of the largest rates, the chance of being answered within t is

    sum over k of Poisson(k; R t) P(answered within k steps of the discrete chain).

If the rule does the same at every length of the queue, those behind do not matter and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log

import numpy as np

from gate.solver.blocks import Blocks, Floats

LEFT_WAITING = 1e-10


@dataclass(frozen=True, slots=True)
class Waits:
    """Of all contacts that arrive: answered within the threshold, answered, and their mean wait."""

    service_level_ratio: float
    answered_ratio: float
    asa_s: float


def waits(blocks: Blocks, distribution: list[Floats], threshold_s: float) -> Waits:
    """Return the waits of arrivals, who find the stationary `distribution` (PASTA).

    Raises ValueError for a rule with a mode that is still remembered while contacts wait.
    """
    agents = blocks.model.agents
    band = blocks.actions.band
    if band is not None and band[1] > agents:
        raise ValueError(
            f"the mode is remembered with up to {band[1] - agents} waiting; waits can only be "
            "computed for rules that close the gate as soon as one contact waits"
        )
    at_once = float(sum(level.sum() for level in distribution[:agents]))
    tagged = _Tagged(blocks)
    mass = tagged.arrivals(distribution)
    rate = tagged.rate
    answered, within, mean, steps = 0.0, 0.0, 0.0, 0
    horizon = rate * threshold_s
    later = _poisson_survival(horizon)
    while mass.sum() > LEFT_WAITING:
        mass, taken = tagged.step(mass)
        steps += 1
        answered += taken
        within += taken * (later[steps] if steps < len(later) else 0.0)
        mean += taken * steps / rate
    everyone = at_once + answered
    return Waits(at_once + within, everyone, mean / everyone if everyone > 0 else 0.0)


def _poisson_survival(mean: float) -> list[float]:
    """P(Poisson(mean) >= k) for k = 0, 1, ... until it is negligible."""
    most = int(mean + 12 * mean**0.5 + 30)
    chances = [exp(k * log(mean) - mean - lgamma(k + 1)) if mean > 0 else 0.0 for k in range(most)]
    tails = np.cumsum(np.asarray(chances)[::-1])[::-1]
    return [float(tail) for tail in tails]


class _Tagged:
    """One step of the uniformized chain of a tagged contact."""

    def __init__(self, blocks: Blocks) -> None:
        model, actions, rates = blocks.model, blocks.actions, blocks.rates
        queue = actions.top - model.agents
        chance = actions.chance[0, model.agents + 1 :, :]
        same = bool(np.all(chance == chance[0])) if queue > 0 else True
        self._ahead, self._behind = queue, 1 if same else queue
        ahead, behind = np.arange(queue), np.arange(self._behind)
        place = np.minimum(ahead[:, None] + behind[None, :], queue - 1)
        marketing = np.arange(actions.most_marketing + 1)
        width = min(actions.most_marketing, model.agents) + 1
        serving = np.maximum(model.agents - marketing, 0) * rates.service
        self._to_market = serving * chance[place]
        self._served = serving * (1.0 - chance[place])
        self._moved_on = marketing * rates.marketing
        self._arrive = 0.0 if same else rates.arrival
        self._lost, self._width = rates.abandonment, width
        self._ahead_lost = (ahead * rates.abandonment)[:, None, None]
        self._behind_lost = (behind * rates.abandonment)[None, :, None] if not same else 0.0
        busiest = model.agents * max(rates.service, rates.marketing)
        self.rate = busiest + self._arrive + (queue + 2) * rates.abandonment

    def arrivals(self, distribution: list[Floats]) -> Floats:
        """Return the mass of arrivals that must wait; those at the very top are lost."""
        mass = np.zeros((self._ahead, self._behind, self._width))
        agents = len(distribution) - 1 - self._ahead
        for ahead in range(self._ahead):
            level = distribution[agents + ahead].sum(axis=0)
            mass[ahead, 0, : len(level)] = level
        return mass

    def step(self, mass: Floats) -> tuple[Floats, float]:
        """Return the mass after one step, and the mass answered in it."""
        mass = mass / self.rate
        served, moved_on = mass * self._served, mass * self._moved_on
        marketed, ahead_lost = mass * self._to_market, mass * self._ahead_lost
        stay = mass * (self.rate - self._lost) - served - moved_on - marketed - ahead_lost
        stay[:, :, 1:] += marketed[:, :, :-1]
        stay[:-1] += served[1:] + ahead_lost[1:]
        stay[:-1, :, :-1] += moved_on[1:, :, 1:]
        if self._behind > 1:
            arrived, behind_lost = mass[:, :-1] * self._arrive, mass * self._behind_lost
            stay[:, 1:] += arrived
            stay[:, :-1] += behind_lost[:, 1:] - arrived
            stay[:, 1:] -= behind_lost[:, 1:]
        return stay, float(served[0].sum() + moved_on[0].sum())
