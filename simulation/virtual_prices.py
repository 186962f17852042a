"""Prices for the policy "optimal" in a simulation: solved from what is true, or from what was seen.

One pool is solved as it is. Agents who serve several queues are shared out so that all queues they
serve are loaded as evenly as can be; each queue is then solved with its share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, log
from typing import NamedTuple

from config.routing import QueueSettings
from gate.model import GateModel
from gate.observed import HOUR_MS, ObservedQueue
from gate.values import EqualValues, ExponentialValues, SampledValues, Values
from router import decisions as d
from router import events as e
from simulation.scenario import PriceSource, Scenario, ScenarioQueue
from simulation.scenario_arrivals import rate_at
from simulation.scenario_draws import AnyDraw, Draw, Exponential, Fixed, draw_at
from simulation.scenario_periods import minute_at
from simulation.virtual_draws import real_sampler, stream
from simulation.virtual_staff import Staff

RATE_STEP = 0.01
SAMPLED_VALUES = 500
SHARING_ROUNDS = 100


class Figures(NamedTuple):
    """A queue's arrivals per hour, and means in milliseconds; None where nothing is known."""

    arrivals_per_hour: float
    service_ms: float
    marketing_ms: float | None
    patience_ms: float | None


class PriceDesk:
    """Works out the prices of all queues with the policy "optimal" anew every now and then."""

    def __init__(
        self,
        scenario: Scenario,
        settings: Sequence[QueueSettings],
        source: PriceSource | None,
        factor: float,
    ) -> None:
        priced = {one.queue_id for one in settings if one.gate.policy == "optimal"}
        self._scenario = scenario
        self._queues = [
            one for one in scenario.queues if one.queue_id in priced and one.marketing_ms
        ]
        self._factor = factor
        self._observed: dict[str, ObservedQueue] = {}
        self._last: dict[str, GateModel] = {}
        if (source or scenario.prices) == "estimated":
            self._observed = {
                one.queue_id: ObservedQueue(scenario.start_ms, scenario.estimation_window_ms)
                for one in scenario.queues
            }

    def arrived(self, queue_id: str, at_ms: int) -> None:
        """A contact was queued."""
        if self._observed:
            self._observed[queue_id].arrived(at_ms)

    def over(self, outcome: d.OutcomeRecorded, now_ms: int) -> None:
        """A contact is over."""
        if not self._observed:
            return
        observed = self._observed[outcome.queue_id]
        gave_up = outcome.accepted_at_ms is None
        observed.left_queue(now_ms, outcome.wait_ms, gave_up=gave_up)
        if not gave_up:
            serving_ms = outcome.talk_ms + outcome.hold_ms + outcome.wrap_up_ms
            observed.served(now_ms, serving_ms, outcome.marketing_ms)

    def next_ms(self, now_ms: int) -> int | None:
        """Return when to work them out again, None if no queue needs prices."""
        return min((now_ms + one.gate.recompute_ms for one in self._queues), default=None)

    def new_prices(self, now_ms: int, staff: Staff) -> Iterator[e.PricesComputed]:
        """Yield the prices of each queue whose model has changed."""
        if not self._queues:
            return
        from simulation.virtual_solving import prices_by_load  # needs numpy, slow to import

        seen = {one.queue_id: self._figures(one, now_ms) for one in self._scenario.queues}
        shares = self._shares(seen, staff)
        for queue in self._queues:
            figures, agents = seen[queue.queue_id], round(shares[queue.queue_id])
            model = _model(queue, figures, agents) if figures is not None else None
            if model is None or model == self._last.get(queue.queue_id):
                continue
            self._last[queue.queue_id] = model
            found = prices_by_load(model)
            if found is not None:
                yield e.PricesComputed(
                    event_id="",
                    at_ms=now_ms,
                    queue_id=queue.queue_id,
                    first=found[0],
                    prices_milli=found[1],
                    basis={"arrivals_per_hour": model.arrivals_per_hour, "agents": agents},
                )

    def _figures(self, queue: ScenarioQueue, now_ms: int) -> Figures | None:
        """Return a queue's rates and means: true, or estimated; None while too little was seen."""
        if self._observed:
            return _estimated_figures(self._observed[queue.queue_id], now_ms)
        return _true_figures(queue, now_ms, self._factor)

    def _shares(self, seen: dict[str, Figures | None], staff: Staff) -> dict[str, float]:
        work = {
            queue_id: figures.arrivals_per_hour * figures.service_ms
            for queue_id, figures in seen.items()
            if figures is not None
        }
        groups = [
            (
                staff.at_work(group.name),
                [
                    one.queue_id
                    for one in self._scenario.queues
                    if one.queue_id in work and group.may_serve(one)
                ],
            )
            for group in self._scenario.groups
        ]
        return {**dict.fromkeys(seen, 0.0), **shared_out(groups, work)}


