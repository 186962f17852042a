"""Prices for the policy "optimal" in a simulation: solved from what is true, or from what was seen.

One pool is solved as it is. Agents who serve several queues are shared out so that all queues they
serve are loaded as evenly as can be; each queue is then solved with its share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import exp, log

from config.routing import QueueSettings
from gate.estimates import Estimate, QueueEstimator
from gate.model import GateModel, UnstableModelError
from gate.solver.chain import Chain
from gate.solver.optimum import actions_of, solve, table_prices
from gate.solver.window import Window
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
        self._estimators: dict[str, QueueEstimator] = {}
        self._last: dict[str, GateModel] = {}
        if (source or scenario.prices) == "estimated":
            self._estimators = {
                one.queue_id: QueueEstimator(scenario.start_ms, scenario.estimation_window_ms)
                for one in scenario.queues
            }

    def arrived(self, queue_id: str, at_ms: int) -> None:
        """A contact was queued."""
        if self._estimators:
            self._estimators[queue_id].arrived(at_ms)

    def over(self, outcome: d.OutcomeRecorded, now_ms: int) -> None:
        """A contact is over."""
        if not self._estimators:
            return
        estimator = self._estimators[outcome.queue_id]
        gave_up = outcome.accepted_at_ms is None
        estimator.left_queue(now_ms, outcome.wait_ms, gave_up=gave_up)
        if not gave_up:
            serving_ms = outcome.talk_ms + outcome.hold_ms + outcome.wrap_up_ms
            estimator.served(now_ms, serving_ms, outcome.marketing_ms)

    def next_ms(self, now_ms: int) -> int | None:
        """Return when to work them out again, None if no queue needs prices."""
        return min((now_ms + one.gate.recompute_ms for one in self._queues), default=None)

    def new_prices(self, now_ms: int, staff: Staff) -> Iterator[e.PricesComputed]:
        """Yield the prices of each queue whose model has changed."""
        if not self._queues:
            return
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

    def _figures(self, queue: ScenarioQueue, now_ms: int) -> Estimate | None:
        """Return a queue's rates and means: true, or estimated; None while too little was seen."""
        if self._estimators:
            seen = self._estimators[queue.queue_id].estimate(now_ms)
            return seen if seen.service_ms and seen.arrivals_per_hour else None
        return _true_figures(queue, now_ms, self._factor)

    def _shares(self, seen: dict[str, Estimate | None], staff: Staff) -> dict[str, float]:
        work = {
            queue_id: figures.arrivals_per_hour * figures.service_ms
            for queue_id, figures in seen.items()
            if figures is not None and figures.service_ms is not None
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


@lru_cache(maxsize=2_000)
def prices_by_load(model: GateModel) -> tuple[int, tuple[int, ...]] | None:
    """Return the first load (contacts waiting less agents idle) and its and further loads' prices.

    Thousandths. A price per number of contacts in the system: the mean, over where services end
    under the optimal rule, of the prices per number of agents marketing. None if there is no
    optimum, since the queue would grow for ever.
    """
    try:
        table = solve(model).table
    except UnstableModelError:
        return None
    window = Window(len(table.rows) - 1, len(table.rows[0]) - 1)
    rows = table_prices(table, window)
    chain = Chain(model, actions_of(model.values, rows))
    prices = []
    for level, chances in enumerate(chain.distribution()):
        width = chances.shape[-1]
        weights = chances[0] * chain.blocks.serving(level)
        total = float(weights.sum())
        row = rows[level, :width]
        prices.append(float(weights @ row) / total if total > 0 else float(row.mean()))
    return -model.agents, tuple(round(1000 * price) for price in prices)


def _true_figures(queue: ScenarioQueue, now_ms: int, factor: float) -> Estimate:
    """Return what the scenario says of the time until the next prices."""
    middle_ms = now_ms + queue.gate.recompute_ms // 2
    minute = minute_at(middle_ms)
    wrap_up_ms = 0.0
    if queue.wrap_up_ms is not None:
        wrap_up_ms = draw_at(queue.wrap_up_ms, minute).average
    elif queue.wrap_up.kind != "none":
        wrap_up_ms = queue.wrap_up.duration_ms
    return Estimate(
        arrivals_per_hour=rate_at(queue.arrivals, middle_ms) * factor,
        service_ms=draw_at(queue.service_ms, minute).average + wrap_up_ms,
        marketing_ms=_average(queue.marketing_ms, minute),
        patience_ms=_average(queue.patience_ms, minute),
    )


def _average(draw: AnyDraw | None, minute: int) -> float | None:
    return None if draw is None else draw_at(draw, minute).average


def _model(queue: ScenarioQueue, figures: Estimate, agents: int) -> GateModel | None:
    """Return the model to solve; rates are rounded to steps of 1 %, so that few are."""
    if agents < 1 or not figures.arrivals_per_hour:
        return None
    if figures.service_ms is None or figures.marketing_ms is None:
        return None
    return GateModel(
        agents=agents,
        arrivals_per_hour=_in_steps(figures.arrivals_per_hour),
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
