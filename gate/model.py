"""The model behind the gate: one pool of agents who serve, and may go on to market.

Contacts arrive (Poisson), wait for one of N agents, are served (exponential, mean S) and may leave
while they wait (exponential patience, mean P). When a service ends the agent may go on to market to
that customer (exponential, mean X). A marketing attempt is worth a value; each second that each
customer waits costs `waiting_cost_per_s`. Armony and Gurvich (2010), "When promotions meet
operations: cross-selling and its effect on call center performance", M&SOM 12(3), here with
abandonment.

The state is (n, m): `n` contacts in the system (waiting, served or marketed to), `m` of them
marketed to. `n - N` of them wait if that is positive; the other agents serve or are idle.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite

from gate.values import EqualValues, Values

HOUR_MS = 3_600_000


class UnstableModelError(ValueError):
    """More work arrives than the agents can do, and nobody leaves: the queue grows for ever."""

    def __init__(self, load_ratio: float, doing: str) -> None:
        super().__init__(
            f"the load while {doing} is {load_ratio:.3f}, and nobody leaves while waiting: "
            "the queue would grow for ever; give a patience, more agents or fewer arrivals"
        )
        self.load_ratio = load_ratio


@dataclass(frozen=True, slots=True)
class GateModel:
    """One queue's agents, arrivals and times (means, in milliseconds), values and waiting cost.

    `patience_ms` is None if nobody leaves while waiting. Raises ValueError for a number that
    cannot be.
    """

    agents: int
    arrivals_per_hour: float
    service_ms: float
    marketing_ms: float
    patience_ms: float | None
    waiting_cost_per_s: float
    values: Values = field(default_factory=EqualValues)

    def __post_init__(self) -> None:
        if self.agents < 1:
            raise ValueError(f"agents is {self.agents}; the gate needs at least 1")
        for name in ("arrivals_per_hour", "service_ms", "marketing_ms", "patience_ms"):
            number = getattr(self, name)
            if number is not None and not (isfinite(number) and number > 0):
                raise ValueError(f"{name} is {number}; give a number above 0")
        if not (isfinite(self.waiting_cost_per_s) and self.waiting_cost_per_s >= 0):
            raise ValueError(
                f"waiting_cost_per_s is {self.waiting_cost_per_s}; give a number of at least 0"
            )

    @property
    def load_ratio(self) -> float:
        """Return the work that arrives ÷ what the agents can do, without marketing."""
        return self.arrivals_per_hour * self.service_ms / HOUR_MS / self.agents

    def load_with_marketing(self, share: float) -> float:
        """Return the load if `share` of the served customers are marketed to."""
        both_ms = self.service_ms + share * self.marketing_ms
        return self.arrivals_per_hour * both_ms / HOUR_MS / self.agents

    def with_agents(self, agents: float) -> GateModel:
        """Return the same queue at the same load with a whole number of agents, at least 1.

        `self` counts all that arrives; `agents` need not be whole where some serve other queues,
        too.
        """
        whole = max(round(agents), 1)
        per_hour = self.arrivals_per_hour * whole / agents
        return replace(self, agents=whole, arrivals_per_hour=round(per_hour, 6))

    def basis(self) -> dict[str, float]:
        """Return the numbers the model stands on, by name, for the record."""
        numbers = {
            "agents": float(self.agents),
            "arrivals_per_hour": self.arrivals_per_hour,
            "service_ms": self.service_ms,
            "marketing_ms": self.marketing_ms,
            "load_ratio": self.load_ratio,
        }
        if self.patience_ms is not None:
            numbers["patience_ms"] = self.patience_ms
        return {name: round(number, 3) for name, number in numbers.items()}

    @property
    def patience_mean_ms(self) -> int:
        """Return the mean patience in whole milliseconds, 0 if nobody gives up."""
        return 0 if self.patience_ms is None else round(self.patience_ms)

    def require_stable(self, share: float = 0.0) -> None:
        """Raise UnstableModelError if the queue would grow for ever, marketing to `share`."""
        load = self.load_with_marketing(share)
        if self.patience_ms is None and load >= 1.0:
            doing = f"marketing to {share:.0%} of customers" if share else "serving only"
            raise UnstableModelError(load, doing)
