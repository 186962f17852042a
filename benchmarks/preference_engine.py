"""How much of an oracle's accepted value the engine earns while it learns tastes.

Every contact goes through `router.engine.Engine` as events: it arrives with the customer's record,
an agent accepts it, service is completed, products are selected at the open gate, presented, and
the customer reacts. Scores are expected values of what was presented, as in `preference_tastes.py`.

Two oracles know everything but the whim, and present the four products with the highest chance x
value, without the rule of two a category. The *free* one may present anything to anybody. The
*permitted* one may present what the engine itself permits at that moment to that customer: it asks
`marketing.selection.permitted` of the same state, one moment before the engine selects. Both meet
the customers as the engine's own presentations have left them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any, NamedTuple

from benchmarks.preference_tastes import CONTACTS, Halves
from config.base import DAY_MS, SECOND_MS
from config.gate import GateSettings
from config.marketing import CoolDownSettings, MarketingSettings
from config.routing import AgentSettings, QueueSettings, RoutingSettings, WrapUpSettings
from contacts.vocabulary import ReactionKind
from marketing.preferences import USUALLY_PRESENTED
from marketing.selection import permitted
from router import events as e
from router import marketing_decisions as m
from router import marketing_events as me
from router.decisions import AnyDecision, EventRejected, MarketingDecided
from router.engine import Engine
from router.gatekeeper import decide
from router.rules.selecting import asked_of
from simulation.taste_customers import CustomerBase, Visit
from simulation.taste_population import Population
from simulation.taste_settings import PLAIN, WILLING, CustomerMix, ReactionMix

BEGINS_MS = 20_000 * DAY_MS
EVERY_MS = 432 * SECOND_MS
"""6,000 contacts take 30 days."""
AGENT, QUEUE = "agent-1", "service"


class Way(NamedTuple):
    """A way to run: the marketing settings, and who the customers are."""

    marketing: MarketingSettings
    customers: CustomerMix
    reactions: ReactionMix


WAYS = {
    "off": Way(
        MarketingSettings(
            enabled=True,
            products_most=USUALLY_PRESENTED,
            consent="none_needed",
            must_know=[],
            limits=[],
            cool_down=CoolDownSettings(
                declined_product_ms=0,
                declined_category_ms=0,
                declined_twice_product_ms=0,
                declined_twice_category_ms=0,
                not_now_ms=0,
            ),
        ),
        WILLING,
        PLAIN,
    ),
    "on": Way(
        MarketingSettings(enabled=True, products_most=USUALLY_PRESENTED),
        CustomerMix(),
        ReactionMix(),
    ),
}
"""off: nothing bars, and no customer comes twice. on: consent and fatigue as by default, with 2,500
customers who come again, grow weary and opt out."""


@dataclass
class EngineScore:
    """Sums over the first and the second half of the contacts; what barred, by code.

    `earned`, `permitted` and `free` are expected values, `accepted` the value really accepted.
    """

    earned: list[float] = field(default_factory=lambda: [0.0, 0.0])
    permitted: list[float] = field(default_factory=lambda: [0.0, 0.0])
    free: list[float] = field(default_factory=lambda: [0.0, 0.0])
    accepted: list[float] = field(default_factory=lambda: [0.0, 0.0])
    rounds: int = 0
    reactions: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    opt_outs: int = 0

    def of(self, oracle: Sequence[float]) -> Halves:
        """Return the shares earned of an oracle's value."""
        return self.earned[0] / oracle[0], self.earned[1] / oracle[1]


