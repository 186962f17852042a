"""All benchmarks in order, each with what it needs, in a directory that is removed afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

from benchmarks.bus import measure_bus
from benchmarks.core import measure_core
from benchmarks.cores import Cores, divide_cores
from benchmarks.end_to_end import QUICK, EndToEnd, Length
from benchmarks.engine import EngineProcess
from benchmarks.follower import measure_follower
from benchmarks.journal import measure_journal
from benchmarks.machine import describe_machine
from benchmarks.mosquitto import Mosquitto, find_mosquitto, mosquitto_version
from benchmarks.progress import Tell
from benchmarks.restart import measure_restart
from benchmarks.simulation import measure_simulation

Part = Literal["core", "journal", "bus", "end_to_end", "restart", "follower", "simulation"]
PARTS: tuple[Part, ...] = get_args(Part)
NEED_MOSQUITTO = frozenset({"bus", "end_to_end", "restart", "follower"})


class Suite:
    """Runs parts of the benchmark; files lie under `base`, which should be on a real disk."""

    def __init__(self, base: Path, length: Length, tell: Tell) -> None:
        self._base = base
        self._length = length
        self._quick = length is QUICK
        self._tell = tell
        self._cores = divide_cores()

    def run(self, parts: tuple[Part, ...]) -> dict[str, Any]:
        """Return the figures of `parts`. Raises `BenchmarkError` if one cannot be run."""
        machine = describe_machine(self._cores)
        if not NEED_MOSQUITTO.isdisjoint(parts):
            find_mosquitto()
            machine["mosquitto"] = mosquitto_version()
        figures: dict[str, Any] = {"machine": machine, "length": self._length.name}
        with _off_the_engines_core(self._cores):
            for part in parts:
                figures[part] = self._measure(part)
        return figures

    def _measure(self, part: Part) -> dict[str, Any]:
        with self._directory() as directory:
            match part:
                case "core":
                    return measure_core(self._tell, quick=self._quick)
                case "journal":
                    return measure_journal(directory, self._tell, quick=self._quick)
                case "simulation":
                    return measure_simulation(self._tell, quick=self._quick)
                case _:
                    return self._with_broker(part, directory)

    def _with_broker(self, part: Part, directory: Path) -> dict[str, Any]:
        broker = Mosquitto(directory)
        broker.start()
        try:
            if part == "bus":
                return measure_bus(broker.port, self._cores, self._tell, quick=self._quick)
            if part == "follower":
                return measure_follower(broker.port, self._tell, quick=self._quick)
            engine = EngineProcess(directory, broker.port, self._cores)
            if part == "restart":
                return measure_restart(engine, self._tell, quick=self._quick)
            return self._end_to_end(engine, broker.port)
        finally:
            broker.stop()

    def _end_to_end(self, engine: EngineProcess, port: int) -> dict[str, Any]:
        try:
            engine.start()
            return EndToEnd(engine, port, self._cores, self._length, self._tell).measure()
        finally:
            engine.stop()

    @contextmanager
    def _directory(self) -> Iterator[Path]:
        self._base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="bench-", dir=self._base) as name:
            yield Path(name).absolute()


@contextmanager
def _off_the_engines_core(cores: Cores) -> Iterator[None]:
    """Leave the engine's core, and with this process all it starts, but the engine."""
    if not cores.pinned:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores.others)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
