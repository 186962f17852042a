"""Erlang B, C and A: what a queue without marketing is like in the long run.

Erlang C (Erlang 1917, "Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges") is M/M/N: nobody leaves. Erlang A (Palm 1957, "Research on telephone
traffic carried by full availability groups", Tele 1; Garnett, Mandelbaum and Reiman 2002,
"Designing a call center with impatient customers", M&SOM 4(3); Mandelbaum and Zeltyn 2007,
"Service engineering in action: the Palm/Erlang-A queue") is M/M/N+M: each contact waits no longer
than an exponential patience.

All begins with Erlang B, by its recursion in 1/B whose terms are positive, and with sums that start
at their largest term: right to rounding for 10,000 agents and more, far above load 1 as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, inf, isfinite, log, sqrt

from gate.model import HOUR_MS, UnstableModelError

NEGLIGIBLE = 1e-18
PANELS = 2_000


@dataclass(frozen=True, slots=True)
class ErlangQueue:
    """Agents, arrivals, mean handle time and mean patience (None: nobody leaves).

    Raises ValueError for numbers that cannot be, and UnstableModelError for a load of 1 or more
    if nobody leaves.
    """

    agents: int
    arrivals_per_hour: float
    handle_ms: float
    patience_ms: float | None = None

    def __post_init__(self) -> None:
        if self.agents < 1:
            raise ValueError(f"agents is {self.agents}; a queue needs at least 1")
        for name in ("arrivals_per_hour", "handle_ms", "patience_ms"):
            number = getattr(self, name)
            if number is not None and not (isfinite(number) and number > 0):
                raise ValueError(f"{name} is {number}; give a number above 0")
        if self.patience_ms is None and self.load_ratio >= 1.0:
            raise UnstableModelError(self.load_ratio, "serving only")

    @property
    def offered_load(self) -> float:
        """Return the mean number of agents the arrivals need (erlangs)."""
        return self.arrivals_per_hour * self.handle_ms / HOUR_MS

    @property
    def load_ratio(self) -> float:
        """Return offered load ÷ agents."""
        return self.offered_load / self.agents


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Long-run figures. Ratios are of all who arrive, except `occupancy_ratio`, of agents.

    `wait_mean_ms`: mean wait of all who arrive, however it ends; `asa_ms`: of the answered.
    """

    wait_ratio: float
    service_level_ratio: float
    abandoned_ratio: float
    wait_mean_ms: float
    asa_ms: float
    occupancy_ratio: float
    waiting_mean: float


def erlang_b(agents: int, offered_load: float) -> float:
    """Return the blocking probability of M/M/N/N, by 1/B(n) = 1 + n / (a B(n - 1))."""
    inverse = _inverse_erlang_b(agents, offered_load)
    return 1.0 / inverse


def erlang_c(agents: int, offered_load: float) -> float:
    """Return the probability of waiting if nobody leaves; 1 at a load of 1 or more."""
    if offered_load >= agents:
        return 1.0
    inverse = _inverse_erlang_b(agents, offered_load)
    return 1.0 / (inverse - (inverse - 1.0) * offered_load / agents)


def queue_figures(queue: ErlangQueue, threshold_ms: float) -> QueueFigures:
    """Return the long-run figures of Erlang A, or of Erlang C if nobody leaves."""
    wait_ratio, waiting_mean = _waiting(queue)
    arrival = queue.arrivals_per_hour / HOUR_MS
    wait_mean_ms = waiting_mean / arrival
    abandoned = 0.0 if queue.patience_ms is None else wait_mean_ms / queue.patience_ms
    at_once = 1.0 - wait_ratio
    within, waited_ms = _answered_waits(queue, threshold_ms)
    answered_later = max(wait_ratio - abandoned, 0.0)
    answered = at_once + answered_later
    return QueueFigures(
        wait_ratio=wait_ratio,
        service_level_ratio=at_once + answered_later * within,
        abandoned_ratio=abandoned,
        wait_mean_ms=wait_mean_ms,
        asa_ms=answered_later * waited_ms / answered,
        occupancy_ratio=queue.load_ratio * answered,
        waiting_mean=waiting_mean,
    )


def _inverse_erlang_b(agents: int, offered_load: float) -> float:
    if agents < 0 or not (isfinite(offered_load) and offered_load >= 0):
        raise ValueError(f"{agents} agents and {offered_load} erlangs; give numbers from 0 up")
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1.0 + inverse * n / offered_load if offered_load > 0 else inf
    return inverse