class TasteDesk:
    """One agent who serves one customer after the other, and presents whenever that is granted."""

    def __init__(self, population: Population, seed: int, way: Way) -> None:
        self.population = population
        self.customers = CustomerBase(
            population, way.customers, way.reactions, BEGINS_MS, "tastes", population.name, seed
        )
        self.engine = Engine()
        self.score = EngineScore()
        self.now_ms = BEGINS_MS
        self._places = population.places
        queue = QueueSettings(
            queue_id=QUEUE,
            requires={"service": 1},
            wrap_up=WrapUpSettings(kind="none"),
            gate=GateSettings(policy="always"),
        )
        agent = AgentSettings(agent_id=AGENT, skills={"service": 1}, certificates={"*": "none"})
        settings = RoutingSettings(queues=[queue], agents=[agent], marketing=way.marketing)
        self._tell(e.ConfigurationChanged, settings=settings.model_dump(mode="json"))
        catalogue = population.catalogue().model_dump(mode="json")
        self._tell(me.CatalogueChanged, catalogue=catalogue)
        self._tell(e.AgentSignedIn, agent_id=AGENT, ready=True)

    def serve(self, number: int, half: int) -> None:
        """Serve one contact from its arrival to its end, and add it to the score."""
        self.now_ms = BEGINS_MS + number * EVERY_MS
        while (due_ms := self.engine.next_deadline_ms()) is not None and due_ms <= self.now_ms:
            self.engine.advance(self.now_ms)
        visit = self.customers.visit(f"contact-{number}")
        ids = {"contact_id": visit.contact_id, "agent_id": AGENT}
        self._tell(
            e.ContactArrived,
            contact_id=visit.contact_id,
            queue_id=QUEUE,
            reason=visit.reason_id,
            customer_id=visit.customer.customer_id,
            context=self.customers.context(visit),
        )
        self._tell(e.ReservationAccepted, **ids)
        values = self.population.expected_values(self.customers.log_odds(visit))
        self.score.free[half] += sum(nlargest(USUALLY_PRESENTED, values))
        self.score.permitted[half] += self._best_permitted(visit.contact_id, values)
        for decision in self._tell(e.ServiceCompleted, **ids):
            if isinstance(decision, m.ProductsSelected):
                self._present(visit, decision, values, half)
            elif isinstance(decision, MarketingDecided) and not decision.granted:
                self.score.denied[decision.reason] += 1
        self._tell(e.ContactEnded, contact_id=visit.contact_id)

    def _best_permitted(self, contact_id: str, values: list[float]) -> float:
        state = self.engine.state
        assignment = state.assignment(contact_id, AGENT)
        assert assignment is not None
        found = permitted(asked_of(state, assignment, decide(state, assignment)))
        return sum(nlargest(USUALLY_PRESENTED, (values[self._places[one]] for one in found[0])))

    def _present(
        self, visit: Visit, selected: m.ProductsSelected, values: list[float], half: int
    ) -> None:
        ids = {"contact_id": visit.contact_id, "agent_id": AGENT}
        withdrawn = {
            product_id
            for decision in self._tell(me.ProductsPresented, **ids)
            if isinstance(decision, m.ProductsWithdrawn)
            for product_id in decision.why
        }
        names = [one.ref.product_id for one in selected.products]
        shown = [one for one in names if one not in withdrawn]
        score = self.score
        score.rounds += bool(shown)
        was_out = visit.customer.opted_out
        for product_id, kind, scope in self.customers.react(visit, shown):
            place = self._places[product_id]
            self._tell(
                me.ReactionRecorded, product_id=product_id, reaction=kind, scope=scope, **ids
            )
            score.reactions[kind] += 1
            if kind is not ReactionKind.NOT_PRESENTED:
                score.earned[half] += values[place]
            if kind is ReactionKind.ACCEPTED:
                score.accepted[half] += self.population.values[place]
        score.opt_outs += visit.customer.opted_out and not was_out

    def _tell(self, kind: Callable[..., e.AnyEvent], **fields: Any) -> Sequence[AnyDecision]:
        event = kind(event_id="", at_ms=self.now_ms, **fields)
        decisions = self.engine.handle(event)
        for decision in decisions:
            if isinstance(decision, EventRejected):
                raise RuntimeError(f"{event} was rejected: {decision}")
        return decisions


def learn_through_engine(
    population: Population, seed: int, way: str, contacts: int = CONTACTS
) -> EngineScore:
    """Serve `contacts` contacts under one of `WAYS` and return the score."""
    desk = TasteDesk(population, seed, WAYS[way])
    for number in range(contacts):
        desk.serve(number, 2 * number // contacts)
    return desk.score
