"""The price watch: which models of the gate are to be solved, from what the decisions tell.

It runs beside the engine (in the follower, in a simulation), never in it: what comes of solving
goes back as an event. Fed with the decisions alone, it is the same code live and in virtual time.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from math import exp, log
from typing import NamedTuple

from config.gate import GateSettings
from contacts.vocabulary import AgentState, Channel, Disposition
from gate.estimates import (
    ARRIVAL_WINDOW_MS,
    estimated_arrivals_per_hour,
    estimated_mean_ms,
    estimated_patience_ms,
)
from gate.model import HOUR_MS, GateModel
from gate.observed import ObservedQueue, Times
from gate.sharing import shared_out
from gate.values import EqualValues, SampledValues, Values
from queues.contact_queue import ContactQueue
from router import decisions as d
from router.state import RoutingState

CHECK_EVERY_MS = 10_000
RATE_STEP = 0.01
VALUES_KEPT = 500
VALUES_RENEWED_AFTER = 100
USUAL_LOAD_RATIO = 0.8
ARRIVALS_PRIOR_MS = 30_000


class Wanted(NamedTuple):
    """A queue's model to be solved."""

    queue_id: str
    model: GateModel


class _Watched:
    """What is known of one queue."""

    def __init__(self, now_ms: int, window_ms: int) -> None:
        self.seen = ObservedQueue(now_ms, window_ms)
        self.values: deque[int | None] = deque(maxlen=VALUES_KEPT)
        self.new_values = 0
        self.distribution: Values | None = None
        self.told: GateModel | None = None
        self.told_at_ms = 0


