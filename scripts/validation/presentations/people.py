"""Customers in households, of whom every rule bars some, at one time or another."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage
from scripts.validation.presentations.shop import (
    CATEGORIES,
    DAY_MS,
    LANGUAGES,
    PRODUCTS_PER_CATEGORY,
    REGIONS,
    SEGMENTS,
    START_MS,
    TIERS,
)

BARRED_RATIO = 0.062
"""Of contacts, by each fact that bars everything."""
UNKNOWN_RATIO = 0.08


class Person(NamedTuple):
    """A customer and what stays the same about them."""

    customer_id: str
    household_id: str
    facts: dict[str, Any]


def people(chance: Random, count: int) -> list[Person]:
    """Return customers, two or three to a household."""
    households = [f"household-{number}" for number in range(max(1, count * 2 // 5))]
    return [
        Person(f"customer-{number}", chance.choice(households), _facts(chance))
        for number in range(count)
    ]


def _facts(chance: Random) -> dict[str, Any]:
    held = [
        f"{category}-{chance.randrange(PRODUCTS_PER_CATEGORY)}"
        for category in chance.sample(CATEGORIES, chance.randrange(3, 8))
        for _ in range(5)
    ]
    return {
        "segment": chance.choice(SEGMENTS),
        "grade": chance.randrange(1, 6),
        "tier": chance.choice(TIERS),
        "age": chance.randrange(18, 90),
        "region": chance.choice(REGIONS),
        "language": chance.choice([*LANGUAGES, "zh-Hant"]),
        "held": tuple(sorted(set(held))),
    }


def context(chance: Random, who: Person, now_ms: int, version: int) -> CustomerContext:
    """Return what is known of a customer at one contact."""
    known: dict[str, Any] = {
        "version": str(version),
        "completeness": Completeness.COMPLETE,
        "household_id": who.household_id,
        "stage": _stage(chance),
        "opted_out": chance.random() < BARRED_RATIO,
        "do_not_contact": chance.random() < BARRED_RATIO,
        "vulnerable": chance.random() < BARRED_RATIO,
        "open_complaints": int(chance.random() < BARRED_RATIO),
        "consents": _consents(chance, now_ms),
        **who.facts,
    }
    if chance.random() < UNKNOWN_RATIO:
        known[chance.choice(["opted_out", "vulnerable", "stage", "consents", "held"])] = None
        known["completeness"] = Completeness.PARTIAL
    return CustomerContext(**known)


def _stage(chance: Random) -> RelationshipStage:
    if chance.random() < BARRED_RATIO:
        return chance.choice([RelationshipStage.ESTABLISH, RelationshipStage.DECLINE])
    return chance.choice([RelationshipStage.GROW, RelationshipStage.MATURE])


def _consents(chance: Random, now_ms: int) -> tuple[Consent, ...]:
    """Return what they agreed to: for all, or for some, proven or not, over or taken back."""
    case = chance.random()
    purposes = ["*"] if chance.random() < 0.5 else chance.sample(CATEGORIES, 14)
    given_ms = chance.randrange(START_MS - 300 * DAY_MS, START_MS)
    proof = {"at_ms": given_ms, "how": "voice", "wording": "2024-2", "given": True}
    if case < 0.09:
        proof["wording"] = ""
    elif case < 0.18:
        proof["until_ms"] = now_ms - chance.randrange(2 * DAY_MS)
    found = [Consent(purpose=one, **proof) for one in purposes]
    if 0.18 <= case < 0.27:
        taken_back = {**proof, "given": False, "at_ms": given_ms + 1}
        found += [Consent(purpose=one, **taken_back) for one in purposes]
    return tuple(found)
