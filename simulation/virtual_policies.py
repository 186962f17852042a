"""The policies a simulation compares, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import get_args

from config.base import HOUR_MS
from config.gate import GateSettings, PolicyName
from simulation.scenario import PriceSource, Scenario

CONFIGURED = "configured"
USUAL = ("never", "always", "threshold", "optimal")
FRONTIER_STEPS = (-2.0, -1.2, -0.6, -0.14, 0.0, 0.4, 1.0, 2.0)
_NAMES: tuple[str, ...] = get_args(PolicyName)
_SOURCES: tuple[str, ...] = get_args(PriceSource)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy for all queues' gates.

    `change` is what it changes in each gate of the scenario, nothing for "configured"; `prices`
    where those of "optimal" come from, None: as the scenario says.
    """

    name: str
    change: tuple[tuple[str, object], ...] = ()
    prices: PriceSource | None = None

    def gates(self, own: Mapping[str, GateSettings]) -> dict[str, GateSettings]:
        """Return each queue's gate, made from its `own` by queue id.

        Raises ValueError if that lacks what the policy needs.
        """
        found = {}
        for queue_id, settings in own.items():
            gate = {**settings.model_dump(), **dict(self.change)}
            if gate["policy"] == "schedule" and not gate["schedule"]:
                raise ValueError(f'policy "schedule" needs gate.schedule in the queue {queue_id}')
            found[queue_id] = GateSettings.model_validate(gate)
        return found


def parse_policy(text: str) -> Policy:
    """Return the policy of a name, as "never", "threshold=-2" or "optimal=estimated".

    Raises ValueError saying what may be given.
    """
    name, _, detail = text.partition("=")
    if text == CONFIGURED:
        return Policy(text)
    if name in _NAMES and not detail and "=" not in text:
        return Policy(text, (("policy", name),))
    if name == "threshold" and _is_whole(detail):
        return Policy(text, (("policy", name), ("threshold", int(detail))))
    if name == "optimal" and detail in _SOURCES:
        source: PriceSource = "told" if detail == "told" else "estimated"
        return Policy(text, (("policy", name),), source)
    raise ValueError(
        f"--policy {text!r}: give one of {', '.join(_NAMES)}, {CONFIGURED} (each queue as the"
        " scenario has it), threshold=K (K = -2: at least two idle agents), optimal=told or"
        " optimal=estimated"
    )


def frontier(scenario: Scenario) -> tuple[Policy, ...]:
    """Return thresholds from strict to lenient, as far apart as the load usually varies.

    That is by the square root of the number of agents.
    """
    agents = max(
        sum(group.agents_at(at_ms) for group in scenario.groups)
        for at_ms in range(scenario.counted_from_ms, scenario.end_ms, HOUR_MS // 2)
    )
    steps = sorted({round(one * sqrt(agents)) for one in FRONTIER_STEPS})
    return tuple(parse_policy(f"threshold={k}") for k in steps)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit() and len(text) < 7
