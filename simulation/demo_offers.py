"""What agents of the demo present: the rounds in hand, and what comes of them."""

from __future__ import annotations

from bus.decision_messages import (
    MarketingDecidedMessage,
    ProductsSelectedMessage,
    ProductsWithdrawnMessage,
)
from simulation.demo_customers import DemoCustomers, Said
from simulation.demo_marketing import MarketingDay
from simulation.recorded_plan import PlannedContact

AnyMarketingMessage = MarketingDecidedMessage | ProductsSelectedMessage | ProductsWithdrawnMessage


class DemoOffers:
    """Rounds by contact, from when products are selected until the customer has answered."""

    def __init__(self, customers: DemoCustomers) -> None:
        self.customers = customers
        self.day = MarketingDay()
        self._rounds: dict[str, list[str]] = {}

    def begin(self, contact: PlannedContact, selected: ProductsSelectedMessage) -> int:
        """Take up what may be presented; return how long presenting takes, milliseconds."""
        self._rounds[contact.contact_id] = [one.ref.product_id for one in selected.products]
        return self.customers.offer_ms(contact)

    def withdraw(self, withdrawn: ProductsWithdrawnMessage) -> None:
        """Drop what may not be presented after all."""
        kept = [one for one in self._rounds[withdrawn.contact_id] if one not in withdrawn.why]
        self._rounds[withdrawn.contact_id] = kept

    def end(self, contact: PlannedContact) -> list[Said]:
        """Return what the customer said to each product."""
        said = self.customers.reactions(contact, self._rounds.pop(contact.contact_id))
        self.day.said(said, self.customers.values_milli)
        return said
