"""A call centre in virtual time: the live engine, told what simulated customers and agents do.

No routing happens here. The engine gets the events a PBX and agents' desktops would send, at the
moment they would, and its own decisions say who talks to whom, whether marketing may follow and
what is over. Agents answer at once. Events carry no id, so no receipts are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any

from contacts.vocabulary import AssignmentState
from router import decisions as d
from router import events as e
from router import marketing_decisions as m
from router.engine import Engine
from router.gatekeeper import decide
from simulation.results_counts import ReplicationCounts
from simulation.virtual_customers import Customer
from simulation.virtual_day import Day
from simulation.virtual_guards import guards_of
from simulation.virtual_policies import Policy
from simulation.virtual_timetable import Timetable
from simulation.virtual_watch import QueueWatch

Happening = Callable[[Any], None]


class VirtualCentre:
    """One day under one policy; `engine` is a fresh one, made here if none is given."""

    def __init__(self, day: Day, policy: Policy, engine: Engine | None = None) -> None:
        self.day = day
        self.now_ms = day.start_ms
        self.engine = engine or Engine()
        self._agenda: list[tuple[int, int, Happening, Any]] = []
        self._order = 0
        self._customers: dict[str, Customer] = {}
        self._reactions: dict[type[d.AnyDecision], Happening] = {
            d.ContactQueued: self._queued,
            d.ContactReserved: self._reserved,
            d.MarketingDecided: self._marketing_decided,
            d.OutcomeRecorded: self._over,
            d.ContactRefused: self._refused,
            d.AssignmentChanged: self._assignment_changed,
            d.AgentSessionStarted: self._agent_came,
            d.AgentStateChanged: self._agent_changed,
        }
        settings = day.settings(policy)
        self.engine.handle(
            e.ConfigurationChanged(
                event_id="", at_ms=self.now_ms, settings=settings.model_dump(mode="json")
            )
        )
        self.counts = ReplicationCounts.empty(
            day.counted_from_ms,
            day.end_ms,
            [one.queue_id for one in settings.queues],
            day.groups,
        )
        self._watches = {
            queue_id: QueueWatch(queue, self.counts)
            for queue_id, queue in self.engine.state.queues.items()
        }
        self.looking = list(self._watches.values())
        self._lines_in_use = dict.fromkeys(day.trunk_lines, 0)
        self.staff = day.staff(self.counts)
        self.prices = day.prices(settings, policy)
        self.guards = guards_of(settings)
        self.offers = day.offers(self.counts)
        if self.offers is not None:
            self.engine.handle(self.offers.catalogue(self.now_ms))
            self._reactions[m.ProductsSelected] = self._products_changed
            self._reactions[m.ProductsWithdrawn] = self._products_changed
        self._tells_completion = {
            one.queue_id: one.gate.decided_at == "service_complete" for one in settings.queues
        }

    def run(self) -> ReplicationCounts:
        """Let it all happen, until the last customer has gone; return the counts."""
        self._plan()
        agenda, engine = self._agenda, self.engine
        due_ms = engine.next_deadline_ms
        while agenda or due_ms() is not None:
            deadline_ms = due_ms()
            if deadline_ms is not None and (not agenda or deadline_ms < agenda[0][0]):
                self.now_ms = deadline_ms
                self._did(
                    e.ClockTicked(event_id="", at_ms=deadline_ms), engine.advance(deadline_ms)
                )
                continue
            self.now_ms, _, happen, subject = heappop(agenda)
            happen(subject)
        self._finish()
        return self.counts

    # --- the agenda --------------------------------------------------------------------

    def at(self, at_ms: int, happen: Happening, subject: Any = None) -> None:
        """Let something happen; of what falls on one moment, what was planned first comes first."""
        self._order += 1
        heappush(self._agenda, (at_ms, self._order, happen, subject))

    def _plan(self) -> None:
        Timetable(self).plan()
        for coming in self.day.customers():
            self._await_next(coming)

    def _await_next(self, coming: Iterator[Customer]) -> None:
        customer = next(coming, None)
        if customer is not None:
            self.at(customer.arrives_at_ms, self._next_arrives, (customer, coming))

    def _next_arrives(self, both: tuple[Customer, Iterator[Customer]]) -> None:
        self._await_next(both[1])
        self._arrives(both[0])

    def tell(self, event: e.AnyEvent) -> None:
        """Tell the engine of an event, and do what its decisions ask for."""
        self._did(event, self.engine.handle(event))

    def _did(self, event: e.AnyEvent, decisions: Sequence[d.AnyDecision]) -> None:
        if self.guards is not None:
            self.guards.observe(event, decisions)
        self._react(decisions)

    def _react(self, decisions: Iterable[d.AnyDecision]) -> None:
        reactions = self._reactions
        for decision in decisions:
            react = reactions.get(type(decision))
            if react is not None:
                react(decision)

    def look(self) -> None:
        """Follow the displayed modes, after the load may have changed."""
        now_ms = self.now_ms
        for watch in self.looking:
            watch.look(now_ms)

    # --- customers ---------------------------------------------------------------------

    def _arrives(self, customer: Customer) -> None:
        lines = self.day.trunk_lines.get(customer.queue_id)
        if lines is not None:
            if self._lines_in_use[customer.queue_id] >= lines:
                self._watches[customer.queue_id].refused(self.now_ms)
                return
            self._lines_in_use[customer.queue_id] += 1
            customer.has_line = True
        self.counts.contacts += 1
        self._customers[customer.contact_id] = customer
        arrival = customer.arrival(self.now_ms)
        self.tell(arrival if self.offers is None else self.offers.known(arrival))
        if customer.agent_id is None and not customer.is_gone:
            customer.is_behind_marketing = self.staff.is_marketing_for(customer.queue_id)
            if customer.patience_ms is not None:
                self.at(self.now_ms + customer.patience_ms, self._loses_patience, customer)
        self.look()

    def _loses_patience(self, customer: Customer) -> None:
        if customer.agent_id is not None or customer.is_gone:
            return
        self._hangs_up(customer)
        next_try = self.day.again(customer)
        if next_try is not None and next_try.arrives_at_ms < self.day.end_ms:
            self.at(next_try.arrives_at_ms, self._arrives, next_try)

    def _service_is_done(self, customer: Customer) -> None:
        assert customer.agent_id is not None
        if not self._tells_completion[customer.queue_id]:
            self._look_at_the_panel(customer, customer.agent_id)
            return
        self.tell(
            e.ServiceCompleted(
                event_id="",
                at_ms=self.now_ms,
                contact_id=customer.contact_id,
                agent_id=customer.agent_id,
            )
        )

    def _look_at_the_panel(self, customer: Customer, agent_id: str) -> None:
        """The desktop cannot say that service is complete: the agent does what it shows now."""
        assignment = self.engine.state.agents[agent_id].assignments[customer.contact_id]
        self._go_on(decide(self.engine.state, assignment))

    def _marketing_is_done(self, customer: Customer) -> None:
        agent_id = customer.agent_id
        assert agent_id is not None
        if self.offers is not None:
            for event in self.offers.reactions(customer.contact_id, agent_id, self.now_ms):
                self.tell(event)
        self.staff.marketing_ended(agent_id, self.now_ms)
        is_told = self._tells_completion[customer.queue_id]
        self._hangs_up(customer, 0 if is_told else customer.marketing_ms)

    def _hangs_up(self, customer: Customer, marketing_ms: int = 0) -> None:
        self.tell(
            e.ContactEnded(
                event_id="",
                at_ms=self.now_ms,
                contact_id=customer.contact_id,
                marketing_ms=marketing_ms,
            )
        )
        self.look()

    # --- the engine's decisions --------------------------------------------------------

    def _queued(self, decision: d.ContactQueued) -> None:
        self._watches[decision.queue_id].arrived(self._customers[decision.contact_id])
        self.prices.take(decision, self.now_ms)

    def _reserved(self, decision: d.ContactReserved) -> None:
        customer = self._customers[decision.contact_id]
        customer.agent_id = agent_id = decision.agent_id
        self.staff.took(agent_id, self.now_ms)
        self.tell(
            e.ReservationAccepted(
                event_id="", at_ms=self.now_ms, contact_id=customer.contact_id, agent_id=agent_id
            )
        )
        self.at(self.now_ms + customer.service_ms, self._service_is_done, customer)

    def _marketing_decided(self, decision: d.MarketingDecided) -> None:
        if not decision.is_forecast:
            self._go_on(decision)

    def _products_changed(self, decision: m.ProductsSelected | m.ProductsWithdrawn) -> None:
        assert self.offers is not None
        self.offers.hear(decision, self.now_ms)

    def _go_on(self, decision: d.MarketingDecided) -> None:
        """Market, or let the customer go."""
        customer = self._customers[decision.contact_id]
        if self.offers is not None:
            self.offers.hear(decision, self.now_ms)
        if decision.granted:
            if self.offers is not None:
                ids = decision.contact_id, decision.agent_id
                for event in self.offers.presented(*ids, self.now_ms):
                    self.tell(event)
            self._watches[customer.queue_id].decided(decision, self.now_ms)
            self.staff.marketing_began(decision.agent_id, self.now_ms)
            self.at(self.now_ms + customer.marketing_ms, self._marketing_is_done, customer)
        else:
            self._hangs_up(customer)

    def _assignment_changed(self, decision: d.AssignmentChanged) -> None:
        if decision.state is AssignmentState.WRAP_UP:
            customer = self._customers[decision.contact_id]
            self._free_line(customer)
            if customer.wrap_up_ms is not None:
                self.at(self.now_ms + customer.wrap_up_ms, self._wrap_up_is_done, customer)

    def _wrap_up_is_done(self, customer: Customer) -> None:
        if customer.is_gone:
            return
        assert customer.agent_id is not None
        self.tell(
            e.WrapUpCompleted(
                event_id="",
                at_ms=self.now_ms,
                contact_id=customer.contact_id,
                agent_id=customer.agent_id,
            )
        )
        self.look()

    def _over(self, outcome: d.OutcomeRecorded) -> None:
        customer = self._customers.pop(outcome.contact_id)
        customer.is_gone = True
        if self.offers is not None:
            self.offers.gone(outcome.contact_id)
        self._watches[outcome.queue_id].over(outcome, customer)
        self.prices.take(outcome, self.now_ms)
        if outcome.agent_id is not None:
            self.staff.let_go(outcome.agent_id, self.now_ms)
        self._free_line(customer)

    def _refused(self, decision: d.ContactRefused) -> None:
        customer = self._customers.pop(decision.contact_id)
        customer.is_gone = True
        self._watches[decision.queue_id].refused(self.now_ms)
        self._free_line(customer)

    def _free_line(self, customer: Customer) -> None:
        if customer.has_line:
            customer.has_line = False
            self._lines_in_use[customer.queue_id] -= 1

    def _agent_came(self, decision: d.AgentSessionStarted) -> None:
        self.staff.came(decision.agent_id, self.now_ms)

    def _agent_changed(self, decision: d.AgentStateChanged) -> None:
        self.staff.changed(decision, self.now_ms)

    def _finish(self) -> None:
        for customer in self._customers.values():
            wait_ms = self.now_ms - customer.arrives_at_ms
            self._watches[customer.queue_id].unserved(customer, wait_ms)
        for watch in self.looking:
            watch.finish()
