"""M/G/N: waits if service is not exponential and nobody leaves. Exact where that is known.

The mean wait of all who arrive, first come first served, with service of mean S and coefficient of
variation cv, E[S^2] = S^2 (1 + cv^2), N agents, load rho = lambda S / N.

- One agent, exactly: lambda E[S^2] / (2 (1 - rho)) (Pollaczek 1930, Khinchine 1932).
- Fixed service, exactly (Crommelin 1932, "Delay probability formulae when the holding times are
  constant"): with fixed service contacts may as well be dealt to the agents in turn, so a wait is
  that of one agent who gets each N-th contact, and Spitzer's identity (1956) gives it as the sum
  over i = 1, 2, ... of E[max(i S - T(i N), 0)] / i, T(j) the time of j arrivals.
- Proven bounds. Below: the work in the system is at least that of one agent N times as fast
  (Brumelle 1971, "Some inequalities for parallel-server queues", Oper. Res. 19):
  W >= lambda E[S^2] / (2 N^2 (1 - rho)) - (N - 1) E[S^2] / (2 N S). Above: dealing the contacts out
  in turn is no better (Wolff 1977, "An upper bound for multi-channel queues", J. Appl. Prob. 14),
  and waits then at most as Kingman (1962) says: (1 / lambda + lambda S^2 cv^2 / N) / (2 (1 - rho)).
- An approximation, not a bound: (1 + cv^2) / 2 times the wait of M/M/N (Lee and Longton 1959,
  Oper. Res. Quart. 10; Allen and Cunneen), exact for one agent and for cv = 1.
"""

from __future__ import annotations

from itertools import count
from math import exp, isfinite, lgamma, log

from gate.erlang import ErlangQueue, erlang_c
from gate.model import HOUR_MS

NEGLIGIBLE = 1e-16


def wait_with_one_agent_ms(queue: ErlangQueue, cv: float) -> float:
    """Return the mean wait with one agent, exactly. Raises ValueError for more agents."""
    _require(queue, cv)
    if queue.agents != 1:
        raise ValueError(f"with {queue.agents} agents this formula does not hold; it is for one")
    return wait_bounds_ms(queue, cv)[0]


def wait_with_fixed_service_ms(queue: ErlangQueue) -> float:
    """Return the mean wait if each service takes the same time, exactly.

    With p(j) the probabilities of a Poisson variable of mean i lambda S, the i-th term is S times
    the sum over j >= i N of p(j) (j + 1 - i N) / (j + 1), whose terms are all positive.
    """
    _require(queue, 0.0)
    total = 0.0
    for turns in count(1):
        term = _mean_excess(turns * queue.offered_load, turns * queue.agents)
        total += term
        if term <= NEGLIGIBLE * total:
            break
    return queue.handle_ms * total


def wait_bounds_ms(queue: ErlangQueue, cv: float) -> tuple[float, float]:
    """Return proven bounds of the mean wait."""
    _require(queue, cv)
    agents, arrival, service = queue.agents, queue.arrivals_per_hour / HOUR_MS, queue.handle_ms
    slack = 2.0 * (1.0 - queue.load_ratio)
    square = service**2 * (1.0 + cv**2)
    one_fast_agent = arrival * square / (agents**2 * slack)
    low = one_fast_agent - (agents - 1) * square / (2 * agents * service)
    high = (1.0 / arrival + arrival * service**2 * cv**2 / agents) / slack
    return max(low, 0.0), high


def wait_approximation_ms(queue: ErlangQueue, cv: float) -> float:
    """Return the approximate mean wait, from that of exponential service."""
    _require(queue, cv)
    idle = queue.agents - queue.offered_load
    exponential = erlang_c(queue.agents, queue.offered_load) * queue.handle_ms / idle
    return (1.0 + cv**2) / 2.0 * exponential


def _mean_excess(mean: float, least: int) -> float:
    """Return the sum over j >= least of Poisson(mean)'s p(j) (j + 1 - least) / (j + 1)."""
    total, chance = 0.0, exp(least * log(mean) - mean - lgamma(least + 1))
    for j in count(least):
        term = chance * (j + 1 - least) / (j + 1)
        total += term
        if term <= NEGLIGIBLE * total:
            break
        chance *= mean / (j + 1)
    return total


def _require(queue: ErlangQueue, cv: float) -> None:
    if queue.patience_ms is not None:
        raise ValueError(
            f"patience_ms is {queue.patience_ms}, but these formulas are for queues nobody leaves"
        )
    if not (isfinite(cv) and cv >= 0):
        raise ValueError(f"cv is {cv}; give a coefficient of variation of at least 0")