class PriceWatch:
    """Follows decisions and says which queues with the policy "optimal" need new prices.

    New prices are due every `gate.recompute_ms`, and when the number of agents has changed (looked
    at every ten seconds). Who serves several queues is shared out so that these are loaded evenly.
    """

    def __init__(self, window_ms: int = ARRIVAL_WINDOW_MS) -> None:
        self._window_ms = window_ms
        self._queues: dict[str, _Watched] = {}
        self._started_at_ms: int | None = None
        self._checked_at_ms: int | None = None

    def remember(self, queue_id: str, times: Times, now_ms: int) -> None:
        """Take in what is known from before: times, faded to what they count now."""
        self._watched(queue_id, now_ms).seen.times.add(times)

    def take(self, decisions: Iterable[d.AnyDecision], now_ms: int) -> None:
        """Count what decisions did at a moment; arrivals are counted from the first call on."""
        if self._started_at_ms is None:
            self._started_at_ms = now_ms
        for one in decisions:
            match one:
                case d.ContactQueued():
                    self._arrived(one, now_ms)
                case d.ContactRequeued() if one.new_entry:
                    self._watched(one.queue_id, now_ms).seen.arrived(now_ms)
                case d.OutcomeRecorded():
                    self._over(one, now_ms)
                case _:
                    pass

    def wanted(self, state: RoutingState, now_ms: int) -> list[Wanted]:
        """Return the models that are to be solved now; each is told once."""
        if self._checked_at_ms is not None and now_ms - self._checked_at_ms < CHECK_EVERY_MS:
            return []
        priced = [
            queue
            for queue in state.queues.values()
            if queue.settings.gate.policy == "optimal" and not queue.is_removed
        ]
        if not priced:
            return []
        self._checked_at_ms = now_ms
        models = self.models(state, now_ms)
        found = []
        for queue in priced:
            queue_id = queue.settings.queue_id
            watched, model = self._queues[queue_id], models.get(queue_id)
            if model is not None and _is_due(watched, model, queue.settings.gate, now_ms):
                watched.told, watched.told_at_ms = model, now_ms
                found.append(Wanted(queue_id, model))
        return found

    def models(self, state: RoutingState, now_ms: int) -> dict[str, GateModel]:
        """Return the model of every queue that has agents, as it is estimated now."""
        times = {
            queue_id: self._estimated(queue, now_ms) for queue_id, queue in state.queues.items()
        }
        work = {queue_id: one.per_hour * one.service_ms for queue_id, one in times.items()}
        agents = shared_out(servers(state), work)
        return {
            queue_id: self._model(state.queues[queue_id], one, agents[queue_id])
            for queue_id, one in times.items()
            if round(agents[queue_id]) >= 1
        }

    # --- counting ----------------------------------------------------------------------

    def _watched(self, queue_id: str, now_ms: int) -> _Watched:
        watched = self._queues.get(queue_id)
        if watched is None:
            since_ms = now_ms if self._started_at_ms is None else self._started_at_ms
            watched = self._queues[queue_id] = _Watched(since_ms, self._window_ms)
        return watched

    def _arrived(self, one: d.ContactQueued, now_ms: int) -> None:
        watched = self._watched(one.queue_id, now_ms)
        watched.seen.arrived(now_ms)
        value_milli = -1 if one.value_milli is None else one.value_milli
        watched.values.append(value_milli if one.may_market else None)
        watched.new_values += 1

    def _over(self, one: d.OutcomeRecorded, now_ms: int) -> None:
        seen = self._watched(one.queue_id, now_ms).seen
        seen.left_queue(one.wait_ms, gave_up=one.disposition is Disposition.ABANDONED)
        if one.accepted_at_ms is not None:
            seen.served(one.talk_ms + one.hold_ms + one.wrap_up_ms, one.marketing_ms)

    # --- estimating --------------------------------------------------------------------

    def _estimated(self, queue: ContactQueue, now_ms: int) -> _Estimated:
        seen = self._watched(queue.settings.queue_id, now_ms).seen
        seen.fade(now_ms)
        times, gate = seen.times, queue.settings.gate
        service_ms = estimated_mean_ms(times.service_ms, times.served, gate.expected_service_ms)
        usual = USUAL_LOAD_RATIO * max(queue.lines[""].ready_agents, 1) * HOUR_MS / service_ms
        arrived, elapsed_ms = seen.recent_arrivals(now_ms)
        return _Estimated(
            per_hour=estimated_arrivals_per_hour(arrived, elapsed_ms, usual, ARRIVALS_PRIOR_MS),
            service_ms=service_ms,
            marketing_ms=estimated_mean_ms(
                times.marketing_ms, times.marketed, gate.expected_marketing_ms
            ),
            patience_ms=estimated_patience_ms(
                times.wait_ms, times.abandoned, gate.expected_patience_ms
            ),
        )

    def _model(self, queue: ContactQueue, one: _Estimated, agents: float) -> GateModel:
        """Return the model; its numbers are rounded to steps of 1 %, so that few are solved."""
        gate = queue.settings.gate
        return GateModel(
            agents=1,
            arrivals_per_hour=_in_steps(one.per_hour),
            service_ms=_in_steps(one.service_ms),
            marketing_ms=_in_steps(one.marketing_ms),
            patience_ms=_in_steps(one.patience_ms),
            waiting_cost_per_s=gate.wait_cost_milli_per_s / 1000,
            values=self._values(queue.settings.queue_id, gate.value_milli),
        ).with_agents(agents)

    def _values(self, queue_id: str, usual_milli: int) -> Values:
        """Return the values of recent contacts; taken anew after every hundred of them."""
        watched = self._queues[queue_id]
        if watched.distribution is None or watched.new_values >= VALUES_RENEWED_AFTER:
            watched.distribution = values_of(watched.values, usual_milli)
            watched.new_values = 0
        return watched.distribution


class _Estimated(NamedTuple):
    per_hour: float
    service_ms: float
    marketing_ms: float
    patience_ms: float


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


def servers(state: RoutingState) -> list[tuple[float, tuple[str, ...]]]:
    """Return how many contacts agents who are at work can serve at once, and of which queues.

    Who serves several channels counts for each in part.
    """
    numbers: dict[tuple[str, ...], float] = defaultdict(float)
    for agent in state.agents.values():
        if agent.state is not AgentState.READY or agent.lost_until_ms is not None:
            continue
        queues: dict[Channel, list[str]] = defaultdict(list)
        for line in state.matcher.lines_of(agent):
            if not line.extra:
                queues[line.settings.channel].append(line.settings.queue_id)
        for channel, served in queues.items():
            most = agent.capacity.get(channel, 0)
            numbers[tuple(served)] += most / len(queues)
    return [(number, queues) for queues, number in numbers.items()]


def _is_due(watched: _Watched, model: GateModel, gate: GateSettings, now_ms: int) -> bool:
    told = watched.told
    if told is None or told.agents != model.agents:
        return True
    return now_ms - watched.told_at_ms >= gate.recompute_ms and model != told


def _in_steps(number: float) -> float:
    return exp(round(log(number) / RATE_STEP) * RATE_STEP)
