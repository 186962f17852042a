"""The price watch: which models of the gate are to be solved, from what the decisions tell.

It runs beside the engine (in the follower, in a simulation), never in it: what comes of solving
goes back as an event. Fed with the decisions alone, it is the same code live and in virtual time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from config.gate import GateSettings
from contacts.vocabulary import AgentState, Channel
from gate.estimates import ARRIVAL_WINDOW_MS, Uncertainty
from gate.model import GateModel
from gate.observed import Times
from gate.sharing import shared_out
from queues.contact_queue import ContactQueue
from router import decisions as d
from router.queue_estimates import QueueEstimates
from router.state import RoutingState

CHECK_EVERY_MS = 10_000


class Wanted(NamedTuple):
    """A queue's model to be solved; `uncertainty` is None if its numbers are known exactly."""

    queue_id: str
    model: GateModel
    uncertainty: Uncertainty | None = None


class PriceWatch:
    """Follows decisions and says which queues with the policy "optimal" need new prices.

    New prices are due every `gate.recompute_ms` if the numbers have changed or the queue has no
    prices (the answer was lost, or the queue is new again), and when the number of agents has
    changed (looked at every ten seconds). Who serves several queues is shared out so that these
    are loaded evenly.
    """

    def __init__(self, window_ms: int = ARRIVAL_WINDOW_MS) -> None:
        self._window_ms = window_ms
        self._queues: dict[str, QueueEstimates] = {}
        self._told: dict[str, tuple[Wanted, int]] = {}
        self._started_at_ms: int | None = None
        self._checked_at_ms: int | None = None

    def remember(self, queue_id: str, times: Times, before_ms: int) -> None:
        """Take in the times of what was over at a moment, faded to what they counted then.

        Arrivals count from that moment on, so what is taken next must begin there.
        """
        self._estimates(queue_id, before_ms).remember(times)

    def take(self, decisions: Iterable[d.AnyDecision], now_ms: int) -> None:
        """Count what decisions did at a moment; arrivals are counted from the first call on."""
        if self._started_at_ms is None:
            self._started_at_ms = now_ms
        for one in decisions:
            match one:
                case d.ContactQueued():
                    self._estimates(one.queue_id, now_ms).arrived(now_ms, one)
                case d.ContactRequeued() if one.new_entry:
                    self._estimates(one.queue_id, now_ms).arrived(now_ms)
                case d.MarketingDecided(queue_id=str(queue_id)) if queue_id and not one.is_forecast:
                    self._estimates(queue_id, now_ms).decided(one)
                case d.OutcomeRecorded():
                    self._estimates(one.queue_id, now_ms).over(one)
                case _:
                    pass

    def wanted(self, state: RoutingState, now_ms: int) -> list[Wanted]:
        """Return the models that are to be solved now; each is told once."""
        if self._checked_at_ms is not None and now_ms - self._checked_at_ms < CHECK_EVERY_MS:
            return []
        if not any(_is_priced(queue.settings.gate) for queue in state.queues.values()):
            return []
        self._checked_at_ms = now_ms
        found = []
        for one in self.models(state, now_ms):
            queue = state.queues[one.queue_id]
            if not _is_priced(queue.settings.gate) or queue.is_removed:
                continue
            if self._is_due(one, queue, now_ms):
                self._told[one.queue_id] = one, now_ms
                found.append(one)
        return found

    def models(self, state: RoutingState, now_ms: int) -> list[Wanted]:
        """Return the model of every queue that has agents, as it is estimated now."""
        estimates = {
            queue_id: self._estimates(queue_id, now_ms).estimate(
                queue.settings.gate, queue.lines[""].ready_agents, now_ms
            )
            for queue_id, queue in state.queues.items()
        }
        agents = shared_out(servers(state), {name: one.work for name, one in estimates.items()})
        return [
            Wanted(name, one.model(state.queues[name].settings.gate, agents[name]), one.uncertainty)
            for name, one in estimates.items()
            if round(agents[name]) >= 1
        ]

    def _estimates(self, queue_id: str, now_ms: int) -> QueueEstimates:
        found = self._queues.get(queue_id)
        if found is None:
            since_ms = now_ms if self._started_at_ms is None else self._started_at_ms
            found = self._queues[queue_id] = QueueEstimates(since_ms, self._window_ms)
        return found

    def _is_due(self, now: Wanted, queue: ContactQueue, now_ms: int) -> bool:
        told, told_at_ms = self._told.get(now.queue_id, (None, 0))
        if told is None or told.model.agents != now.model.agents:
            return True
        is_news = now != told or queue.gate.prices is None
        return now_ms - told_at_ms >= queue.settings.gate.recompute_ms and is_news


def _is_priced(gate: GateSettings) -> bool:
    return gate.policy == "optimal"


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
