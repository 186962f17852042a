"""The simulator: contacts a second through the live engine, beside a bare simpy model.

Both simulate the 50-agent model of docs/gate.md with the rule "market if an agent is idle", on one
core. The bare model knows one queue, keeps no records and counts three numbers; the engine does all
it does live, and the simulator counts every figure of `tidegate simulate`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Generator
from random import Random
from typing import Any

from benchmarks.progress import Tell
from simulation.scenario import Scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import run_replication

AGENTS = 50
PER_HOUR = 771.4
SERVICE_MS, MARKETING_MS, PATIENCE_MS = 210_000, 75_000, 120_000
HOUR_MS = 3_600_000
REPEATS = 3

Steps = Generator[Any, Any, None]


def measure_simulation(tell: Tell, *, quick: bool = False) -> dict[str, Any]:
    """Return contacts a second (CPU time) of the simulator and of simpy, and their ratio.

    simpy's are None where it is not installed (it comes with the development tools).
    """
    hours = 4 if quick else 24
    tell(f"simulation: {hours} h of {AGENTS} agents, the best of {REPEATS}")
    ours = simulation_speed(hours)
    theirs = simpy_speed(hours)
    return {
        "contacts_per_second": ours,
        "simpy_contacts_per_second": theirs,
        "ratio": None if theirs is None else ours / theirs,
    }


def simulation_speed(hours: int = 24) -> float:
    """Return how many contacts a second of CPU time the simulator routes, the best of three."""
    exponential = {"kind": "exponential"}
    queue = {
        "queue_id": "bank",
        "requires": {"bank": 1},
        "wrap_up": {"kind": "none"},
        "arrivals": {"kind": "constant", "per_hour": PER_HOUR},
        "service_ms": {**exponential, "mean": SERVICE_MS},
        "marketing_ms": {**exponential, "mean": MARKETING_MS},
        "patience_ms": {**exponential, "mean": PATIENCE_MS},
    }
    scenario = Scenario.model_validate(
        {
            "name": "speed",
            "duration_ms": hours * HOUR_MS,
            "queues": [queue],
            "groups": [{"name": "tellers", "skills": {"bank": 5}, "agents": AGENTS}],
        }
    )
    policy = parse_policy("threshold=-1")
    best = 0.0
    for repeat in range(REPEATS):
        began = time.process_time()
        counts = run_replication(scenario, policy, seed=1, replication=repeat)
        best = max(best, counts.contacts / (time.process_time() - began))
    return best


def simpy_speed(hours: int = 24) -> float | None:
    """Return how many contacts a second of CPU time a bare simpy model simulates, None without."""
    try:
        import simpy
    except ImportError:
        return None
    best = 0.0
    for repeat in range(REPEATS):
        model = _BareModel(simpy, hours, seed=repeat)
        gc.collect()
        began = time.process_time()
        model.run()
        best = max(best, model.arrived / (time.process_time() - began))
    return best


class _BareModel:
    """One queue, agents as a simpy resource, one process per contact."""

    def __init__(self, simpy: Any, hours: int, seed: int) -> None:
        self.arrived = self.abandoned = self.attempts = 0
        self._random = Random(seed)
        self._environment = simpy.Environment()
        self._agents = simpy.Resource(self._environment, capacity=AGENTS)
        self._end_ms = hours * HOUR_MS

    def run(self) -> None:
        self._environment.process(self._arrivals())
        self._environment.run()

    def _arrivals(self) -> Steps:
        environment = self._environment
        while True:
            yield environment.timeout(self._random.expovariate(PER_HOUR / HOUR_MS))
            if environment.now >= self._end_ms:
                return
            self.arrived += 1
            environment.process(self._contact())

    def _contact(self) -> Steps:
        environment, draw = self._environment, self._random.expovariate
        with self._agents.request() as agent:
            patience = environment.timeout(draw(1 / PATIENCE_MS))
            yield agent | patience
            if not agent.triggered:
                self.abandoned += 1
                return
            yield environment.timeout(draw(1 / SERVICE_MS))
            if self._agents.count < AGENTS:
                self.attempts += 1
                yield environment.timeout(draw(1 / MARKETING_MS))