def shared_out(
    groups: Sequence[tuple[int, Sequence[str]]], work: dict[str, float]
) -> dict[str, float]:
    """Return how many agents each queue has, sharing out those who serve several.

    `groups` are numbers of agents with the queues they serve, `work` is what arrives in each queue
    (any unit). Each group's agents are moved, round by round, to the queues loaded most, until the
    loads it can influence are equal.
    """
    parts = [{queue: work[queue] for queue in queues} for _, queues in groups]
    agents = dict.fromkeys(work, 0.0)
    for _ in range(SHARING_ROUNDS):
        for (number, _), part in zip(groups, parts, strict=True):
            total = sum(part.values())
            for queue in part:
                part[queue] *= number / total if total else 0.0
        agents = {queue: sum(part.get(queue, 0.0) for part in parts) for queue in work}
        for part in parts:
            for queue in part:
                part[queue] *= work[queue] / agents[queue] if agents[queue] else 0.0
    return agents


def _true_figures(queue: ScenarioQueue, now_ms: int, factor: float) -> Figures:
    """Return what the scenario says of the time until the next prices."""
    middle_ms = now_ms + queue.gate.recompute_ms // 2
    minute = minute_at(middle_ms)
    wrap_up_ms = 0.0
    if queue.wrap_up_ms is not None:
        wrap_up_ms = draw_at(queue.wrap_up_ms, minute).average
    elif queue.wrap_up.kind != "none":
        wrap_up_ms = queue.wrap_up.duration_ms
    return Figures(
        arrivals_per_hour=rate_at(queue.arrivals, middle_ms) * factor,
        service_ms=draw_at(queue.service_ms, minute).average + wrap_up_ms,
        marketing_ms=_average(queue.marketing_ms, minute),
        patience_ms=_average(queue.patience_ms, minute),
    )


def _estimated_figures(queue: ObservedQueue, now_ms: int) -> Figures | None:
    """Return what was seen in the window; a mean of which it holds nothing is that of all time.

    Patience: whoever was answered only shows that theirs was longer than their wait; for
    exponential patience the maximum-likelihood estimate is all waiting / all who gave up.
    """
    recent, ever = queue.recent(now_ms), queue.ever
    service_ms = _mean(recent.service_ms, recent.served) or _mean(ever.service_ms, ever.served)
    if not recent.arrived or not service_ms:
        return None
    return Figures(
        arrivals_per_hour=recent.arrived * HOUR_MS / recent.elapsed_ms,
        service_ms=service_ms,
        marketing_ms=_mean(recent.marketing_ms, recent.marketed)
        or _mean(ever.marketing_ms, ever.marketed),
        patience_ms=_mean(recent.wait_ms, recent.abandoned) or _mean(ever.wait_ms, ever.abandoned),
    )


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _average(draw: AnyDraw | None, minute: int) -> float | None:
    return None if draw is None else draw_at(draw, minute).average


def _model(queue: ScenarioQueue, figures: Figures, agents: int) -> GateModel | None:
    """Return the model to solve; rates are rounded to steps of 1 %, so that few are."""
    if agents < 1 or not figures.arrivals_per_hour or figures.marketing_ms is None:
        return None
    return GateModel(
        agents=agents,
        arrivals_per_hour=figures.arrivals_per_hour,
        service_ms=_in_steps(figures.service_ms),
        marketing_ms=_in_steps(figures.marketing_ms),
        patience_ms=None if figures.patience_ms is None else _in_steps(figures.patience_ms),
        waiting_cost_per_s=queue.gate.wait_cost_milli_per_s / 1000,
        values=_values(queue),
    )


def _in_steps(number: float) -> float:
    return exp(round(log(number) / RATE_STEP) * RATE_STEP)


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
