"""A journal's days as days to replay: its own contacts, agents, queues and switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from config.gate import GateSettings
from config.routing import QueueSettings, RoutingSettings, WrapUpSettings
from queues.local_time import HALF_HOUR_MS
from simulation.journal_fold import Leg
from simulation.recorded_patience import PatienceEstimate, WaitObservation, patience_of
from simulation.replay_plan import Fact, ReplayContact, ReplayPlan, ReplayShift, Switch
from simulation.scenario_draws import Exponential
from simulation.virtual_draws import Sampler, sampler, stream

FEWEST_MARKETED = 30


@dataclass(frozen=True)
class JournalDay:
    """One day of a journal that begins at `midnight_ms`. `legs` are those that began in it, in
    order; `all_legs` those of all days, to estimate from where a day says too little.

    `switches` begin with how each queue stood at midnight. `marketing_mean_ms` is for customers to
    whom nobody marketed, unless enough of the others show how long it takes.
    """

    date: str
    midnight_ms: int
    legs: Sequence[Leg]
    all_legs: Sequence[Leg]
    settings: RoutingSettings
    shifts: Sequence[ReplayShift]
    switches: Sequence[Switch]
    marketing_mean_ms: int

    def plan(self, seed: int) -> ReplayPlan:
        """See `ReplaySource`."""
        draws = _Draws(self, seed)
        queues = {one.queue_id: one for one in self.settings.queues}
        legs = [leg for leg in self.legs if leg.outcome.queue_id in queues]
        shifts = tuple(sorted(self.shifts, key=lambda one: (one.from_ms, one.agent_id)))
        first_ms = min([one.outcome.queued_at_ms for one in legs] + [s.from_ms for s in shifts])
        last_ms = max([one.outcome.queued_at_ms for one in legs] + [s.until_ms for s in shifts])
        begun = (first_ms - self.midnight_ms) // HALF_HOUR_MS
        over = -(-(last_ms - self.midnight_ms) // HALF_HOUR_MS)
        start_ms = self.midnight_ms + begun * HALF_HOUR_MS
        return ReplayPlan(
            date=self.date,
            midnight_ms=self.midnight_ms,
            start_ms=start_ms,
            end_ms=self.midnight_ms + (over + 1) * HALF_HOUR_MS,
            settings=RoutingSettings(
                queues=[_with_recorded_wrap_up(one, legs) for one in queues.values()],
                limits=self.settings.limits,
            ),
            contacts=tuple(draws.contact(leg, queues[leg.outcome.queue_id]) for leg in legs),
            shifts=shifts,
            switches=tuple(
                Switch(max(one.at_ms, start_ms), one.queue_id, one.opens)
                for one in self.switches
                if one.queue_id in queues
            ),
            facts=tuple(_fact(leg) for leg in legs),
        )

    def with_worth(self, value_milli: int | None, cost_milli: int | None) -> JournalDay:
        """Return the day with another worth of marketing or cost of waiting, where given."""
        change = {"value_milli": value_milli, "wait_cost_milli_per_s": cost_milli}
        given = {name: number for name, number in change.items() if number is not None}
        queues = [
            one.model_copy(
                update={"gate": GateSettings.model_validate({**one.gate.model_dump(), **given})}
            )
            for one in self.settings.queues
        ]
        settings = self.settings.model_copy(update={"queues": queues})
        return replace(self, settings=settings)


class _Draws:
    """What is not in the journal, drawn with one seed."""

    def __init__(self, day: JournalDay, seed: int) -> None:
        self._patience = patience_of_legs(day.legs) or patience_of_legs(day.all_legs)
        self._patience_rng = Random(f"{seed}/{day.date}/patience")
        self._served_rng = Random(f"{seed}/{day.date}/service")
        self._served = _answered_by_queue(day.all_legs)
        self._everyone = [leg for legs in self._served.values() for leg in legs]
        marketed = [leg.outcome.marketing_ms for leg in day.all_legs if leg.outcome.marketing_ms]
        self._marketing = _marketing_sampler(marketed, day.marketing_mean_ms, seed, day.date)

    def contact(self, leg: Leg, queue: QueueSettings) -> ReplayContact:
        outcome, arrival = leg.outcome, leg.arrival
        marketing_ms = self._marketing(outcome.queued_at_ms)
        served = leg if leg.answered else self._another(outcome.queue_id)
        before_ms = outcome.queued_at_ms - leg.arrived_at_ms
        return ReplayContact(
            contact_id=arrival.contact_id if outcome.leg == 1 else _leg_id(leg),
            at_ms=outcome.queued_at_ms,
            queue_id=outcome.queue_id,
            service_ms=served.service_ms if served is not None else 0,
            marketing_ms=outcome.marketing_ms or marketing_ms,
            patience_ms=self._patience_ms(leg),
            wrap_up_ms=_wrap_up_ms(served, queue),
            wait_credit_ms=arrival.wait_credit_ms + before_ms,
            priority=arrival.priority,
            requires=arrival.requires,
            reason=arrival.reason,
            customer_id=arrival.customer_id,
            value_milli=arrival.value_milli,
            may_market=arrival.may_market,
        )

    def _patience_ms(self, leg: Leg) -> int | None:
        if leg.answered is False:
            return leg.outcome.wait_ms
        estimate = self._patience.get(leg.outcome.queue_id)
        if estimate is None:
            return None
        return estimate.draw_beyond(leg.outcome.wait_ms, self._patience_rng)

    def _another(self, queue_id: str) -> Leg | None:
        """Return an answered leg to take the times of, of the queue if it has any."""
        legs = self._served.get(queue_id) or self._everyone
        return self._served_rng.choice(legs) if legs else None


def patience_of_legs(legs: Sequence[Leg]) -> Mapping[str, PatienceEstimate]:
    """Return the patience estimate by queue; empty when too few gave up."""
    observed: dict[str, list[WaitObservation]] = {}
    for leg in legs:
        one = WaitObservation(leg.outcome.wait_ms, leg.answered is False)
        observed.setdefault(leg.outcome.queue_id, []).append(one)
    try:
        return patience_of(observed)
    except ValueError:
        return {}


def _answered_by_queue(legs: Sequence[Leg]) -> dict[str, list[Leg]]:
    found: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.answered:
            found.setdefault(leg.outcome.queue_id, []).append(leg)
    return found


def _marketing_sampler(marketed: Sequence[int], mean_ms: int, seed: int, date: str) -> Sampler:
    chance = stream(seed, date, "marketing")
    if len(marketed) >= FEWEST_MARKETED:
        return lambda _: marketed[int(chance() * len(marketed))]
    return sampler(Exponential(kind="exponential", mean=mean_ms), chance)


def _with_recorded_wrap_up(queue: QueueSettings, legs: Sequence[Leg]) -> QueueSettings:
    """Let agents of a queue end the wrap-up when they did, also where they had made it longer."""
    if queue.wrap_up.kind == "none":
        return queue
    lengths = [leg.outcome.wrap_up_ms for leg in legs if leg.outcome.queue_id == queue.queue_id]
    longest_ms = max([queue.wrap_up.duration_ms, *lengths])
    wrap_up = WrapUpSettings.model_construct(kind="manual", duration_ms=longest_ms)
    return queue.model_copy(update={"wrap_up": wrap_up})


def _wrap_up_ms(served: Leg | None, queue: QueueSettings) -> int | None:
    if queue.wrap_up.kind == "none" or served is None:
        return None
    return served.outcome.wrap_up_ms


def _leg_id(leg: Leg) -> str:
    return f"{leg.arrival.contact_id}#{leg.outcome.leg}"


def _fact(leg: Leg) -> Fact:
    outcome = leg.outcome
    return Fact(
        outcome.queued_at_ms, outcome.queue_id, outcome.wait_ms, leg.answered, outcome.marketing_ms
    )
