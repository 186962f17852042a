"""One queue's numbers for the gate's model, estimated from what happened in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import exp, log, sqrt
from typing import NamedTuple

from config.gate import GateSettings
from contacts.vocabulary import Disposition
from gate.estimates import (
    Uncertainty,
    estimated_arrivals_per_hour,
    estimated_mean_ms,
    estimated_patience_ms,
    uncertainty_of,
)
from gate.model import HOUR_MS, GateModel
from gate.observed import ObservedQueue, Times
from gate.values import EqualValues, SampledValues, Values
from router import decisions as d

VALUES_KEPT = 500
VALUES_RENEWED_AFTER = 100
USUAL_LOAD_RATIO = 0.8
ARRIVALS_PRIOR_MS = 30_000
FINEST_STEP, COARSEST_STEP = 0.01, 0.05
STEP_OF_DEVIATION = 0.4
SHAPE_STEP = 0.2


class Estimate(NamedTuple):
    """Arrivals per hour, mean times in milliseconds, how sure they are, and customers' values.

    All rounded, to steps smaller than what is not known, so that the same model is not solved over
    and over.
    """

    per_hour: float
    service_ms: float
    marketing_ms: float
    patience_ms: float
    uncertainty: Uncertainty
    values: Values

    @property
    def work(self) -> float:
        """The work that arrives, in milliseconds an hour."""
        return self.per_hour * self.service_ms

    def model(self, gate: GateSettings, agents: float) -> GateModel:
        """Return the model of the queue with so many agents (see `GateModel.with_agents`)."""
        return GateModel(
            agents=1,
            arrivals_per_hour=self.per_hour,
            service_ms=self.service_ms,
            marketing_ms=self.marketing_ms,
            patience_ms=self.patience_ms,
            waiting_cost_per_s=gate.wait_cost_milli_per_s / 1000,
            values=self.values,
        ).with_agents(agents)


class QueueEstimates:
    """Takes in what the decisions say of one queue's contacts. Times are milliseconds."""

    def __init__(self, since_ms: int, window_ms: int) -> None:
        self._seen = ObservedQueue(since_ms, window_ms)
        self._brought = _RecentValues()
        self._products = _RecentValues()

    def remember(self, times: Times) -> None:
        """Take in times from before."""
        self._seen.times.add(times)

    def arrived(self, now_ms: int, one: d.ContactQueued | None = None) -> None:
        """A contact entered; None: again, from another queue."""
        self._seen.arrived(now_ms)
        if one is not None:
            value_milli = -1 if one.value_milli is None else one.value_milli
            self._brought.add(value_milli if one.may_market else None)

    def decided(self, one: d.MarketingDecided) -> None:
        """The gate compared this queue's price with a customer's value, or had no product."""
        if one.reason.startswith("products_"):
            self._products.add(None)
        elif one.reason.startswith("policy_") and one.price_milli is not None:
            self._products.add(one.value_milli)

    def over(self, one: d.OutcomeRecorded) -> None:
        """A contact left the queue, and its agent if it had one."""
        gave_up = one.disposition is Disposition.ABANDONED
        self._seen.left_queue(one.wait_ms, gave_up=gave_up)
        if one.accepted_at_ms is not None:
            self._seen.served(one.talk_ms + one.hold_ms + one.wrap_up_ms, one.marketing_ms)

    def estimate(self, gate: GateSettings, agents: int, now_ms: int) -> Estimate:
        """Return the numbers as they are estimated now; `agents` who are ready, for the prior."""
        self._seen.fade(now_ms)
        times = self._seen.times
        arrived, elapsed_ms = self._seen.recent_arrivals(now_ms)
        sure = uncertainty_of(arrived, times.served, times.marketed, times.abandoned)
        service_ms = estimated_mean_ms(times.service_ms, times.served, gate.expected_service_ms)
        usual = USUAL_LOAD_RATIO * max(agents, 1) * HOUR_MS / service_ms
        per_hour = estimated_arrivals_per_hour(arrived, elapsed_ms, usual, ARRIVALS_PRIOR_MS)
        marketing_ms = estimated_mean_ms(
            times.marketing_ms, times.marketed, gate.expected_marketing_ms
        )
        patience_ms = estimated_patience_ms(
            times.wait_ms, times.abandoned, gate.expected_patience_ms
        )
        return Estimate(
            per_hour=_in_steps(per_hour, sure.arrivals),
            service_ms=_in_steps(service_ms, sure.service),
            marketing_ms=_in_steps(marketing_ms, sure.marketing),
            patience_ms=_in_steps(patience_ms, sure.patience),
            uncertainty=Uncertainty(*(max(_rounded(one, SHAPE_STEP), 1.0) for one in sure.shapes)),
            values=self._values_now(gate),
        )

    def _values_now(self, gate: GateSettings) -> Values:
        """Return the values of recent contacts; of products once enough of them were seen."""
        if gate.value_from == "products" and self._products.is_enough:
            return self._products.distribution(gate.value_milli)
        return self._brought.distribution(gate.value_milli)


class _RecentValues:
    """The last values seen; their distribution is taken anew after every hundred of them."""

    def __init__(self) -> None:
        self._seen: deque[int | None] = deque(maxlen=VALUES_KEPT)
        self._new = 0
        self._distribution: Values | None = None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to go by."""
        return len(self._seen) >= VALUES_RENEWED_AFTER

    def add(self, value_milli: int | None) -> None:
        """See a value as `values_of` takes it."""
        self._seen.append(value_milli)
        self._new += 1

    def distribution(self, usual_milli: int) -> Values:
        """Return the distribution to go by now."""
        if self._distribution is None or self._new >= VALUES_RENEWED_AFTER:
            self._distribution = values_of(self._seen, usual_milli)
            self._new = 0
        return self._distribution


def values_of(seen: Iterable[int | None], usual_milli: int) -> Values:
    """Return the distribution of values: thousandths, -1 for the queue's usual one.

    None is a customer who may not be marketed to.
    """
    known = list(seen)
    milli = [usual_milli if one == -1 else one for one in known if one is not None]
    if not milli:
        return EqualValues(usual_milli / 1000, 0.0 if known else 1.0)
    share = len(milli) / len(known)
    if min(milli) == max(milli):
        return EqualValues(milli[0] / 1000, share)
    return SampledValues(tuple(sorted(one / 1000 for one in milli)), share)


def _in_steps(number: float, shape: float) -> float:
    """Round to steps well below the number's relative standard deviation: 1 to 5 %."""
    step = STEP_OF_DEVIATION / sqrt(shape)
    return _rounded(number, min(max(step, FINEST_STEP), COARSEST_STEP))


def _rounded(number: float, step: float) -> float:
    return exp(round(log(number) / step) * step)
