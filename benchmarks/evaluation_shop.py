"""A shop with one agent and customers with known tastes, played through the engine.

Its records are a journal of which the truth is known: what any ranking earns on average, over
customers like these and the chances that are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from benchmarks.preference_populations import Customer, Population
from config.marketing import MarketingSettings
from config.routing import AgentSettings, QueueSettings, RoutingSettings
from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from contacts.vocabulary import ReactionKind
from marketing.preference_learning import sigmoid
from marketing.preference_values import Context
from marketing.preferences import Preferences
from marketing.rankings import Choice, Ranking, logged
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.engine import Engine
from router.offers import Offers
from router.records import Record

START_MS = 1_700_000_000_000
AGENT = "anna"
_SOURCE = f"agent/{AGENT}"
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
NO_COOL_DOWN = {
    f"declined_{of}_ms": 0 for of in ("product", "category", "twice_product", "twice_category")
} | {"not_now_ms": 0}


def small_population(seed: int) -> Population:
    """Return tastes for 24 products in 6 categories; one product in six or so is accepted."""
    draws = Random(f"small {seed}")
    return Population(
        name=f"small-{seed}",
        categories=[number // 4 for number in range(24)],
        values=[draws.lognormvariate(0.0, 0.4) for _ in range(24)],
        reason_shares=[0.4, 0.3, 0.2, 0.1],
        segment_shares=[0.5, 0.3, 0.2],
        owned_mean=1.0,
        base=-2.2,
        reason_category=[[draws.gauss(0.0, 0.8) for _ in range(6)] for _ in range(4)],
        segment_category=[[draws.gauss(0.0, 0.6) for _ in range(6)] for _ in range(3)],
        product=[draws.gauss(0.0, 0.5) for _ in range(24)],
        owned_category=-1.0,
        whim_sd=0.5,
    )


@dataclass(frozen=True)
class Person:
    """A customer who comes back: who they are, and how much more readily they accept anything."""

    customer_id: str
    customer: Customer
    readiness: float


def catalogue_of(population: Population) -> dict[str, Any]:
    """Return the population's products, and one of each category that can only be held."""
    shown = [
        {
            "product_id": one.product_id,
            "category": one.category,
            "names": {"en": one.product_id},
            "value_milli": one.value_milli,
            "is_repeatable": True,
        }
        for one in population.candidates
    ]
    held = [
        {
            "product_id": f"own-c{category}",
            "category": f"c{category}",
            "names": {"en": f"own-c{category}"},
            "value_milli": 0,
            "is_presented": False,
        }
        for category in sorted(set(population.categories))
    ]
    favourites = [
        {
            "reason": f"r{reason}",
            "suggests": [{"category": f"c{of_category.index(max(of_category))}", "weight": 3}],
        }
        for reason, of_category in enumerate(population.reason_category)
    ]
    return {"products": shown + held, "playbook": favourites}


def context_of(customer: Customer) -> CustomerContext:
    """Return a record that permits everything."""
    return CustomerContext(
        version="1",
        completeness=Completeness.COMPLETE,
        segment=f"s{customer.segment}",
        stage=RelationshipStage.GROW,
        held=tuple(f"own-c{category}" for category in customer.owned),
        opted_out=False,
        do_not_contact=False,
        vulnerable=False,
        open_complaints=0,
        consents=(Consent(purpose="*", given=True, at_ms=1, how="web", wording="2026-1"),),
    )


