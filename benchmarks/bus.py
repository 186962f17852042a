"""The bus alone: messages there and back through Mosquitto at QoS 1, by way of an echo process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from benchmarks.cores import Cores, on
from benchmarks.echo import EchoClient
from benchmarks.mosquitto import stop_process
from benchmarks.progress import Tell
from simulation.load_figures import Percentiles

RATE_PER_S = 200.0

T = TypeVar("T")


def measure_bus(port: int, cores: Cores, tell: Tell, *, quick: bool) -> dict[str, Any]:
    """Return latency and throughput of the broker at `port`."""
    tell("bus: echo")
    echo = echo_seconds(port, cores, RATE_PER_S, 400 if quick else 2_000)
    tell("bus: throughput")
    with _echo_process(port, cores):
        per_second = _run(EchoClient(port).throughput(5_000 if quick else 40_000))
    return {
        "echo_ms": asdict(Percentiles.of_seconds(echo)),
        "round_trips_per_second": round(per_second),
    }


def echo_seconds(port: int, cores: Cores, rate_per_s: float, times: int) -> list[float]:
    """Return how long each of `times` messages took there and back, at `rate_per_s`."""
    with _echo_process(port, cores):
        return _run(EchoClient(port).measure(rate_per_s, times))


@contextmanager
def _echo_process(port: int, cores: Cores) -> Iterator[None]:
    """Run the echo process on the engine's core: the way is the engine's."""
    with on(cores.engine, pinned=cores.pinned):
        command = [sys.executable, "-m", "benchmarks.echo", str(port)]
        quiet = subprocess.DEVNULL  # its log would stand among our figures
        process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        stop_process(process)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
