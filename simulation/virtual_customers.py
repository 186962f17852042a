"""The customers of a simulation: when they come, and all that chance decides about them.

Everything is drawn when a customer first arrives, each quantity from a stream of its own, and
nothing depends on what the engine does: the n-th customer of a queue is the same under all
policies (common random numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log

from config.base import HOUR_MS
from router.events import ContactArrived
from simulation.scenario import Scenario, ScenarioQueue
from simulation.scenario_arrivals import segments
from simulation.scenario_draws import AnyDraw
from simulation.virtual_draws import Chance, Sampler, sampler, standard_gamma, stream


class Customer:
    """One customer and what will happen to them. Times are milliseconds, values thousandths.

    `patience_ms` and `wrap_up_ms` are None where the scenario has none, `value_milli` where the
    queue's own counts. `agent_id` is who talks to them, None before. `is_behind_marketing`: had to
    wait while somebody who could have served them was marketing.
    """

    __slots__ = (
        "agent_id",
        "arrives_at_ms",
        "contact_id",
        "has_line",
        "is_behind_marketing",
        "is_gone",
        "marketing_ms",
        "may_market",
        "patience_ms",
        "queue_id",
        "service_ms",
        "tries",
        "value_milli",
        "wrap_up_ms",
    )

    def __init__(self, queue_id: str, contact_id: str, arrives_at_ms: int) -> None:
        self.queue_id = queue_id
        self.contact_id = contact_id
        self.arrives_at_ms = arrives_at_ms
        self.service_ms = 0
        self.marketing_ms = 0
        self.patience_ms: int | None = None
        self.wrap_up_ms: int | None = None
        self.value_milli: int | None = None
        self.may_market = True
        self.tries = 1
        self.agent_id: str | None = None
        self.has_line = False
        self.is_gone = False
        self.is_behind_marketing = False

    def arrival(self, now_ms: int) -> ContactArrived:
        """Return what the bridge tells the engine when the customer comes."""
        return ContactArrived(
            event_id="",
            at_ms=now_ms,
            contact_id=self.contact_id,
            queue_id=self.queue_id,
            value_milli=self.value_milli,
            may_market=self.may_market,
        )


def busyness(scenario: Scenario, seed: int, replication: int) -> float:
    """Return the factor of a replication's day on all arrival rates."""
    if not scenario.busyness_cv:
        return 1.0
    shape = scenario.busyness_cv**-2
    return standard_gamma(shape, stream(seed, replication, "busyness"))() / shape


def customers(
    scenario: Scenario, queue: ScenarioQueue, seed: int, replication: int, factor: float
) -> Iterator[Customer]:
    """Yield the customers of a queue in order of arrival, without those who try again."""
    purpose = _Purposes(seed, replication, queue.queue_id)
    fill = _filler(queue, purpose)
    pieces = segments(queue.arrivals, scenario.start_ms, scenario.end_ms)
    rates = [(one.from_ms, one.until_ms, one.per_hour * factor / HOUR_MS) for one in pieces]
    queue_id = queue.queue_id
    for number, at_ms in enumerate(_moments(rates, purpose.chance("arrivals"))):
        customer = Customer(queue_id, f"{queue_id}-{number}", at_ms)
        fill(customer)
        yield customer


def again(customer: Customer, queue: ScenarioQueue, seed: int, replication: int) -> Customer | None:
    """Return the customer's next try after giving up, None if there is none."""
    retry = queue.retry
    if retry is None or customer.tries > retry.most:
        return None
    chance = stream(seed, replication, "retry", customer.contact_id)
    if chance() >= retry.ratio or queue.patience_ms is None or customer.patience_ms is None:
        return None
    gave_up_at_ms = customer.arrives_at_ms + customer.patience_ms
    at_ms = gave_up_at_ms + sampler(retry.delay_ms, chance)(gave_up_at_ms)
    one = Customer(customer.queue_id, f"{customer.contact_id}+", at_ms)
    for name in ("service_ms", "marketing_ms", "wrap_up_ms", "value_milli", "may_market"):
        setattr(one, name, getattr(customer, name))
    one.patience_ms = sampler(queue.patience_ms, chance)(at_ms)
    one.tries = customer.tries + 1
    return one


class _Purposes:
    """The streams of one queue in one replication."""

    def __init__(self, seed: int, replication: int, queue_id: str) -> None:
        self._names = (seed, replication, queue_id)

    def chance(self, purpose: str) -> Chance:
        return stream(*self._names, purpose)

    def sampler(self, draw: AnyDraw | None, purpose: str) -> Sampler | None:
        return None if draw is None else sampler(draw, self.chance(purpose))


def _filler(queue: ScenarioQueue, purpose: _Purposes) -> Callable[[Customer], None]:
    """Return what decides all about a customer."""
    service = sampler(queue.service_ms, purpose.chance("service"))
    patience = purpose.sampler(queue.patience_ms, "patience")
    marketing = purpose.sampler(queue.marketing_ms, "marketing")
    wrap_up = purpose.sampler(queue.wrap_up_ms, "wrap_up")
    value = purpose.sampler(queue.value_milli, "value")
    share, permission = queue.may_market_ratio, purpose.chance("may_market")

    def fill(customer: Customer) -> None:
        at_ms = customer.arrives_at_ms
        customer.service_ms = service(at_ms)
        if patience is not None:
            customer.patience_ms = patience(at_ms)
        if wrap_up is not None:
            customer.wrap_up_ms = wrap_up(at_ms)
        if value is not None:
            customer.value_milli = value(at_ms)
        if marketing is None:
            customer.may_market = False
        else:
            customer.marketing_ms = marketing(at_ms)
            customer.may_market = share >= 1.0 or permission() < share

    return fill


def _moments(rates: list[tuple[int, int, float]], chance: Chance) -> Iterator[int]:
    """Yield the moments of a Poisson process with a piecewise constant rate (per millisecond).

    By inversion: the expected number of arrivals so far, as a function of time, is met by unit
    exponential steps.
    """
    expected = [0.0]
    for from_ms, until_ms, rate in rates:
        expected.append(expected[-1] + (until_ms - from_ms) * rate)
    reached = -log(1.0 - chance())
    for (from_ms, _, rate), before, after in zip(rates, expected, expected[1:], strict=False):
        while reached < after:
            yield from_ms + int((reached - before) / rate)
            reached -= log(1.0 - chance())
