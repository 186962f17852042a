"""Customers with known tastes who come back, and the catalogue they are presented."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from simulation.taste_population import Population, Visitor, held_in


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
    customer: Visitor
    readiness: float


def catalogue_of(population: Population) -> dict[str, Any]:
    """Return the population's products, and one of each category that can only be held."""
    products = population.catalogue().model_dump(mode="json")["products"]
    for one in products:
        one["is_repeatable"] = True
    favourites = [
        {
            "reason": f"r{reason}",
            "suggests": [{"category": f"c{of_category.index(max(of_category))}", "weight": 3}],
        }
        for reason, of_category in enumerate(population.reason_category)
    ]
    return {"products": products, "playbook": favourites}


def context_of(customer: Visitor) -> CustomerContext:
    """Return a record that permits everything."""
    return CustomerContext(
        version="1",
        completeness=Completeness.COMPLETE,
        segment=f"s{customer.segment}",
        stage=RelationshipStage.GROW,
        held=tuple(held_in(category) for category in customer.owned),
        opted_out=False,
        do_not_contact=False,
        vulnerable=False,
        open_complaints=0,
        consents=(Consent(purpose="*", given=True, at_ms=1, how="web", wording="2026-1"),),
    )
