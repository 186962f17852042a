"""A small catalogue and customers for tests of marketing in the engine."""

from __future__ import annotations

from typing import Any

from contacts.customer import Completeness, Consent, CustomerContext, RelationshipStage

CATEGORIES = {"gold": "cards", "travel": "cards", "loan": "loans", "plan": "loans", "news": "bank"}


def catalogue(**changes: dict[str, Any]) -> dict[str, Any]:
    """Five products in three categories; `changes` adds keys to a product."""
    return {
        "products": [
            {
                "product_id": name,
                "category": category,
                "names": {"en": name.title()},
                "value_milli": 1_000 * (place + 1),
                **changes.get(name, {}),
            }
            for place, (name, category) in enumerate(CATEGORIES.items())
        ]
    }


def a_customer(**changes: Any) -> CustomerContext:
    """One who may be presented anything."""
    known: dict[str, Any] = {
        "version": "7",
        "completeness": Completeness.COMPLETE,
        "household_id": None,
        "segment": "families",
        "stage": RelationshipStage.GROW,
        "held": (),
        "opted_out": False,
        "do_not_contact": False,
        "vulnerable": False,
        "open_complaints": 0,
        "consents": (Consent(purpose="*", given=True, at_ms=1, how="web", wording="2026-1"),),
    }
    return CustomerContext(**{**known, **changes})
