"""What a seed chooses: the centre, its load, and the faults with their times."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from config.settings import TidegateSettings

CONTACTS = 500
LOAD_S = 110.0
AGENTS = tuple(f"agent-{number:02d}" for number in range(1, 25))
BRIDGES = ("pbx-1", "pbx-2")
CATALOGUE = Path(__file__).with_name("catalogue.toml")

FAULTS = {
    "kill": 6,
    "stop": 2,
    "freeze": 3,
    "second_engine": 2,
    "broker_restart": 3,
    "broker_silent": 3,
    "engine_link_cut": 4,
    "bridge_link_cut": 3,
    "messages_troubled": 4,
    "disk_fails": 3,
    "disk_slow": 3,
    "clock_step": 3,
    "agents_vanish": 4,
    "reload": 3,
    "supervisor": 5,
}
"""Kinds of faults with their weights; a snapshot is taken in each seed besides."""
RESTARTS = ("kill", "stop")


class Fault(msgspec.Struct, frozen=True):
    """One fault: when (seconds), what, and a seed of its own, so that others can be left out."""

    at_s: float
    kind: str
    seed: int


class Plan(msgspec.Struct, frozen=True):
    """All that a seed decides before anything happens."""

    seed: int
    contacts: int
    agents: int
    habits: dict[str, float]
    stay_s: tuple[float, float]
    faults: tuple[Fault, ...]
    settings: int

    def without(self, index: int) -> Plan:
        """Return the plan without one of its faults."""
        kept = self.faults[:index] + self.faults[index + 1 :]
        return msgspec.structs.replace(self, faults=kept)


def _fault(pick: Random, kind: str, from_s: float, to_s: float) -> Fault:
    return Fault(round(pick.uniform(from_s, to_s), 3), kind, pick.randrange(2**31))


def plan_of(seed: int) -> Plan:
    """Return the plan of a seed: at least 500 contacts, ten faults and one restart."""
    pick = Random(seed)
    kinds = pick.choices(list(FAULTS), list(FAULTS.values()), k=pick.randrange(9, 14))
    faults = [
        _fault(pick, pick.choice(RESTARTS), LOAD_S * 0.6, LOAD_S),
        _fault(pick, "snapshot", LOAD_S * 0.2, LOAD_S * 0.6),
        *(_fault(pick, kind, 4.0, LOAD_S) for kind in kinds),
    ]
    return Plan(
        seed=seed,
        contacts=CONTACTS,
        agents=pick.randrange(14, len(AGENTS) + 1),
        habits={
            "rings": pick.choice((0.3, 0.9)),
            "ignores": pick.choice((0.01, 0.05)),
            "silent": pick.choice((0.02, 0.06)),
            "declines": 0.03,
            "completes": pick.choice((0.2, 0.5)),
            "transfers": 0.04,
        },
        stay_s=(0.5, pick.choice((3.0, 5.0))),
        faults=tuple(sorted(faults, key=lambda one: one.at_s)),
        settings=pick.randrange(len(VARIANTS)),
    )


def _queue(queue_id: str, **fields: Any) -> dict[str, Any]:
    wrap_up = {"kind": "timed", "duration_ms": 2_000, "extension_max_ms": 1_000}
    return {
        "queue_id": queue_id,
        "ring_timeout_ms": 4_000,
        "wrap_up": wrap_up,
        "gate": {"policy": "threshold", "threshold": 3},
        **fields,
    }


VARIANTS: tuple[dict[str, Any], ...] = (
    {"queues": [_queue("cards"), _queue("loans", priority=2, strategy="round_robin")]},
    {
        "queues": [
            _queue("cards", max_wait_ms=8_000, strategy="least_occupied"),
            _queue("loans", wrap_up={"kind": "none"}, gate={"policy": "always"}),
        ]
    },
    {
        "queues": [
            _queue("cards", wrap_up={"kind": "forced", "duration_ms": 1_500}, max_waiting=25),
            _queue("loans", ring_timeout_ms=2_500, gate={"policy": "hysteresis"}),
        ]
    },
)
"""Routing settings; a reload goes from one to the next."""

MARKETING = {
    "enabled": True,
    "certificates_needed": False,
    "reservation_ms": 60_000,
    "limits": [
        {"scope": "customer", "most": 2, "window_ms": 600_000},
        {"scope": "household", "most": 3, "window_ms": 60_000},
        {"scope": "product", "most": 1, "window_ms": 120_000},
    ],
}


@lru_cache
def settings_of(variant: int) -> TidegateSettings:
    """Return the settings of one variant."""
    return TidegateSettings.model_validate(
        {
            **VARIANTS[variant % len(VARIANTS)],
            "limits": {"agent_grace_ms": 4_000, "remembered_events": 50_000},
            "marketing": MARKETING,
            "bus": {"broker": "mqtt", "retry_max_ms": 2_000},
            "service": {"catalogue_file": str(CATALOGUE), "shutdown_grace_ms": 3_000},
        }
    )
