"""The simulator: contacts a second through the live engine, beside a bare simpy model.

Both simulate the 50-agent model of docs/gate.md with the rule "market if an agent is idle", on one
core. The bare model knows one queue, keeps no records and counts three numbers; the engine does all
it does live, and the simulator counts every figure of `tidegate simulate`. A day of 1,000 agents
shows whether work grows with the size of the call centre. All in CPU time, the best of three.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Generator, Iterator
from random import Random
from typing import Any

from benchmarks.progress import Tell
from simulation.scenario import Scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import run_replication

AGENTS, LOAD_RATIO = 50, 0.9
MANY_AGENTS, LOAD_RATIO_OF_MANY = 1_000, 0.85
SERVICE_MS, MARKETING_MS, PATIENCE_MS = 210_000, 75_000, 120_000
HOUR_MS = 3_600_000
REPEATS = 3

Steps = Generator[Any, Any, None]


def measure_simulation(tell: Tell, *, quick: bool = False) -> dict[str, Any]:
    """Return contacts a second of the simulator and of simpy, their ratio, and a day's seconds.

    simpy's are None where it is not installed (it comes with the development tools), the 12-hour
    day of 1,000 agents is None if `quick`.
    """
    hours = 4 if quick else 24
    tell(f"simulation: {hours} h of {AGENTS} agents, the best of {REPEATS}")
    ours = simulation_speed(hours)
    theirs = simpy_speed(hours)
    day_seconds = None
    if not quick:
        tell(f"simulation: 12 h of {MANY_AGENTS:,} agents, the best of {REPEATS}")
        many = speed_scenario(MANY_AGENTS, LOAD_RATIO_OF_MANY, hours=12)
        day_seconds = round(min(seconds for seconds, _ in _runs(many)), 2)
    return {
        "contacts_per_second": round(ours),
        "simpy_contacts_per_second": None if theirs is None else round(theirs),
        "ratio": None if theirs is None else round(ours / theirs, 2),
        "thousand_agents_day_seconds": day_seconds,
    }


def simulation_speed(hours: int) -> float:
    """Return how many contacts a second of CPU time the simulator routes."""
    scenario = speed_scenario(AGENTS, LOAD_RATIO, hours)
    return max(contacts / seconds for seconds, contacts in _runs(scenario))


def speed_scenario(agents: int, load_ratio: float, hours: int) -> Scenario:
    """Return one queue with so many agents, and arrivals that give this load."""
    exponential = {"kind": "exponential"}
    queue = {
        "queue_id": "bank",
        "requires": {"bank": 1},
        "wrap_up": {"kind": "none"},
        "arrivals": {"kind": "constant", "per_hour": per_hour(agents, load_ratio)},
        "service_ms": {**exponential, "mean": SERVICE_MS},
        "marketing_ms": {**exponential, "mean": MARKETING_MS},
        "patience_ms": {**exponential, "mean": PATIENCE_MS},
    }
    return Scenario.model_validate(
        {
            "name": "speed",
            "duration_ms": hours * HOUR_MS,
            "queues": [queue],
            "groups": [{"name": "tellers", "skills": {"bank": 5}, "agents": agents}],
        }
    )


def per_hour(agents: int, load_ratio: float) -> float:
    """Return how many contacts an hour keep the agents busy for this share of the time."""
    return agents * load_ratio * HOUR_MS / SERVICE_MS


def _runs(scenario: Scenario) -> Iterator[tuple[float, int]]:
    """Run the scenario a few times; yield seconds of CPU time and contacts of each."""
    policy = parse_policy("threshold=-1")
    for repeat in range(REPEATS):
        gc.collect()
        began = time.process_time()
        counts = run_replication(scenario, policy, seed=1, replication=repeat)
        yield time.process_time() - began, counts.contacts


def simpy_speed(hours: int) -> float | None:
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
        self._per_ms = per_hour(AGENTS, LOAD_RATIO) / HOUR_MS
        self._end_ms = hours * HOUR_MS

    def run(self) -> None:
        self._environment.process(self._arrivals())
        self._environment.run()

    def _arrivals(self) -> Steps:
        environment = self._environment
        while True:
            yield environment.timeout(self._random.expovariate(self._per_ms))
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
