"""Products in a virtual centre: who the customers are, what agents present, how it is taken.

The engine selects. This tells it what the edge would (each contact's reason and customer record),
that agents present what was selected, at once, and what customers say when marketing is over.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from contacts.vocabulary import ReactionKind
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.decisions import AnyDecision, MarketingDecided
from simulation.results_offers import OfferCounts
from simulation.taste_customers import CustomerBase, Said, Visit
from simulation.taste_settings import Tastes

NOTHING_TO_PRESENT = "products_"


class OfferDesk:
    """The customers with tastes of one replication, and the rounds that are open."""

    def __init__(self, tastes: Tastes, start_ms: int, counts: OfferCounts, *names: object) -> None:
        self._population = tastes.read()
        self._base = CustomerBase(self._population, tastes.mix, tastes.reactions, start_ms, *names)
        self._values = {one.product_id: one.value_milli for one in self._population.candidates}
        self._counts = counts
        self._visits: dict[str, Visit] = {}
        self._shown: dict[str, list[str]] = {}

    def catalogue(self, now_ms: int) -> me.CatalogueChanged:
        """Return what puts the population's products in force."""
        catalogue = self._population.catalogue().model_dump(mode="json")
        return me.CatalogueChanged(event_id="", at_ms=now_ms, catalogue=catalogue)

    def known(self, arrival: e.ContactArrived) -> e.ContactArrived:
        """Return the arrival with the customer's record; who tries again is the same customer."""
        visit = self._base.visit(arrival.contact_id.rstrip("+"))
        self._visits[arrival.contact_id] = visit
        return structs.replace(
            arrival,
            reason=visit.reason_id,
            customer_id=visit.customer.customer_id,
            context=self._base.context(visit),
        )

    def hear(self, decision: AnyDecision, now_ms: int) -> None:
        """Take in what the engine decided about a contact's products."""
        match decision:
            case m.ProductsSelected():
                names = [one.ref.product_id for one in decision.products]
                self._shown[decision.contact_id] = names
            case m.ProductsWithdrawn():
                shown = self._shown[decision.contact_id]
                self._shown[decision.contact_id] = [one for one in shown if one not in decision.why]
            case MarketingDecided():
                if not decision.granted and decision.reason.startswith(NOTHING_TO_PRESENT):
                    self._counts.nothing(decision.reason.removeprefix(NOTHING_TO_PRESENT), now_ms)

    def presented(self, contact_id: str, agent_id: str, now_ms: int) -> Iterator[e.AnyEvent]:
        """Yield that the agent presents what was selected, if anything was."""
        if contact_id in self._shown:
            yield me.ProductsPresented(
                event_id="", at_ms=now_ms, contact_id=contact_id, agent_id=agent_id
            )

    def reactions(self, contact_id: str, agent_id: str, now_ms: int) -> Iterator[e.AnyEvent]:
        """Yield how the customer took each product of the round that is over."""
        shown = self._shown.pop(contact_id, [])
        if not shown:
            return
        visit = self._visits[contact_id]
        was_out = visit.customer.opted_out
        said = self._base.react(visit, shown)
        self._count(said, opted_out=visit.customer.opted_out and not was_out, now_ms=now_ms)
        for one in said:
            yield me.ReactionRecorded(
                event_id="",
                at_ms=now_ms,
                contact_id=contact_id,
                agent_id=agent_id,
                product_id=one.product_id,
                reaction=one.kind,
                scope=one.scope,
            )

    def gone(self, contact_id: str) -> None:
        """The contact is over."""
        self._visits.pop(contact_id, None)
        self._shown.pop(contact_id, None)

    def _count(self, said: list[Said], *, opted_out: bool, now_ms: int) -> None:
        accepted = [one for one in said if one.kind is ReactionKind.ACCEPTED]
        self._counts.round(
            [one.kind for one in said],
            sum(self._values[one.product_id] for one in accepted),
            opted_out=opted_out,
            now_ms=now_ms,
        )
