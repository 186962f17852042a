"""Settings with short windows, one for each rule and one with all, to play the ledger with."""

from __future__ import annotations

from typing import Any

from config.marketing import MarketingSettings
from tests.support.fatigue_desk import MINUTE

NO_COOL_DOWN = {
    "declined_product_ms": 0,
    "declined_category_ms": 0,
    "declined_twice_product_ms": 0,
    "declined_twice_category_ms": 0,
    "not_now_ms": 0,
}


def made(limits: list[dict[str, Any]] | None = None, **more: Any) -> MarketingSettings:
    """Return settings with short windows: no limit but those given."""
    base = {
        "limits": limits or [],
        "rounds_per_contact": 20,
        "cool_down": NO_COOL_DOWN,
        "reservation_ms": 10 * MINUTE,
    }
    return MarketingSettings.model_validate(base | more)


def limit(scope: str, most: int, minutes: int, per: str = "customer") -> dict[str, Any]:
    return {"scope": scope, "per": per, "most": most, "window_ms": minutes * MINUTE}


COOL_DOWN = {
    "declined_product_ms": 20 * MINUTE,
    "declined_category_ms": 10 * MINUTE,
    "declined_twice_product_ms": 90 * MINUTE,
    "declined_twice_category_ms": 45 * MINUTE,
    "declines_kept_ms": 60 * MINUTE,
    "not_now_ms": 15 * MINUTE,
}
RULES = {
    "customer": made([limit("customer", 2, 30)]),
    "household": made([limit("household", 3, 30)]),
    "product": made([limit("product", 1, 40)]),
    "product of a household": made([limit("product", 2, 40, "household")]),
    "category": made([limit("category", 3, 50)]),
    "category of a household": made([limit("category", 4, 50, "household")]),
    "campaign": made([limit("campaign", 2, 25)]),
    "campaign of a household": made([limit("campaign", 3, 25, "household")]),
    "contact": made(rounds_per_contact=1),
    "cool-down": made(cool_down=COOL_DOWN),
    "all": made(
        [
            limit("customer", 3, 60),
            limit("household", 4, 60),
            limit("product", 1, 30),
            limit("category", 3, 45, "household"),
            limit("campaign", 2, 20),
        ],
        rounds_per_contact=2,
        cool_down=COOL_DOWN,
    ),
}