def _waiting(queue: ErlangQueue) -> tuple[float, float]:
    """Return the probability of waiting and the mean number waiting.

    With j contacts waiting the probability is proportional to w(j) = prod over i <= j of
    lambda / (N mu + i theta), and all states with fewer than N contacts together to w(0) (1/B - 1).
    """
    fewer = _inverse_erlang_b(queue.agents, queue.offered_load) - 1.0
    ahead = queue.load_ratio
    slack = 0.0 if queue.patience_ms is None else queue.handle_ms / queue.patience_ms
    slack /= queue.agents
    peak = max(0, int((ahead - 1.0) / slack)) if slack > 0 else 0
    total, weighted = 1.0, float(peak)
    term, j = 1.0, peak
    while term > NEGLIGIBLE * total:
        j += 1
        term *= ahead / (1.0 + j * slack)
        total += term
        weighted += j * term
    first, j = 1.0, peak
    while j > 0 and first > NEGLIGIBLE * total:
        first *= (1.0 + j * slack) / ahead
        j -= 1
        total += first
        weighted += j * first
    everything = total + (first * fewer if j == 0 else 0.0)
    return total / everything, weighted / everything


def _answered_waits(queue: ErlangQueue, threshold_ms: float) -> tuple[float, float]:
    """Of those who wait and are answered: the ratio within the threshold, and the mean wait (ms).

    The wait offered to those who find all agents busy has a density proportional to
    exp(lambda P (1 - e^(-t / P)) - N mu t) (Baccelli and Hebuterne 1981, "On queues with impatient
    customers"), and patience lasts that long with probability e^(-t / P): so the wait of the
    answered has a density proportional to exp(f(t)), f(t) = lambda P (1 - e^(-t / P)) - r t with
    r = N mu + 1 / P; if nobody leaves, f(t) = (lambda - N mu) t. Integrated by Simpson's rule
    over the times that matter.
    """
    density = _density(queue)
    low, high = _support(queue, density)
    until = min(max(threshold_ms, low), high)
    whole = _integral(density, low, high)
    waited = _integral(lambda t_ms: t_ms * density(t_ms), low, high)
    return _integral(density, low, until) / whole, waited / whole


def _density(queue: ErlangQueue) -> Callable[[float], float]:
    """Return t -> exp(f(t) - f(peak)), from the distance to the peak so that nothing cancels."""
    arrival, taken = queue.arrivals_per_hour / HOUR_MS, queue.agents / queue.handle_ms
    patience_ms, peak_ms = queue.patience_ms, _peak_ms(queue)
    if patience_ms is None:
        return lambda t_ms: exp((arrival - taken) * t_ms)
    rate = taken + 1.0 / patience_ms
    left = arrival * patience_ms * exp(-peak_ms / patience_ms)

    def density(t_ms: float) -> float:
        away_ms = t_ms - peak_ms
        return exp(-left * expm1(-away_ms / patience_ms) - rate * away_ms)

    return density


def _peak_ms(queue: ErlangQueue) -> float:
    """The likeliest wait of the answered who wait: 0, or P log(lambda / r) if that is positive."""
    if queue.patience_ms is None:
        return 0.0
    rate = queue.agents / queue.handle_ms + 1.0 / queue.patience_ms
    return max(0.0, queue.patience_ms * log(queue.arrivals_per_hour / HOUR_MS / rate))


def _support(queue: ErlangQueue, density: Callable[[float], float]) -> tuple[float, float]:
    """The times between which the density is more than negligible."""
    peak_ms, step_ms = _peak_ms(queue), queue.handle_ms / queue.agents
    if queue.patience_ms is not None:
        step_ms = min(max(step_ms, sqrt(step_ms * queue.patience_ms)), queue.patience_ms)
    low, high = peak_ms, peak_ms + step_ms
    while low > 0.0 and density(low) > NEGLIGIBLE:
        low = max(low - step_ms, 0.0)
    while density(high) > NEGLIGIBLE:
        high += max(step_ms, 0.25 * (high - peak_ms))
    return low, high


def _integral(f: Callable[[float], float], low: float, high: float) -> float:
    """Simpson's rule."""
    step = (high - low) / PANELS
    inner = sum((4 if i % 2 else 2) * f(low + i * step) for i in range(1, PANELS))
    return (f(low) + inner + f(high)) * step / 3
