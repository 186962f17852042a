"""What a journal tells of contacts, agents and queues, gathered for replaying its days."""

from __future__ import annotations

from dataclasses import dataclass

from config.routing import RoutingSettings
from contacts.vocabulary import Disposition
from router import decisions as d
from router.events import ContactArrived
from router.records import Record
from simulation.journal_agents import JournalAgents
from simulation.replay_plan import Switch


@dataclass(frozen=True, slots=True)
class Leg:
    """One stay of a contact in a queue, with the handling after it.

    `arrived_at_ms` is when the contact first came, `arrival` what the bridge said of it then.
    """

    arrival: ContactArrived
    arrived_at_ms: int
    outcome: d.OutcomeRecorded

    @property
    def answered(self) -> bool | None:
        """Whether it was answered, or abandoned; None: neither (diverted, or lost as a ghost)."""
        if self.outcome.accepted_at_ms is not None:
            return True
        return False if self.outcome.disposition is Disposition.ABANDONED else None

    @property
    def service_ms(self) -> int:
        """Talk and hold: until service was complete."""
        return self.outcome.talk_ms + self.outcome.hold_ms


class JournalFold:
    """Takes records in order, then answers; keeps the legs of one period only.

    Contacts that were not over at the end are left out, and so are stays that ended because a
    supervisor moved the contact on: it counts where it was moved to.
    """

    def __init__(self, from_ms: int, until_ms: int) -> None:
        self._from_ms, self._until_ms = from_ms, until_ms
        self.legs: list[Leg] = []
        self.agents = JournalAgents()
        self.switches: list[Switch] = []
        self.refused = 0
        self.first_ms: int | None = None
        self.last_ms = 0
        self._configurations: list[tuple[int, RoutingSettings]] = []
        self._live: dict[str, tuple[int, ContactArrived]] = {}

    def take(self, record: Record) -> None:
        """Take up the next record."""
        at_ms = self.last_ms = max(record.event.at_ms, self.last_ms)
        if self.first_ms is None:
            self.first_ms = at_ms
        for decision in record.decisions:
            self.agents.apply(decision, at_ms)
            match decision:
                case d.ContactQueued(contact_id=contact_id):
                    self._live[contact_id] = at_ms, _arrival(record, decision)
                case d.OutcomeRecorded():
                    self._over(decision)
                case d.ContactRefused():
                    self.refused += 1
                case d.QueueSwitched():
                    self.switches.append(Switch(at_ms, decision.queue_id, decision.is_open))
                case d.ConfigurationApplied():
                    settings = RoutingSettings.model_validate(decision.settings)
                    self._configurations.append((at_ms, settings))
                case _:
                    pass

    def settings_at(self, at_ms: int) -> RoutingSettings | None:
        """Return the configuration in force at a moment, or the first there is after it."""
        found = [settings for since_ms, settings in self._configurations if since_ms <= at_ms]
        if found:
            return found[-1]
        return self._configurations[0][1] if self._configurations else None

    def _over(self, outcome: d.OutcomeRecorded) -> None:
        found = self._live.get(outcome.contact_id)
        if found is None:
            return
        if outcome.final and outcome.leg == 1:  # of others an earlier leg may still be wrapped up
            del self._live[outcome.contact_id]
        moved = outcome.accepted_at_ms is None and outcome.disposition is Disposition.TRANSFERRED
        if not moved and self._from_ms <= outcome.queued_at_ms < self._until_ms:
            self.legs.append(Leg(found[1], found[0], outcome))


def _arrival(record: Record, queued: d.ContactQueued) -> ContactArrived:
    """Return what the bridge said, or would have said of a contact adopted from its list."""
    if isinstance(record.event, ContactArrived):
        return record.event
    return ContactArrived(
        event_id="",
        at_ms=record.event.at_ms,
        contact_id=queued.contact_id,
        queue_id=queued.queue_id,
        priority=queued.priority,
        wait_credit_ms=queued.wait_credit_ms,
        requires=queued.requires,
        reason=queued.reason,
        customer_id=queued.customer_id,
        value_milli=queued.value_milli,
        may_market=queued.may_market,
    )
