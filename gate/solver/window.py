"""Which states are worth computing, and what leaving out the others can cost.

Both bounds hold under every policy, so they are known before anything is solved:

- contacts waiting are at most a Poisson variable of mean lambda P: the queue is no longer than if
  every contact that arrives waited until its patience ended (the M/M/infinity queue);
- agents marketing are at most a binomial variable of N and X / (S + X): each agent, between two
  times of marketing, serves for at least an exponential time of mean S.

States beyond the `TAIL` quantile are left out: there arrivals are lost, and marketing denied. A
fraction TAIL of time, at most, is affected. Without abandonment there is no first bound; the window
then grows until the chain itself is found at its edge with less than `TAIL` probability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp, expm1, inf, lgamma, log, log1p, sqrt

from gate.model import HOUR_MS, GateModel

TAIL = 1e-10
LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Window:
    """The largest number of contacts in the system, and of agents marketing, computed with."""

    top: int
    most_marketing: int


def first_window(model: GateModel) -> Window:
    """Return a window to begin with; it is enough unless the edge is found in use.

    The queue is some standard deviations longer than if everybody were marketed to.
    """
    overflow = 0.0
    if model.patience_ms is not None:
        excess = max(0.0, model.load_with_marketing(1.0) - 1.0) * model.agents
        overflow = excess * model.patience_ms / model.service_ms
    guess = ceil(30 + 5 * sqrt(model.agents) + overflow + 5 * sqrt(overflow))
    return Window(
        top=model.agents + min(guess, longest_queue(model)),
        most_marketing=most_marketing(model),
    )


def wider(model: GateModel, window: Window) -> Window:
    """Return a window with twice the queue, but no more than can occur."""
    queue = 2 * (window.top - model.agents)
    if queue > LONGEST:
        raise ValueError(
            f"queues of more than {LONGEST} contacts occur at a load of {model.load_ratio:.4f}; "
            "give a patience, or a load further below 1"
        )
    return Window(model.agents + min(queue, longest_queue(model)), window.most_marketing)


def longest_queue(model: GateModel) -> int:
    """Return the queue that is exceeded with probability TAIL at most, under every policy."""
    if model.patience_ms is None:
        return LONGEST
    mean = model.arrivals_per_hour * model.patience_ms / HOUR_MS
    return _quantile(lambda k: k * log(mean) - mean - lgamma(k + 1), mean)


def most_marketing(model: GateModel) -> int:
    """Return the agents marketing that are exceeded with probability TAIL at most."""
    n, p = model.agents, model.marketing_ms / (model.service_ms + model.marketing_ms)

    def log_probability(k: int) -> float:
        if k > n:
            return -inf
        ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return ways + k * log(p) + (n - k) * log1p(-p)

    return min(n, _quantile(log_probability, n * p))


def _quantile(log_probability: Callable[[int], float], mean: float) -> int:
    """Return the smallest k at or above the mean with P(> k) <= TAIL.

    Beyond the mean of a Poisson or binomial the probabilities fall faster and faster, so the tail
    is at most p(k + 1) / (1 - p(k + 2) / p(k + 1)).
    """
    k = ceil(mean)
    while True:
        nearest, next_one = log_probability(k + 1), log_probability(k + 2)
        if nearest == -inf:
            return k
        if next_one < nearest and exp(nearest) <= TAIL * -expm1(next_one - nearest):
            return k
        k += 1
