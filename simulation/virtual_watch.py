"""Watching a simulated centre: from the engine's decisions to counts."""

from __future__ import annotations

from contacts.vocabulary import Disposition
from gate.display import DisplayedMode
from gate.policies import price_milli
from queues.contact_queue import ContactQueue
from router.decisions import MarketingDecided, OutcomeRecorded
from simulation.results_counts import PERIOD_MS, GroupCounts, QueueCounts, ReplicationCounts
from simulation.virtual_customers import Customer


class QueueWatch:
    """Counts what happens to one queue's contacts, and follows its displayed mode."""

    def __init__(self, queue: ContactQueue, counts: ReplicationCounts) -> None:
        settings = queue.settings
        self.queue = queue
        self.shown = DisplayedMode(settings.gate.display_gap)
        self._periods = counts.queues[settings.queue_id]
        self._from_ms, self._until_ms = counts.from_ms, counts.until_ms
        self._outside = QueueCounts()
        self._threshold_ms = settings.service_level.threshold_ms
        self._short_ms = settings.service_level.short_abandon_ms
        self._value_milli = settings.gate.value_milli
        self._cost_milli_per_ms = settings.gate.wait_cost_milli_per_s / 1000
        self._denominator = settings.service_level.denominator
        self._load: int | None = None
        self._mode_since_ms = self._now_ms = self._from_ms

    def counts_at(self, at_ms: int) -> QueueCounts:
        """Return the counts of the half-hour of a moment."""
        if self._from_ms <= at_ms < self._until_ms:
            return self._periods[(at_ms - self._from_ms) // PERIOD_MS]
        return self._outside

    def arrived(self, customer: Customer) -> None:
        """A contact was queued."""
        counts = self.counts_at(customer.arrives_at_ms)
        counts.arrived += 1
        counts.retried += customer.tries > 1

    def refused(self, at_ms: int) -> None:
        """A contact was turned away: busy tone, full, or closed."""
        self.counts_at(at_ms).refused += 1

    def over(self, outcome: OutcomeRecorded, customer: Customer) -> None:
        """A contact is over."""
        counts = self.counts_at(outcome.queued_at_ms)
        wait_ms = outcome.wait_ms
        if outcome.accepted_at_ms is not None:
            counts.answered += 1
            counts.in_time += wait_ms <= self._threshold_ms
            counts.answered_wait_ms += wait_ms
            counts.marketing_ms += outcome.marketing_ms
        elif outcome.disposition is Disposition.ABANDONED:
            counts.abandoned += 1
            counts.short_abandoned += wait_ms <= self._short_ms
        else:
            counts.diverted += 1
        if wait_ms:
            self._waited(counts, wait_ms, customer)

    def unserved(self, customer: Customer, wait_ms: int) -> None:
        """A contact still waits, and nobody is left who could serve it."""
        counts = self.counts_at(customer.arrives_at_ms)
        counts.unserved += 1
        self._waited(counts, wait_ms, customer)

    def decided(self, decision: MarketingDecided, at_ms: int) -> None:
        """Marketing was granted."""
        counts = self.counts_at(at_ms)
        counts.attempts += 1
        counts.value_milli += decision.value_milli or 0

    def look(self, now_ms: int) -> None:
        """See whether the displayed mode changes at the queue's load now."""
        load = self.queue.waiting - self.queue.lines[""].idle
        if load == self._load:
            return
        self._load = load
        self._now_ms = now_ms
        shown = self.shown
        was_open = shown.is_open
        if shown.see(load, self._is_open):
            self.counts_at(now_ms).mode_flips += 1
            if not shown.is_marketing:
                self._add_mode_time(now_ms)
            self._mode_since_ms = now_ms
        if shown.is_open is not was_open:
            self.counts_at(now_ms).bare_flips += 1

    def look_again(self) -> None:
        """The gate may be open at other loads from now on."""
        self._load = None

    def close_period(self, now_ms: int) -> None:
        """Count the time in marketing mode up to the end of a half-hour."""
        if self.shown.is_marketing:
            self._add_mode_time(now_ms)
        self._mode_since_ms = now_ms

    def finish(self) -> None:
        """Settle what the service level of each half-hour is divided by."""
        for counts in self._periods:
            counts.settle_level_base(self._denominator)

    def _waited(self, counts: QueueCounts, wait_ms: int, customer: Customer) -> None:
        counts.waited += 1
        counts.waited_behind_marketing += customer.is_behind_marketing
        counts.wait_ms += wait_ms
        counts.waiting_cost_milli += wait_ms * self._cost_milli_per_ms

    def _add_mode_time(self, now_ms: int) -> None:
        since_ms = max(self._mode_since_ms, self._from_ms)
        self.counts_at(now_ms - 1).marketing_mode_ms += max(now_ms - since_ms, 0)

    def _is_open(self, load: int) -> bool:
        price = price_milli(self.queue, load, self._now_ms)
        return price is not None and price <= self._value_milli


class GroupWatch:
    """Counts the time of one group's agents, by how many of them do what."""

    def __init__(self, name: str, counts: ReplicationCounts) -> None:
        self.staffed = self.busy = self.marketing = 0
        self._periods = counts.groups[name]
        self._from_ms, self._until_ms = counts.from_ms, counts.until_ms
        self._since_ms = counts.from_ms

    def pass_time(self, now_ms: int) -> None:
        """Count the time since the last call; call before any number changes."""
        last_ms = min(now_ms, self._until_ms)
        spent_ms = last_ms - self._since_ms
        if spent_ms > 0:
            counts = self._periods[(self._since_ms - self._from_ms) // PERIOD_MS]
            counts.staffed_ms += spent_ms * self.staffed
            counts.busy_ms += spent_ms * self.busy
            counts.marketing_ms += spent_ms * self.marketing
            self._since_ms = last_ms

    def handled(self, at_ms: int) -> None:
        """An agent of the group is done with a contact."""
        if self._from_ms <= at_ms < self._until_ms:
            self._counts_at(at_ms).handled += 1

    def _counts_at(self, at_ms: int) -> GroupCounts:
        return self._periods[(at_ms - self._from_ms) // PERIOD_MS]
