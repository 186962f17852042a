"""The whole path: generator, Mosquitto, engine, journal at FULL, and back to the agents."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bus import echo_seconds
from benchmarks.cores import Cores
from benchmarks.disk import fsync_seconds
from benchmarks.engine import TIDEGATE, EngineProcess
from benchmarks.mosquitto import BenchmarkError
from benchmarks.progress import Tell
from simulation.load_figures import Percentiles

RATES_PER_S = (62, 200)
"""What 15,000 agents handle, and a rate at which others were measured."""
STANDING_QUEUE = 1.1
"""Arrivals over what the agents can take: contacts always wait."""
FIRST_RATE_PER_S = 600.0
STEP = 1.25
SUSTAINED_RATIO = 0.95
SUSTAINED_P99_MS = 250.0
OVERLOAD = 2.0
OVERLOAD_AGENTS = 3_000


@dataclass(frozen=True, slots=True)
class Length:
    """How long is measured: a quick look, the usual form, or the full one."""

    name: str
    seconds: float
    contacts: int
    runs: int
    capacity_seconds: float


QUICK = Length("quick", 10, 0, 1, 5)
USUAL = Length("usual", 15, 0, 3, 8)
FULL = Length("full", 60, 5_000, 5, 20)


class EndToEnd:
    """All measurements on one engine."""

    def __init__(
        self, engine: EngineProcess, port: int, cores: Cores, length: Length, tell: Tell
    ) -> None:
        self._engine = engine
        self._port = port
        self._cores = cores
        self._length = length
        self._tell = tell
        self._directory = engine.journal.parent

    def measure(self) -> dict[str, Any]:
        """Return all figures of the whole path."""
        self._tell("end to end: warming up")
        self._load(200, 1_000, agents=100)
        latencies = [self.latency(rate) for rate in RATES_PER_S]
        pauses = self._engine.pauses()
        capacity = self.capacity()
        overload = self.overload(capacity)
        slowest = latencies[-1]
        return {
            "length": self._length.name,
            "contacts_per_second": capacity,
            "rate_per_second": slowest["rate_per_s"],
            "p50_ms": slowest["arrival_to_reservation_ms"]["p50"],
            "p99_ms": slowest["arrival_to_reservation_ms"]["p99"],
            "echo_p50_ms": slowest["echo_ms"]["p50"],
            "fsync_p50_ms": slowest["fsync_ms"]["p50"],
            "latency": latencies,
            "pauses": pauses,
            "overload": overload,
        }

    # --- latency -----------------------------------------------------------------------

    def latency(self, rate: float) -> dict[str, Any]:
        """Return the median run's percentiles at `rate` contacts a second, and what they cost.

        Echo and fsync are measured between the runs, on the same machine in the same minutes.
        """
        contacts = int(max(rate * self._length.seconds, self._length.contacts))
        found, freed, echo, fsync = [], [], [], []
        for run in range(1, self._length.runs + 1):
            self._tell(f"end to end: {rate:g} contacts a second, run {run}/{self._length.runs}")
            found.append(self._load(rate, contacts, agents=500))
            freed.append(self._standing_queue(rate, contacts))
            fsync += fsync_seconds(self._directory, 200)
            echo += echo_seconds(
                self._port, self._cores, rate, int(rate * min(self._length.seconds, 5))
            )
        return {
            "rate_per_s": rate,
            "runs": self._length.runs,
            "contacts_a_run": contacts,
            "arrival_to_reservation_ms": _median(found, "arrival_to_reservation_ms"),
            "freed_to_reservation_ms": _median(freed, "freed_to_reservation_ms"),
            "echo_ms": asdict(Percentiles.of_seconds(echo)),
            "fsync_ms": asdict(Percentiles.of_seconds(fsync)),
        }

    def _standing_queue(self, rate: float, contacts: int) -> dict[str, Any]:
        """Let `rate` agents a second get free while contacts wait."""
        agents = int(rate)
        return self._load(rate * STANDING_QUEUE, contacts, agents=agents, talk_ms=1_000)

    # --- capacity ----------------------------------------------------------------------

    def capacity(self) -> float:
        """Return the most contacts a second that were completed as fast as they arrived."""
        rate, best = FIRST_RATE_PER_S, 0.0
        while (completed := self._sustained(rate)) is not None:
            best, rate = completed, rate * STEP
        while not best and rate > 1:
            rate /= STEP
            best = self._sustained(rate) or 0.0
        finer = self._sustained(rate / STEP**0.5) if best else None
        return max(best, finer or 0.0)

    def _sustained(self, rate: float) -> float | None:
        """Return the contacts completed a second if the engine kept up with `rate`, else None."""
        self._tell(f"end to end: is {rate:.0f} contacts a second too much?")
        contacts = int(rate * self._length.capacity_seconds)
        result = self._load(rate, contacts, agents=int(rate))
        completed, arrived = result["completed_per_s"] or 0.0, result["arrived_per_s"]
        p99_ms = result["reply_ms"]["p99"]
        kept_up = completed >= SUSTAINED_RATIO * arrived and p99_ms <= SUSTAINED_P99_MS
        return float(completed) if kept_up and not result["busy"] else None

    def overload(self, capacity: float) -> dict[str, Any]:
        """Return what is still routed when twice the capacity is offered."""
        rate = OVERLOAD * capacity
        self._tell(f"end to end: overload, {rate:.0f} contacts a second")
        before = self._engine.journaled_arrivals()
        contacts = int(rate * self._length.capacity_seconds)
        result = self._load(rate, contacts, agents=OVERLOAD_AGENTS, talk_ms=250)
        journaled = self._engine.journaled_arrivals() - before
        return {
            "offered_per_second": result["arrived_per_s"],
            "completed_per_second": result["completed_per_s"],
            "share_of_capacity": round((result["completed_per_s"] or 0.0) / capacity, 2),
            "offered": result["offered"],
            "journaled": journaled,
            "busy": result["busy"],
            "conserved": result["offered"] == journaled + result["busy"],
        }

    # --- one run -----------------------------------------------------------------------

    def _load(
        self, rate: float, contacts: int, agents: int, talk_ms: float | None = None
    ) -> dict[str, Any]:
        """Run the load generator as a process of its own; return its figures."""
        options = {"rate": rate, "contacts": contacts, "agents": agents, "talk-ms": talk_ms}
        command = [*TIDEGATE, "load", "--json", "--config", str(self._engine.config)]
        for name, value in options.items():
            if value is not None:
                command += [f"--{name}", str(value)]
        log = self._directory / "load.log"
        with log.open("wb") as errors:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, check=False)
        try:
            result: dict[str, Any] = json.loads(done.stdout)
        except json.JSONDecodeError as error:
            words = log.read_text(errors="replace")[-2_000:]
            raise BenchmarkError(f"the load generator failed: {words}") from error
        return result


def _median(results: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return for each percentile the median over the runs, and how many samples there were."""
    medians = {
        key: statistics.median(result[name][key] for result in results)
        for key in ("p50", "p90", "p99", "p999", "max")
    }
    return {"count": sum(result[name]["count"] for result in results), **medians}
