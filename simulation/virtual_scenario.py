"""One replication of a scenario, as a day that a virtual centre plays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.hours import is_open, next_change_ms
from config.routing import RoutingSettings
from router import events as e
from simulation.results_counts import ReplicationCounts
from simulation.results_offers import OfferCounts
from simulation.scenario import Scenario, ScenarioQueue
from simulation.scenario_periods import boundaries_ms
from simulation.virtual_customers import Customer, again, busyness, customers
from simulation.virtual_day import Centre, Day
from simulation.virtual_offers import OfferDesk
from simulation.virtual_policies import Policy
from simulation.virtual_prices import PriceDesk, scenario_prices
from simulation.virtual_staff import ScenarioStaff


class ScenarioDay(Day):
    """Everything chance decides depends on `seed` and `replication` only."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self._scenario = scenario
        self._names = (seed, replication)
        self._queues = {one.queue_id: one for one in scenario.queues}
        self._busyness = busyness(scenario, seed, replication)
        self.start_ms = scenario.start_ms
        self.counted_from_ms = scenario.counted_from_ms
        self.end_ms = scenario.end_ms
        self.trunk_lines = {
            one.queue_id: one.trunk_lines for one in scenario.queues if one.trunk_lines is not None
        }

    def settings(self, policy: Policy) -> RoutingSettings:
        """See `Day`."""
        gates = policy.gates({one.queue_id: one.gate for one in self._scenario.queues})
        return self._scenario.routing(gates)

    def staff(self, counts: ReplicationCounts) -> ScenarioStaff:
        """See `Day`."""
        self._staff = ScenarioStaff(self._scenario, counts)
        return self._staff

    def prices(self, settings: RoutingSettings, policy: Policy) -> PriceDesk:
        """See `Day`."""
        return scenario_prices(self._scenario, settings.queues, policy.prices, self._busyness)

    def offers(self, counts: ReplicationCounts) -> OfferDesk | None:
        """See `Day`."""
        tastes = self._scenario.tastes
        if tastes is None:
            return None
        counts.offers = OfferCounts(counts.from_ms, counts.until_ms)
        return OfferDesk(tastes, self.start_ms, counts.offers, *self._names)

    @property
    def groups(self) -> Sequence[str]:
        """See `Day`."""
        return [one.name for one in self._scenario.groups]

    def customers(self) -> Iterable[Iterator[Customer]]:
        """Yield each queue's customers."""
        for queue in self._scenario.queues:
            yield customers(self._scenario, queue, *self._names, self._busyness)

    def again(self, customer: Customer) -> Customer | None:
        """See `Day`."""
        return again(customer, self._queues[customer.queue_id], *self._names)

    def plan_staff(self, centre: Centre) -> None:
        """See `Day`."""

        def change(_: None) -> None:
            for event in self._staff.changes(centre.now_ms):
                centre.tell(event)
            centre.look()

        change(None)
        staffing = [period for group in self._scenario.groups for period in group.staffing]
        for at_ms in boundaries_ms(staffing, self.start_ms, self.end_ms):
            centre.at(at_ms, change)

    def plan_hours(self, centre: Centre) -> None:
        """See `Day`."""

        def open_or_close(queue: ScenarioQueue) -> None:
            shall = is_open(queue.hours, queue.time_zone, centre.now_ms)
            event = e.QueueOpened if shall else e.QueueClosed
            centre.tell(event(event_id="", at_ms=centre.now_ms, queue_id=queue.queue_id))
            change_ms = next_change_ms(queue.hours, queue.time_zone, centre.now_ms)
            if change_ms is not None and change_ms <= self.end_ms:
                centre.at(change_ms, open_or_close, queue)

        for queue in self._scenario.queues:
            open_or_close(queue)
