"""A recorded day, as a virtual centre plays it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.routing import RoutingSettings
from gate.estimates import ARRIVAL_WINDOW_MS
from router import events as e
from simulation.replay_plan import ReplayContact, ReplayPlan, Switch
from simulation.replay_staff import ReplayStaff, pool_name, served_by
from simulation.results_counts import ReplicationCounts
from simulation.virtual_customers import Customer
from simulation.virtual_day import Centre, Day
from simulation.virtual_policies import Policy
from simulation.virtual_prices import EstimatedPrices, PriceDesk, priced


class ReplayCustomer(Customer):
    """A customer of the record, who brings what the bridge said of them then."""

    __slots__ = ("contact",)

    def __init__(self, contact: ReplayContact) -> None:
        super().__init__(contact.queue_id, contact.contact_id, contact.at_ms)
        self.contact = contact
        self.service_ms = contact.service_ms
        self.marketing_ms = contact.marketing_ms
        self.patience_ms = contact.patience_ms
        self.wrap_up_ms = contact.wrap_up_ms
        self.value_milli = contact.value_milli
        self.may_market = contact.may_market

    def arrival(self, now_ms: int) -> e.ContactArrived:
        """See `Customer`."""
        one = self.contact
        return e.ContactArrived(
            event_id="",
            at_ms=now_ms,
            contact_id=one.contact_id,
            queue_id=one.queue_id,
            priority=one.priority,
            wait_credit_ms=one.wait_credit_ms,
            requires=one.requires,
            reason=one.reason,
            customer_id=one.customer_id,
            value_milli=one.value_milli,
            may_market=one.may_market,
        )


class ReplayDay(Day):
    """One recorded day: everything happens when it happened, only routing and gate are new."""

    def __init__(self, plan: ReplayPlan) -> None:
        self._plan = plan
        self.start_ms = self.counted_from_ms = plan.start_ms
        self.end_ms = plan.end_ms
        self.trunk_lines: dict[str, int] = {}
        served = {shift.agent_id: served_by(shift, plan) for shift in plan.shifts}
        self._pool_of = {agent_id: pool_name(queues) for agent_id, queues in served.items()}
        self._pools = {pool_name(queues): queues for queues in served.values()}

    def settings(self, policy: Policy) -> RoutingSettings:
        """See `Day`; agents are not listed, since they bring the skills they had."""
        queues = self._plan.settings.queues
        gates = policy.gates({one.queue_id: one.gate for one in queues})
        changed = [one.model_copy(update={"gate": gates[one.queue_id]}) for one in queues]
        limits = self._plan.settings.limits.model_copy(update={"unlisted_agents": True})
        return RoutingSettings(queues=changed, limits=limits)

    def staff(self, counts: ReplicationCounts) -> ReplayStaff:
        """See `Day`."""
        self._staff = ReplayStaff(self._plan, self._pool_of, self._pools, counts)
        return self._staff

    def prices(self, settings: RoutingSettings, policy: Policy) -> PriceDesk:
        """See `Day`."""
        return EstimatedPrices(priced(settings.queues), ARRIVAL_WINDOW_MS)

    @property
    def groups(self) -> Sequence[str]:
        """See `Day`."""
        return list(self._pools)

    def customers(self) -> Iterable[Iterator[Customer]]:
        """See `Day`."""
        return [(ReplayCustomer(one) for one in self._plan.contacts)]

    def again(self, customer: Customer) -> Customer | None:
        """Return None: who called again is in the record anyway."""
        return None

    def plan_staff(self, centre: Centre) -> None:
        """See `Day`."""
        self._staff.plan(centre)

    def plan_hours(self, centre: Centre) -> None:
        """See `Day`."""

        def switch(one: Switch) -> None:
            event = e.QueueOpened if one.opens else e.QueueClosed
            centre.tell(event(event_id="", at_ms=centre.now_ms, queue_id=one.queue_id))

        for one in self._plan.switches:
            centre.at(one.at_ms, switch, one)
