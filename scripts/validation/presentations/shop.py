"""A catalogue with every rule, settings with every limit, and agents with odd certificates."""

from __future__ import annotations

from random import Random
from typing import Any

DAY_MS = 86_400_000
START_MS = 1_735_689_600_000
"""1 January 2025, UTC."""
LASTS_DAYS = 900

CATEGORIES = [f"category-{number}" for number in range(20)]
PRODUCTS_PER_CATEGORY = 10
CAMPAIGNS = [f"campaign-{number}" for number in range(8)]
SEGMENTS = [f"segment-{number}" for number in range(6)]
REASONS = [f"reason-{number}" for number in range(8)]
REGIONS = ["north", "south", "east"]
TIERS = ["a", "b", "c"]
LANGUAGES = ["en", "zh"]

LIMITS = [
    {"scope": "customer", "most": 3, "window_ms": 90 * DAY_MS},
    {"scope": "household", "most": 6, "window_ms": 90 * DAY_MS},
    {"scope": "product", "most": 1, "window_ms": 365 * DAY_MS},
    {"scope": "category", "per": "household", "most": 3, "window_ms": 120 * DAY_MS},
    {"scope": "campaign", "most": 2, "window_ms": 360 * DAY_MS},
]

RULES = (
    ("segments", lambda chance: chance.sample(SEGMENTS, 3)),
    ("grade", lambda chance: {"min": chance.randrange(2, 5)}),
    ("age", lambda chance: {"min": chance.randrange(25, 45), "max": 75}),
    ("regions", lambda chance: chance.sample(REGIONS, 2)),
    ("tiers", lambda chance: chance.sample(TIERS, 2)),
    ("languages", lambda chance: [chance.choice(LANGUAGES)]),
    ("stages", lambda chance: ["grow"]),
    ("not_for_reasons", lambda chance: chance.sample(REASONS, 3)),
    ("needs_held", lambda chance: [chance.choice(CATEGORIES)]),
    ("excludes_held", lambda chance: chance.sample(CATEGORIES, 6)),
    ("first_day", lambda chance: "2026-01-01"),
    ("last_day", lambda chance: "2026-06-30"),
)
"""Each rule of eligibility stands with every eighth product or so, some with two."""
RULE_RATIO = 0.18


def catalogue(chance: Random) -> dict[str, Any]:
    """Return 200 products in 20 categories; every rule stands with some of them."""
    products = [
        _product(chance, f"{category}-{number}", category)
        for category in CATEGORIES
        for number in range(PRODUCTS_PER_CATEGORY)
    ]
    for one in products[::15]:
        one["is_presented"] = False
    for one, other in zip(products[::9], products[4::9], strict=False):
        one["not_with"] = [other["product_id"]]
    campaigns = [
        {"campaign_id": name, "last_day": "2026-09-30"}
        | ({"budget_milli": 4_000_000} if place % 2 else {})
        for place, name in enumerate(CAMPAIGNS)
    ]
    return {"products": products, "campaigns": campaigns}


def _product(chance: Random, name: str, category: str) -> dict[str, Any]:
    product: dict[str, Any] = {
        "product_id": name,
        "category": category,
        "names": {"en": name},
        "value_milli": chance.randrange(5_000, 500_000),
        "cost_milli": chance.choice([0, 20_000]),
        "is_repeatable": chance.random() < 0.2,
    }
    if chance.random() < 0.5:
        product["campaign_id"] = chance.choice(CAMPAIGNS)
    if chance.random() < 0.3:
        product["stock"] = chance.randrange(0, 14)
    if chance.random() < 0.1:
        product["certificate"] = "expert"
    rules = {key: make(chance) for key, make in RULES if chance.random() < RULE_RATIO}
    if rules:
        product["eligibility"] = rules
    return product


def agents(chance: Random) -> list[dict[str, Any]]:
    """Return eight agents: some may present everything, some little, some no longer."""
    found = []
    for number in range(8):
        certificates = {
            name: chance.choice(["none", "2025-12-31", "2026-12-31"])
            for name in chance.sample([*CATEGORIES, "expert"], 14)
        }
        if number < 2:
            certificates = {"*": "none"}
        found.append({"agent_id": f"agent-{number}", "certificates": certificates})
    return found


def settings(chance: Random) -> dict[str, Any]:
    """Return routing settings, as an event carries them."""
    return {
        "queues": [
            {
                "queue_id": "cards",
                "time_zone": "Asia/Shanghai",
                "wrap_up": {"kind": "none"},
                "gate": {"policy": "always"},
            }
        ],
        "agents": agents(chance),
        "marketing": {
            "enabled": True,
            "consent": "opt_in",
            "consent_by_purpose": {CATEGORIES[0]: "opt_out", CATEGORIES[1]: "none_needed"},
            "limits": LIMITS,
            "cool_down": {"not_now_ms": 900 * DAY_MS, "declined_category_ms": 60 * DAY_MS},
        },
    }
