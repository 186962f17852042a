"""What a replay found, as a plain document, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from simulation.replay_gate import GateComparison
from simulation.replay_results import ReplayPart, ReplayResults
from simulation.replay_words import DEFINITIONS
from simulation.results import Figures, Intervals

BRIEF = (
    "arrived",
    "answered",
    "abandoned",
    "service_level_ratio",
    "asa_ms",
    "attempts",
    "marketing_minutes",
    "waiting_minutes",
)


@dataclass(frozen=True, slots=True)
class ReplayAbout:
    """Where the days come from, and by which assumptions they were played."""

    source: str
    kind: str
    seed: int
    assumptions: Sequence[str]


def replay_document(
    about: ReplayAbout, results: ReplayResults, gate: GateComparison | None
) -> dict[str, Any]:
    """Return everything as dictionaries, lists, numbers and texts."""
    compared = {} if gate is None else {"gate_decisions": _gate(gate)}
    return {
        "source": about.source,
        "kind": about.kind,
        "seed": about.seed,
        "seeds": results.seeds,
        "total": _part(results.total),
        "days": {
            date: {
                **_part(part),
                "half_hours": _half_hours(results.days_half_hours[date], BRIEF),
            }
            for date, part in results.days.items()
        },
        "half_hours": _half_hours(results.half_hours, None),
        **compared,
        "assumptions": list(about.assumptions),
        "definitions": DEFINITIONS,
    }


def clock_of(slot: int) -> str:
    """Return when a half-hour begins, HH:MM; past midnight counting goes on after 24."""
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def _gate(gate: GateComparison) -> dict[str, Any]:
    return {
        "decisions": gate.decisions,
        "granted": gate.granted,
        "overruled": gate.overruled,
        "policies": {
            name: {**asdict(one), "differ": one.grants + one.denies}
            for name, one in gate.answers.items()
        },
    }


def _half_hours(parts: dict[int, ReplayPart], names: Sequence[str] | None) -> list[dict[str, Any]]:
    return [
        {"starts": clock_of(slot), "is_quiet": part.quiet == part.half_hours, **_part(part, names)}
        for slot, part in parts.items()
    ]


def _part(part: ReplayPart, names: Sequence[str] | None = None) -> dict[str, Any]:
    return {
        "quiet_half_hours": part.quiet,
        "half_hours_at_work": part.half_hours,
        "recorded": _plain(part.recorded, names),
        "policies": {name: _intervals(one, names) for name, one in part.policies.items()},
    }


def _plain(figures: Figures, names: Sequence[str] | None) -> dict[str, Any]:
    return {name: figures[name] for name in names or figures}


def _intervals(figures: Intervals, names: Sequence[str] | None) -> dict[str, Any]:
    return {
        name: {"mean": figures[name].mean, "ci95": [figures[name].low, figures[name].high]}
        for name in names or figures
    }
