"""The model's numbers, estimated from what was seen. Pure.

Means are shrunk towards a prior: `prior` counts as `weight` observations, so that the first few
contacts of the day do not swing the gate. For exponential times this is the posterior mean of the
rate's inverse under a gamma prior. `docs/gate.md` says how much of the optimum is kept with which
windows; in short: arrivals over the last hour, times over the last working days.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from gate.model import HOUR_MS

ARRIVAL_WINDOW_MS = HOUR_MS
TIME_WEIGHT = 20.0
PATIENCE_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How surely the model's four numbers are known: the shapes of their rates' gamma posteriors.

    About the number of observations behind each, the prior's weight included; a rate's relative
    standard deviation is 1 / sqrt(shape). Raises ValueError for a shape below 1.
    """

    arrivals: float
    service: float
    marketing: float
    patience: float

    def __post_init__(self) -> None:
        for name, shape in zip(self.__slots__, self.shapes, strict=True):
            if not (isfinite(shape) and shape >= 1.0):
                raise ValueError(
                    f"the shape of {name} is {shape}; give the number of observations and the "
                    "prior's weight together, at least 1"
                )

    @property
    def shapes(self) -> tuple[float, float, float, float]:
        """Return the shapes of arrivals, service, marketing and patience."""
        return (self.arrivals, self.service, self.marketing, self.patience)


def uncertainty_of(
    arrived: float,
    served: float,
    marketed: float,
    abandoned: float,
    weight: float = TIME_WEIGHT,
    patience_weight: float = PATIENCE_WEIGHT,
) -> Uncertainty:
    """Return how surely numbers are known that were estimated from so many events.

    The events of the same windows, and the weights, as in the estimates: arrivals, services,
    times of marketing, abandonments. An arrival rate has no prior but one arrival.
    """
    return Uncertainty(
        arrivals=arrived + 1.0,
        service=served + weight,
        marketing=marketed + weight,
        patience=abandoned + patience_weight,
    )


def estimated_mean_ms(
    total_ms: float, count: float, prior_ms: float, weight: float = TIME_WEIGHT
) -> float:
    """Return the mean of `count` times that last `total_ms` together, shrunk towards the prior."""
    _require(count, prior_ms, weight)
    return (total_ms + weight * prior_ms) / (count + weight)


def estimated_patience_ms(
    waited_ms: float, abandoned: float, prior_ms: float, weight: float = PATIENCE_WEIGHT
) -> float:
    """Return the mean patience, from all waiting (also of those answered) and who abandoned.

    The maximum likelihood estimate for exponential patience, censored when a contact is answered,
    is all waiting ÷ abandonments (Mandelbaum and Zeltyn 2007); here shrunk towards the prior.
    """
    _require(abandoned, prior_ms, weight)
    return (waited_ms + weight * prior_ms) / (abandoned + weight)


def estimated_arrivals_per_hour(
    arrived: float, elapsed_ms: float, prior_per_hour: float, prior_ms: float = HOUR_MS / 20
) -> float:
    """Return the arrival rate from `arrived` in `elapsed_ms`; the prior counts as `prior_ms` more.

    Above 0 always, as the model needs.
    """
    _require(arrived, prior_per_hour, prior_ms)
    return (arrived + prior_per_hour * prior_ms / HOUR_MS) / (elapsed_ms + prior_ms) * HOUR_MS


def _require(count: float, prior: float, weight: float) -> None:
    if count < 0 or prior <= 0 or weight <= 0:
        raise ValueError(
            f"{count} seen, prior {prior} and weight {weight} give no estimate; "
            "give a count from 0 up, and prior and weight above 0"
        )
