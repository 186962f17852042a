"""What a virtual centre plays: a day, simulated or recorded, with its settings and its people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from config.routing import RoutingSettings
from router import events as e
from router.engine import Engine
from simulation.results_counts import ReplicationCounts
from simulation.virtual_customers import Customer
from simulation.virtual_guards import VirtualGuards
from simulation.virtual_offers import OfferDesk
from simulation.virtual_policies import Policy
from simulation.virtual_prices import PriceDesk
from simulation.virtual_staff import Staff
from simulation.virtual_watch import QueueWatch


class Centre(Protocol):
    """The centre, as far as those need it who put things on its agenda."""

    day: Day
    now_ms: int
    engine: Engine
    staff: Staff
    prices: PriceDesk
    guards: VirtualGuards | None
    looking: list[QueueWatch]

    def at(self, at_ms: int, happen: Callable[[Any], None], subject: Any = None) -> None:
        """Let something happen at a moment."""

    def tell(self, event: e.AnyEvent) -> None:
        """Tell the engine of an event."""

    def look(self) -> None:
        """Follow the displayed modes."""


class Day(ABC):
    """One day to play. Times are milliseconds since 1970; what happens from `counted_from_ms`
    until `end_ms` is counted, and nobody arrives after that.

    `trunk_lines` has the queues whose number of lines is limited.
    """

    start_ms: int
    counted_from_ms: int
    end_ms: int
    trunk_lines: dict[str, int]

    @abstractmethod
    def settings(self, policy: Policy) -> RoutingSettings:
        """Return what the engine is told. Raises ValueError if the policy lacks what it needs."""

    @abstractmethod
    def staff(self, counts: ReplicationCounts) -> Staff:
        """Return the agents, nobody at work yet."""

    @abstractmethod
    def prices(self, settings: RoutingSettings, policy: Policy) -> PriceDesk:
        """Return what works out the prices of the policy "optimal"."""

    def offers(self, counts: ReplicationCounts) -> OfferDesk | None:
        """Return who presents products to customers with tastes; None: nothing is presented."""
        return None

    @property
    @abstractmethod
    def groups(self) -> Sequence[str]:
        """The names of the agents' groups."""

    @abstractmethod
    def customers(self) -> Iterable[Iterator[Customer]]:
        """Return those who come, in one or more rows, each in order of arrival."""

    @abstractmethod
    def again(self, customer: Customer) -> Customer | None:
        """Return the next try of one who gave up, None if there is none."""

    @abstractmethod
    def plan_staff(self, centre: Centre) -> None:
        """Let those sign in who are at work at the start, and plan what agents do by the clock."""

    @abstractmethod
    def plan_hours(self, centre: Centre) -> None:
        """Open or close the queues, and plan when they open and close later."""
