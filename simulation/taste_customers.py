"""Customers with tastes, who come again: what is known of them, and how they take what is offered.

Everything chance decides comes from named streams, so the same names give the same customers
whatever they are presented. What they remember (products taken, rounds pressed in vain) depends on
what was presented to them: greed today costs tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from config.base import DAY_MS
from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from contacts.vocabulary import NeverScope, ReactionKind
from marketing.preference_learning import sigmoid
from simulation.taste_population import Population, Visitor, held_in
from simulation.taste_settings import CustomerMix, ReactionMix
from simulation.virtual_draws import Chance, stream

CONSENT_AGE_MS = 100 * DAY_MS
WELCOME = frozenset({ReactionKind.ACCEPTED, ReactionKind.INTERESTED})
_normal = NormalDist().inv_cdf


class Said(NamedTuple):
    """How a customer took one product; `scope` is for `never_again`."""

    product_id: str
    kind: ReactionKind
    scope: NeverScope = NeverScope.PRODUCT


@dataclass(slots=True)
class TasteCustomer:
    """A customer: segment and categories by number, the record's facts, and what was remembered.

    `held` are the products taken since; `pressed` counts rounds pressed in vain.
    """

    customer_id: str
    household_id: str
    segment: int
    owned: set[int]
    consents: tuple[Consent, ...]
    do_not_contact: bool
    vulnerable: bool
    open_complaints: int
    held: tuple[str, ...] = ()
    pressed: int = 0
    opted_out: bool = False


class Visit(NamedTuple):
    """One contact: who, and why by number."""

    contact_id: str
    customer: TasteCustomer
    reason: int

    @property
    def reason_id(self) -> str:
        """The contact's reason, as the bridge sends it."""
        return f"r{self.reason}"


class CustomerBase:
    """All customers of a population. Memory grows with those who have come, none is made before.

    `names` (a seed, a replication) name the streams; `now_ms` dates the consents.
    """

    def __init__(
        self,
        population: Population,
        mix: CustomerMix,
        reactions: ReactionMix,
        now_ms: int,
        *names: object,
    ) -> None:
        self.population = population
        self._mix, self._reactions = mix, reactions
        self._now_ms, self._names = now_ms, names
        self._customers: dict[int, TasteCustomer] = {}
        self._places = population.places

    def visit(self, contact_id: str) -> Visit:
        """Draw who comes with this contact, and why; asked again, the same."""
        chance = self._stream("visit", contact_id)
        size = self._mix.customers
        if size is None:
            customer = self._new_customer(contact_id, contact_id)
        else:
            number = int(chance() * size)
            customer = self._customers.get(number) or self._new_customer(
                number, number // self._mix.household_size
            )
            self._customers[number] = customer
        return Visit(contact_id, customer, self.population.reason(chance))

    def context(self, visit: Visit) -> CustomerContext:
        """Return the customer's record, complete, as the edge attaches it."""
        one = visit.customer
        before = (held_in(category) for category in sorted(one.owned))
        return CustomerContext(
            version=f"{len(one.held)}",
            completeness=Completeness.COMPLETE,
            household_id=one.household_id,
            segment=f"s{one.segment}",
            stage=RelationshipStage.MATURE,
            held=(*before, *one.held),
            opted_out=False,
            do_not_contact=one.do_not_contact,
            vulnerable=one.vulnerable,
            open_complaints=one.open_complaints,
            consents=one.consents,
        )

    def log_odds(self, visit: Visit) -> list[float]:
        """Return every product's log-odds of acceptance now, without the whim."""
        one = visit.customer
        visitor = Visitor(visit.reason, one.segment, tuple(sorted(one.owned)))
        wearied = self._reactions.weariness * one.pressed
        return [each - wearied for each in self.population.log_odds(visitor)]

    def react(self, visit: Visit, product_ids: list[str]) -> list[Said]:
        """Return how the customer takes the products of one round, in this order; it is remembered.

        Products that are not the population's are not presented.
        """
        log_odds = self.log_odds(visit)
        said = [self._said(visit, one, log_odds) for one in product_ids]
        return self._remember(visit, said)

    def _said(self, visit: Visit, product_id: str, log_odds: list[float]) -> Said:
        place = self._places.get(product_id)
        chance = self._stream("reaction", visit.contact_id, product_id)
        mix = self._reactions
        if place is None or chance() < mix.not_presented_ratio:
            return Said(product_id, ReactionKind.NOT_PRESENTED)
        whim = self._whim(visit.customer.customer_id, product_id)
        if chance() < sigmoid(log_odds[place] + whim):
            return Said(product_id, ReactionKind.ACCEPTED)
        at = chance()
        for kind, ratio in (
            (ReactionKind.INTERESTED, mix.interested_ratio),
            (ReactionKind.NOT_NOW, mix.not_now_ratio),
            (ReactionKind.NEVER_AGAIN, mix.never_again_ratio),
        ):
            at -= ratio
            if at < 0.0:
                return Said(product_id, kind)
        return Said(product_id, ReactionKind.DECLINED)

    def _whim(self, customer_id: str, product_id: str) -> float:
        """Return what this customer thinks of this product, known to nobody; always the same."""
        chance = self._stream("whim", customer_id, product_id)
        return self.population.whim_sd * _normal(chance() or 0.5)

    def _remember(self, visit: Visit, said: list[Said]) -> list[Said]:
        """Take in what a round did; one pressed in vain may end with opting out of everything."""
        one = visit.customer
        for each in said:
            if each.kind is ReactionKind.ACCEPTED:
                one.held = (*one.held, each.product_id)
                one.owned.add(self.population.categories[self._places[each.product_id]])
        heard = [at for at, each in enumerate(said) if each.kind is not ReactionKind.NOT_PRESENTED]
        if not heard or any(said[at].kind in WELCOME for at in heard):
            return said
        mix = self._reactions
        risk = min(1.0, mix.opt_out_ratio * mix.opt_out_growth**one.pressed)
        one.pressed += 1
        if self._stream("opt-out", visit.contact_id)() < risk:
            one.opted_out = True
            last = heard[-1]
            said[last] = Said(
                said[last].product_id, ReactionKind.NEVER_AGAIN, NeverScope.EVERYTHING
            )
        return said

    def _new_customer(self, name: object, household: object) -> TasteCustomer:
        chance, mix = self._stream("customer", name), self._mix
        segment, owned = self.population.person(chance)
        return TasteCustomer(
            customer_id=f"customer-{name}",
            household_id=f"household-{household}",
            segment=segment,
            owned=set(owned),
            consents=self._consents(chance),
            do_not_contact=chance() < mix.do_not_contact_ratio,
            vulnerable=chance() < mix.vulnerable_ratio,
            open_complaints=int(chance() < mix.open_complaint_ratio),
        )

    def _consents(self, chance: Chance) -> tuple[Consent, ...]:
        """Draw a consent with proof; or none, one without proof, or one that was taken back."""
        at_ms = self._now_ms - CONSENT_AGE_MS
        given = Consent(purpose="*", given=True, at_ms=at_ms, how="form", wording="2026-01")
        if chance() < self._mix.consented_ratio:
            return (given,)
        back = Consent(purpose="*", given=False, at_ms=at_ms + DAY_MS, how="voice", wording="")
        unproven = Consent(purpose="*", given=True, at_ms=at_ms, how="", wording="")
        return ((), (unproven,), (given, back))[int(chance() * 3)]

    def _stream(self, *names: object) -> Chance:
        return stream(*self._names, *names)
