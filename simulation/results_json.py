"""Results as a plain document, ready for JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from simulation.results import Intervals, PolicyResult, Results
from simulation.scenario import Scenario

DEFINITIONS = {
    "value_per_hour": "value of the marketing attempts less the cost of waiting, per hour, less the"
    " same of the policy never with the same customers",
    "service_level_ratio": "answered within the queue's threshold / what the queue's denominator"
    " says, by default all who arrived",
    "abandoned_ratio": "gave up waiting / arrived",
    "asa_ms": "mean wait of those answered, milliseconds",
    "occupancy_ratio": "agents' time with a contact in hand / agents' time at work",
    "mode_flips_per_hour": "changes of the displayed mode, all queues together, per hour",
    "offers": "rounds of products, reactions, accepted value and opt-outs per hour; barred_...:"
    " contacts with an open gate and nothing to present, by the code that barred most products",
    "ci95": "95 % confidence interval over replications (Student's t); null with one replication",
}


def document(scenario: Scenario, seed: int, results: Results) -> dict[str, Any]:
    """Return everything as dictionaries, lists, numbers and texts."""
    return {
        "scenario": scenario.name,
        "seed": seed,
        "replications": results.replications,
        "hours": results.hours,
        "contacts": results.contacts,
        "policies": {name: _policy(one) for name, one in results.policies.items()},
        "differences": [
            {"policy": one.policy, "than": one.than, **_intervals(one.figures)}
            for one in results.comparisons
        ],
        "definitions": DEFINITIONS,
    }


def _policy(result: PolicyResult) -> dict[str, Any]:
    return {
        **_intervals(result.figures),
        "queues": {name: _intervals(one) for name, one in result.queues.items()},
        "groups": {name: _intervals(one) for name, one in result.groups.items()},
        **({"offers": _intervals(result.offers)} if result.offers else {}),
        "periods": [
            {"starts": _moment(one.from_ms), **_intervals(one.figures)} for one in result.periods
        ],
    }


def _intervals(figures: Intervals) -> dict[str, Any]:
    return {name: {"mean": one.mean, "ci95": [one.low, one.high]} for name, one in figures.items()}


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M")