class PlayedShop:
    """Plays contacts one after the other; `records` are what the engine would write."""

    def __init__(
        self, population: Population, seed: int, readiness_sd: float = 0.0, **marketing: Any
    ) -> None:
        self.population, self.readiness_sd = population, readiness_sd
        self.draws = Random(f"shop {population.name} {seed}")
        self.engine, self.records = Engine(), list[Record]()
        self._now_ms, self._contacts = START_MS, 0
        self._catalogue = catalogue_of(population)
        settings = RoutingSettings(
            queues=[
                QueueSettings.model_validate(
                    {"queue_id": "q", "wrap_up": {"kind": "none"}, "gate": {"policy": "always"}}
                )
            ],
            agents=[
                AgentSettings.model_validate({"agent_id": AGENT, "certificates": {"*": "none"}})
            ],
            marketing=MarketingSettings.model_validate(
                {"enabled": True, "limits": [], "cool_down": NO_COOL_DOWN, **marketing}
            ),
        )
        self._tell(e.ConfigurationChanged, settings=settings.model_dump(mode="json"))
        self._tell(me.CatalogueChanged, catalogue=self._catalogue)
        self._tell(e.AgentSignedIn, agent_id=AGENT, source=_SOURCE, ready=True)
        offers = Offers()
        offers.set_catalogue(self.engine.state.offers.catalogue)
        self._playbook = offers.preferences

    def people(self, count: int) -> list[Person]:
        """Draw customers."""
        return [
            Person(f"u{number}", self.population.customer(self.draws), self._readiness())
            for number in range(count)
        ]

    def contact(self, person: Person, *, says: float = 1.0) -> None:
        """A customer comes, is presented what the engine selects, and reacts.

        Of each product the agent records the reaction with the probability `says`.
        """
        self._contacts += 1
        contact_id, customer = f"c{self._contacts}", person.customer
        self._now_ms += 600_000
        self._tell(
            e.ContactArrived,
            contact_id=contact_id,
            queue_id="q",
            source="bridge/pbx",
            reason=f"r{customer.reason}",
            customer_id=person.customer_id,
            context=context_of(customer),
        )
        by_agent = {"agent_id": AGENT, "source": _SOURCE, "contact_id": contact_id}
        self._tell(e.ReservationAccepted, **by_agent)
        said = self._tell(e.ServiceCompleted, **by_agent)
        for one in said:
            if isinstance(one, m.ProductsSelected):
                self._tell(me.ProductsPresented, **by_agent)
                self._react(person, one, says)
        self._tell(e.ContactEnded, contact_id=contact_id, source="bridge/pbx")

    def change_catalogue(self, catalogue: dict[str, Any]) -> None:
        """Put another catalogue in force."""
        self._tell(me.CatalogueChanged, catalogue=catalogue)

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self._now_ms += ms

    def react(self, contact_id: str, product_id: str, kind: ReactionKind) -> None:
        """The agent records how the customer took a product."""
        self._tell(
            me.ReactionRecorded,
            contact_id=contact_id,
            agent_id=AGENT,
            source=_SOURCE,
            product_id=product_id,
            reaction=kind,
        )

    def preferences(self) -> Preferences:
        """Return the model as it is now."""
        offers, settings = self.engine.state.offers, self.engine.state.settings.marketing
        offers.present_at_most(settings.products_most)
        return offers.preferences

    def true_milli(self, rankings: Sequence[Ranking], customers: int) -> np.ndarray[Any, Any]:
        """Return what each ranking would earn now per round, averaged over newly drawn customers.

        The chances are exact: averaged over readiness and whim by Gauss-Hermite quadrature. For a
        shop without limits and cool-downs, where every product is permitted.
        """
        found = np.zeros(len(rankings))
        for _ in range(customers):
            customer = self.population.customer(self.draws)
            earns = self._earns_milli(customer)
            candidates = self.population.candidates
            context = Context(
                f"r{customer.reason}",
                f"s{customer.segment}",
                tuple(f"c{category}" for category in customer.owned),
            )
            choice = Choice(candidates, context, self.preferences(), self._playbook)
            as_logged = logged(choice)
            for place, ranking in enumerate(rankings):
                shown = ranking.inclusion(choice, as_logged)
                found[place] += sum(share * earns[name] for name, share in shown.items())
        return found / customers

    def _earns_milli(self, customer: Customer) -> dict[str, float]:
        log_odds = np.array(self.population.log_odds(customer))
        sd = float(np.hypot(self.population.whim_sd, self.readiness_sd))
        chances = (1.0 / (1.0 + np.exp(-(log_odds[:, None] + sd * _NODES)))) @ _WEIGHTS
        chances /= _WEIGHTS.sum()
        return {
            one.product_id: one.value_milli * float(chance)
            for one, chance in zip(self.population.candidates, chances, strict=True)
        }

    def _react(self, person: Person, selected: m.ProductsSelected, says: float) -> None:
        log_odds = self.population.log_odds(person.customer)
        for one in selected.products:
            product_id = one.ref.product_id
            odds = log_odds[int(product_id.removeprefix("p"))] + person.readiness
            whim = self.draws.gauss(0.0, self.population.whim_sd)
            accepted = self.draws.random() < sigmoid(odds + whim)
            if self.draws.random() >= says:
                continue
            kind = ReactionKind.ACCEPTED if accepted else ReactionKind.DECLINED
            self.react(selected.contact_id, product_id, kind)

    def _readiness(self) -> float:
        return self.draws.gauss(0.0, self.readiness_sd) if self.readiness_sd else 0.0

    def _tell(self, kind: type[e.Event], **fields: Any) -> Sequence[Any]:
        event: Any = kind(event_id=f"e{len(self.records) + 1}", at_ms=self._now_ms, **fields)
        decisions = tuple(self.engine.handle(event))
        self.records.append(Record(self.engine.state.seq, event, decisions))
        return decisions
