"""A shop with one agent and customers with known tastes, played through the engine.

Its records are a journal of which the truth is known: what any ranking earns on average, over
customers like these and the chances that are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from benchmarks.evaluation_people import Person, catalogue_of, context_of
from config.marketing import MarketingSettings
from config.routing import AgentSettings, QueueSettings, RoutingSettings
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
from simulation.taste_population import Population, Visitor

START_MS = 1_700_000_000_000
AGENT = "anna"
_SOURCE = f"agent/{AGENT}"
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
NO_COOL_DOWN = {
    f"declined_{of}_ms": 0 for of in ("product", "category", "twice_product", "twice_category")
} | {"not_now_ms": 0}


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
            Person(f"u{number}", self.population.visitor(self.draws.random), self._readiness())
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
        return self.engine.state.offers.preferences

    def true_milli(self, rankings: Sequence[Ranking], customers: int) -> np.ndarray[Any, Any]:
        """Return what each ranking would earn now per round, averaged over newly drawn customers.

        The chances are exact: averaged over readiness and whim by Gauss-Hermite quadrature. For a
        shop without limits and cool-downs, where every product is permitted.
        """
        found = np.zeros(len(rankings))
        for _ in range(customers):
            customer = self.population.visitor(self.draws.random)
            earns = self._earns_milli(customer)
            candidates = self.population.candidates
            context = Context(
                f"r{customer.reason}",
                f"s{customer.segment}",
                tuple(f"c{category}" for category in customer.owned),
            )
            most = self.engine.state.settings.marketing.products_most
            choice = Choice(candidates, context, self.preferences(), self._playbook, most)
            as_logged = logged(choice)
            for place, ranking in enumerate(rankings):
                shown = ranking.inclusion(choice, as_logged)
                found[place] += sum(share * earns[name] for name, share in shown.items())
        return found / customers

    def _earns_milli(self, customer: Visitor) -> dict[str, float]:
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
