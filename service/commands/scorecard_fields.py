"""A scorecard as named figures, the same for JSON, CSV, tables and pages."""

from __future__ import annotations

from collections.abc import Iterable

from agents.scorecards import Sums, wilson
from agents.standardisation import byar
from outcomes.scorecards import By
from service.commands.scorecard_words import WHY_NOT, Words

Figure = str | int | float | None
Card = dict[str, Figure]

QUALITY = (
    "surveys",
    "satisfaction_ratio",
    "satisfaction_low_ratio",
    "satisfaction_high_ratio",
    "followed",
    "recontacted_ratio",
    "recontacted_low_ratio",
    "recontacted_high_ratio",
    "transferred",
    "transferred_ratio",
    "rona",
    "rona_ratio",
    "reactions_missing",
    "reactions_ratio",
    "unpermitted",
)
PRODUCTIVITY = ("handled", "aht_ms", "occupancy_ratio", "adherence_ratio", "scheduled_ms")
MARKETING = (
    "presented",
    "accepted",
    "acceptance_ratio",
    "acceptance_low_ratio",
    "acceptance_high_ratio",
    "expected",
    "over_expected",
    "by_chance",
    "against_expected",
    "against_expected_low",
    "against_expected_high",
    "value_milli",
    "weighted_milli",
)
GROUPS = {"quality": QUALITY, "productivity": PRODUCTIVITY, "marketing": MARKETING}

DIGITS = 4


def card_of(name: str, sums: Sums, by: By) -> Card:
    """Return one card; a figure that was not measured is None."""
    return {"name": name, **_quality(sums), **_productivity(sums, by), **_marketing(sums)}


def total_of(all_sums: Iterable[Sums], by: By) -> Card:
    """Return the card of all together."""
    whole = Sums()
    for sums in all_sums:
        whole.merge(sums)
    return card_of("", whole, by)


def not_measured(total: Card, by: By) -> dict[str, Words]:
    """Return the figures that nobody has in this period, and why."""
    codes = {
        "satisfaction_ratio": "no_survey",
        "recontacted_ratio": "no_window",
        "transferred_ratio": "none_handled",
        "rona_ratio": "none_offered",
        "reactions_ratio": "none_presented",
        "aht_ms": "none_handled",
        "occupancy_ratio": "by_queue" if by == "queue" else "none_signed_in",
        "adherence_ratio": "by_queue" if by == "queue" else "no_schedule",
        "acceptance_ratio": "none_presented",
        "against_expected": "none_accepted" if total["presented"] else "none_presented",
    }
    return {name: WHY_NOT[code] for name, code in codes.items() if total[name] is None}


def _quality(sums: Sums) -> Card:
    mean, half = sums.satisfaction_ratio, sums.satisfaction_half_ratio
    low = high = None
    if mean is not None and half is not None:
        low, high = max(0.0, mean - half), min(1.0, mean + half)
    recontacted = wilson(sums.recontacted, sums.followed) or (None, None)
    return {
        "surveys": sums.surveys,
        "satisfaction_ratio": _rounded(mean),
        "satisfaction_low_ratio": _rounded(low),
        "satisfaction_high_ratio": _rounded(high),
        "followed": sums.followed,
        "recontacted_ratio": _rounded(sums.recontacted_ratio),
        "recontacted_low_ratio": _rounded(recontacted[0]),
        "recontacted_high_ratio": _rounded(recontacted[1]),
        "transferred": sums.transferred,
        "transferred_ratio": _rounded(sums.transferred_ratio),
        "rona": sums.rona,
        "rona_ratio": _rounded(sums.rona_ratio),
        "reactions_missing": sums.presented - sums.reacted if sums.presented else None,
        "reactions_ratio": _rounded(sums.compliance_ratio),
        "unpermitted": sums.unpermitted,
    }


def _productivity(sums: Sums, by: By) -> Card:
    is_kept = by != "queue"
    return {
        "handled": sums.handled,
        "aht_ms": sums.aht_ms,
        "occupancy_ratio": _rounded(sums.occupancy_ratio),
        "adherence_ratio": _rounded(sums.adherence_ratio),
        "scheduled_ms": sums.scheduled_ms if is_kept and sums.scheduled_ms else None,
    }


def _marketing(sums: Sums) -> Card:
    low, high = wilson(sums.accepted, sums.presented) or (None, None)
    against = byar(sums.accepted, sums.expected) or (None, None)
    return {
        "presented": sums.presented,
        "accepted": sums.accepted,
        "acceptance_ratio": _rounded(sums.acceptance_ratio),
        "acceptance_low_ratio": _rounded(low),
        "acceptance_high_ratio": _rounded(high),
        "expected": _rounded(sums.expected if sums.presented else None),
        "over_expected": _rounded(sums.over_expected),
        "by_chance": _rounded(sums.deviation),
        "against_expected": _rounded(sums.against_expected),
        "against_expected_low": _rounded(against[0]),
        "against_expected_high": _rounded(against[1]),
        "value_milli": sums.value_milli,
        "weighted_milli": round(sums.weighted_milli),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)
