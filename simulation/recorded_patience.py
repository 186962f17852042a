"""Patience estimated from a record in which most callers were served before they lost it.

A caller who hung up shows their patience; one who was served only shows that it was longer than
their wait. The product-limit estimator handles such right-censored times: E. L. Kaplan and
P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958) 457-481. It was
applied to this call centre by L. Brown et al., "Statistical analysis of a telephone call center:
a queueing-science perspective", JASA 100 (2005) 36-50.
"""

import math
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TAIL_EVENTS_RATIO = 0.1
MIN_TAIL_EVENTS = 5
MIN_HANG_UPS_PER_QUEUE = 30
FEWEST_HANG_UPS = 2 * MIN_TAIL_EVENTS


@dataclass(frozen=True, slots=True)
class WaitObservation:
    """One caller's wait; `hung_up` False means censored: served while still patient."""

    wait_ms: int
    hung_up: bool


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """From `at_ms` on (until the next step) patience exceeds the time with `survival_ratio`."""

    at_ms: int
    survival_ratio: float


def kaplan_meier(observations: Sequence[WaitObservation]) -> tuple[SurvivalStep, ...]:
    """The product-limit estimate, one step for each distinct time at which somebody hung up.

    S(t) = product over steps up to t of (1 - hang-ups ÷ still waiting). At equal times hang-ups
    come before censorings, as Kaplan and Meier define it.
    """
    events = Counter(o.wait_ms for o in observations if o.hung_up)
    ended = Counter(o.wait_ms for o in observations)
    at_risk, survival, steps = len(observations), 1.0, []
    for at_ms in sorted(ended):
        if events[at_ms]:
            survival *= 1 - events[at_ms] / at_risk
            steps.append(SurvivalStep(at_ms, survival))
        at_risk -= ended[at_ms]
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class PatienceEstimate:
    """A patience distribution: steps up to `tail_from_ms`, exponential beyond it.

    `tail_hazard_per_ms` is the constant rate of hanging up in the tail.
    """

    steps: tuple[SurvivalStep, ...]
    tail_from_ms: int
    tail_hazard_per_ms: float

    def survival_ratio(self, wait_ms: int) -> float:
        """The estimated share of callers who are still patient after `wait_ms`."""
        index = bisect_right(self.steps, min(wait_ms, self.tail_from_ms), key=_at_ms)
        survival = self.steps[index - 1].survival_ratio if index else 1.0
        beyond_ms = max(wait_ms - self.tail_from_ms, 0)
        return survival * math.exp(-self.tail_hazard_per_ms * beyond_ms)

    def draw_beyond(self, wait_ms: int, rng: random.Random) -> int:
        """A patience in ms, drawn from the estimate given that it exceeds `wait_ms`."""
        target = self.survival_ratio(wait_ms) * (1 - rng.random())
        for step in self.steps[bisect_right(self.steps, wait_ms, key=_at_ms) :]:
            if step.survival_ratio <= target:
                return step.at_ms
        beyond_ms = math.log(self.survival_ratio(self.tail_from_ms) / target)
        drawn_ms = self.tail_from_ms + round(beyond_ms / self.tail_hazard_per_ms)
        return max(drawn_ms, wait_ms + 1)


def _at_ms(step: SurvivalStep) -> int:
    return step.at_ms


def estimate_patience(observations: Sequence[WaitObservation]) -> PatienceEstimate:
    """Kaplan-Meier with an exponential tail in place of the last tenth of the hang-ups.

    So few callers are left there that single steps mean little, and beyond the last hang-up the
    estimator says nothing at all. The tail's hazard is its maximum-likelihood estimate: hang-ups
    in the tail ÷ time spent waiting in it. Raises `ValueError` when fewer than
    `FEWEST_HANG_UPS` callers hung up after some waiting.
    """
    hang_ups = sorted(o.wait_ms for o in observations if o.hung_up and o.wait_ms > 0)
    if len(hang_ups) < FEWEST_HANG_UPS:
        raise ValueError(
            f"{len(hang_ups)} hang-ups are too few to estimate patience; "
            f"pool queues or days until there are {FEWEST_HANG_UPS}"
        )
    in_tail = max(MIN_TAIL_EVENTS, math.ceil(TAIL_EVENTS_RATIO * len(hang_ups)))
    tail_from_ms = max((ms for ms in hang_ups if ms < hang_ups[-in_tail]), default=0)
    exposure_ms = sum(max(o.wait_ms - tail_from_ms, 0) for o in observations)
    events = sum(wait_ms > tail_from_ms for wait_ms in hang_ups)
    steps = tuple(s for s in kaplan_meier(observations) if s.at_ms <= tail_from_ms)
    return PatienceEstimate(steps, tail_from_ms, events / exposure_ms)


def patience_of(observed: Mapping[str, Sequence[WaitObservation]]) -> dict[str, PatienceEstimate]:
    """The patience estimate of every queue; queues in which fewer than `MIN_HANG_UPS_PER_QUEUE`
    hung up share one estimate from all. Raises `ValueError` when even those are too few."""
    pooled = estimate_patience([o for queue in observed.values() for o in queue])
    return {
        queue_id: estimate_patience(queue)
        if sum(o.hung_up for o in queue) >= MIN_HANG_UPS_PER_QUEUE
        else pooled
        for queue_id, queue in observed.items()
    }
