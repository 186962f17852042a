"""Prices for the policy "optimal" in a simulation: solved from what is true, or from what was seen.

What was seen goes through the same `PriceWatch` that watches a live engine. Told the truth, each
queue's model has the scenario's rates and mean times, and its share of the agents at work.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from config.routing import QueueSettings
from gate.model import GateModel
from gate.sharing import shared_out
from gate.values import EqualValues, ExponentialValues, SampledValues, Values
from router import decisions as d
from router import events as e
from router.price_watch import PriceWatch, Wanted, servers
from router.state import RoutingState
from simulation.scenario import PriceSource, Scenario, ScenarioQueue
from simulation.scenario_arrivals import rate_at
from simulation.scenario_draws import AnyDraw, Draw, Exponential, Fixed, draw_at
from simulation.scenario_periods import minute_at
from simulation.virtual_draws import real_sampler, stream

SAMPLED_VALUES = 500


class PriceDesk(ABC):
    """Works out the prices of these queues, all with the policy "optimal", every now and then."""

    def __init__(self, queues: Sequence[QueueSettings]) -> None:
        self._queues = {one.queue_id: one for one in queues}

    @abstractmethod
    def take(self, decision: d.AnyDecision, now_ms: int) -> None:
        """See what the engine decided."""

    def next_ms(self, now_ms: int) -> int | None:
        """Return when to work them out again, None if no queue needs prices."""
        queues = self._queues.values()
        return min((now_ms + one.gate.recompute_ms for one in queues), default=None)

    def new_prices(self, now_ms: int, state: RoutingState) -> Iterator[e.PricesComputed]:
        """Yield the prices of each queue whose model has changed."""
        if not self._queues:
            return
        from gate.solver.prices import prices_of  # needs numpy, slow to import

        for queue_id, model, uncertainty in self._wanted(now_ms, state):
            prices = prices_of(model, uncertainty)
            if prices is not None:
                yield e.PricesComputed(
                    event_id="",
                    at_ms=now_ms,
                    queue_id=queue_id,
                    prices=prices,
                    patience_mean_ms=model.patience_mean_ms,
                    marketing_mean_ms=round(model.marketing_ms),
                    basis=model.basis(),
                )

    @abstractmethod
    def _wanted(self, now_ms: int, state: RoutingState) -> Iterator[Wanted]:
        """Yield the models to be solved now."""


class EstimatedPrices(PriceDesk):
    """From what was seen over a window; `queues` may be empty."""

    def __init__(self, queues: Sequence[QueueSettings], window_ms: int) -> None:
        super().__init__(queues)
        self._watch = PriceWatch(window_ms) if queues else None

    def take(self, decision: d.AnyDecision, now_ms: int) -> None:
        """See `PriceDesk`."""
        if self._watch is not None:
            self._watch.take((decision,), now_ms)

    def _wanted(self, now_ms: int, state: RoutingState) -> Iterator[Wanted]:
        if self._watch is not None:
            wanted = self._watch.wanted(state, now_ms)
            yield from (one for one in wanted if one.queue_id in self._queues)


class ToldPrices(PriceDesk):
    """From what the scenario says, times the day's busyness."""

    def __init__(
        self, queues: Sequence[QueueSettings], scenario: Scenario, busyness: float
    ) -> None:
        super().__init__(queues)
        self._all = scenario.queues
        self._busyness = busyness
        self._last: dict[str, GateModel] = {}

    def take(self, decision: d.AnyDecision, now_ms: int) -> None:
        """The truth does not depend on what is decided."""

    def _wanted(self, now_ms: int, state: RoutingState) -> Iterator[Wanted]:
        true = {one.queue_id: _true_model(one, now_ms, self._busyness) for one in self._all}
        work = {name: one.arrivals_per_hour * one.service_ms for name, one in true.items() if one}
        agents = shared_out(servers(state), work)
        for queue_id in self._queues:
            model, number = true[queue_id], agents.get(queue_id, 0.0)
            if model is None or round(number) < 1:
                continue
            model = model.with_agents(number)
            if model != self._last.get(queue_id):
                self._last[queue_id] = model
                yield Wanted(queue_id, model)


def scenario_prices(
    scenario: Scenario,
    settings: Sequence[QueueSettings],
    source: PriceSource | None,
    busyness: float,
) -> PriceDesk:
    """Return what works out the prices of a scenario, from `source` or else as it says itself."""
    marketing = {one.queue_id for one in scenario.queues if one.marketing_ms}
    queues = [one for one in priced(settings) if one.queue_id in marketing]
    if (source or scenario.prices) == "estimated":
        return EstimatedPrices(queues, scenario.estimation_window_ms)
    return ToldPrices(queues, scenario, busyness)


def priced(settings: Sequence[QueueSettings]) -> list[QueueSettings]:
    """Return the queues that need prices."""
    return [one for one in settings if one.gate.policy == "optimal"]


def _true_model(queue: ScenarioQueue, now_ms: int, factor: float) -> GateModel | None:
    """Return what the scenario says of the time until the next prices; None if nobody arrives."""
    middle_ms = now_ms + queue.gate.recompute_ms // 2
    minute = minute_at(middle_ms)
    wrap_up_ms = 0.0
    if queue.wrap_up_ms is not None:
        wrap_up_ms = draw_at(queue.wrap_up_ms, minute).average
    elif queue.wrap_up.kind != "none":
        wrap_up_ms = queue.wrap_up.duration_ms
    per_hour = rate_at(queue.arrivals, middle_ms) * factor
    if not per_hour:
        return None
    return GateModel(
        agents=1,
        arrivals_per_hour=per_hour,
        service_ms=draw_at(queue.service_ms, minute).average + wrap_up_ms,
        marketing_ms=_average(queue.marketing_ms, minute) or queue.gate.expected_marketing_ms,
        patience_ms=_average(queue.patience_ms, minute),
        waiting_cost_per_s=queue.gate.wait_cost_milli_per_s / 1000,
        values=_values(queue),
    )


def _average(draw: AnyDraw | None, minute: int) -> float | None:
    return None if draw is None else draw_at(draw, minute).average


def _values(queue: ScenarioQueue) -> Values:
    share = queue.may_market_ratio
    draw = queue.value_milli
    if draw is None:
        return EqualValues(queue.gate.value_milli / 1000, share)
    plain: Draw = draw_at(draw, 0)
    match plain:
        case Fixed():
            return EqualValues(plain.value / 1000, share)
        case Exponential():
            return ExponentialValues(plain.mean / 1000, share)
        case _:
            sample = real_sampler(plain, stream("values", queue.queue_id))
            drawn = sorted(sample() / 1000 for _ in range(SAMPLED_VALUES))
            return SampledValues(tuple(drawn), share)
