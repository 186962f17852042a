"""Whether readers slow routing: load on a real engine, with and without readers, in turn.

    python -m benchmarks.dashboard_routing [--readers N] [--rate R] [--contacts N]

Dashboard, broker, engine, generator and readers share the machine; the readers have low priority;
on a machine of its own a dashboard costs the broker one subscriber. Prints one JSON object: the
medians of arrival to reservation, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.cores import divide_cores
from benchmarks.dashboard import SETTLE_S, make_accounts, read, start_dashboard
from benchmarks.engine import TIDEGATE, EngineProcess
from benchmarks.mosquitto import Mosquitto
from config.settings import ServiceSettings
from service.dashboard_process import dashboard_nice

AGENTS = 500
READERS_NICENESS = 15
"""Readers are on machines of their own in truth: here they take what is left."""


def measure(readers: int, rate: float, contacts: int, rounds: int) -> dict[str, Any]:
    """Return what each run took, in milliseconds, without readers and with them."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        broker = Mosquitto(directory)
        broker.start()
        engine = EngineProcess(directory, broker.port, divide_cores())
        tokens = make_accounts(directory, 0)
        dashboard, port = start_dashboard(directory, broker.port)
        os.setpriority(os.PRIO_PROCESS, dashboard.pid, dashboard_nice(ServiceSettings()))
        try:
            engine.start()
            _load(engine, rate, contacts)  # warming up
            found: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
            for _ in range(rounds):
                found["without"].append(_load(engine, rate, contacts))
                context = get_context("spawn")
                receiver, sender = context.Pipe(duplex=False)
                seconds = contacts / rate + 10
                reading = context.Process(
                    target=read, args=(port, tokens, readers, seconds, sender, READERS_NICENESS)
                )
                reading.start()
                time.sleep(SETTLE_S)
                found["with"].append(_load(engine, rate, contacts))
                receiver.recv()
                reading.join(20)
        finally:
            dashboard.terminate()
            dashboard.wait(20)
            engine.stop()
            broker.stop()
    return {"readers": readers, "rate_per_s": rate, **_compared(found), "runs": found}


def _compared(found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for key in ("p50", "p99"):
        medians = {
            name: statistics.median(one[key] for one in runs) for name, runs in found.items()
        }
        figures[f"{key}_ms"] = medians
        figures[f"{key}_ratio"] = round(medians["with"] / medians["without"], 2)
    return figures


def _load(engine: EngineProcess, rate: float, contacts: int) -> dict[str, float]:
    """Return p50 and p99 of arrival to reservation, and contacts completed a second."""
    arguments = ("load", "--config", str(engine.config), "--json", "--rate", str(rate))
    sizes = ("--contacts", str(contacts), "--agents", str(AGENTS))
    done = subprocess.run([*TIDEGATE, *arguments, *sizes], capture_output=True, check=True)
    figures = json.loads(done.stdout)
    times = figures["arrival_to_reservation_ms"]
    return {"p50": times["p50"], "p99": times["p99"]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard_routing")
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--contacts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    figures = measure(arguments.readers, arguments.rate, arguments.contacts, arguments.rounds)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
