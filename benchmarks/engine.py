"""The engine as a process of its own: `tidegate serve`, with a journal on the real disk."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.cores import Cores, children_of, move, on
from benchmarks.mosquitto import HOST, BenchmarkError, free_port, stop_process

READY_S = 120.0
STOP_S = 30.0
QUEUES = 10
TIDEGATE = (sys.executable, "-c", "from service.cli import app; app()")
"""The command line, whether or not it is installed on the path."""

_CONFIGURATION = """\
[bus]
broker = "mqtt"
port = {broker_port}

[journal]
path = "{journal}"
synchronous = "FULL"

[service]
http_port = {http_port}
log_level = "warning"
"""
_QUEUE = """
[[queues]]
queue_id = "queue-{number}"
requires = {{ english = 1 }}
"""


class EngineProcess:
    """One engine and its follower, configured by a file in `directory`."""

    def __init__(self, directory: Path, broker_port: int, cores: Cores) -> None:
        self._http_port = free_port()
        self._cores = cores
        self._log = directory / "engine.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.journal = directory / "journal.db"
        self.config = directory / "tidegate.toml"
        text = _CONFIGURATION.format(
            broker_port=broker_port, journal=self.journal, http_port=self._http_port
        )
        queues = "".join(_QUEUE.format(number=number) for number in range(QUEUES))
        self.config.write_text(text + queues)

    def start(self) -> float:
        """Start the engine and wait until it is ready; return the seconds that took.

        Raises `BenchmarkError` if it ends or is not ready in time.
        """
        started = time.perf_counter()
        command = [*TIDEGATE, "serve", "--config", str(self.config)]
        with self._log.open("ab") as log, on(self._cores.engine, pinned=self._cores.pinned):
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        while not self._is_ready():
            if self._process.poll() is not None or time.perf_counter() - started > READY_S:
                words = self._log.read_text(errors="replace")[-2_000:]
                raise BenchmarkError(f"the engine did not become ready: {words}")
            time.sleep(0.01)
        seconds = time.perf_counter() - started
        self._move_follower()
        return seconds

    def stop(self) -> None:
        """Stop the engine in order."""
        if self._process is not None:
            stop_process(self._process, STOP_S)

    def journaled_arrivals(self) -> int:
        """Return how many different contacts arrived, by the journal itself."""
        with contextlib.closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as raw:
            found = raw.execute(
                "SELECT count(DISTINCT event_id) FROM records WHERE kind = 'contact_arrived'"
            )
            return int(found.fetchone()[0])

    def pauses(self) -> dict[str, float]:
        """Return how often the engine stood still for over 10 ms so far, and the longest, ms."""
        with urllib.request.urlopen(self._page("metrics"), timeout=5.0) as answer:
            lines = answer.read().decode().splitlines()
        values = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
        longest_s = float(values["tidegate_longest_pause_seconds"])
        return {
            "over_10_ms": int(float(values["tidegate_pauses_total"])),
            "longest_ms": round(longest_s * 1_000, 1),
        }

    def _page(self, name: str) -> str:
        return f"http://{HOST}:{self._http_port}/{name}"

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self._page("readyz"), timeout=1.0) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _move_follower(self) -> None:
        """Take the engine's children, which begin on its core, to the others."""
        if not self._cores.pinned or self._process is None:
            return
        give_up = time.monotonic() + 5.0
        while len(children := children_of(self._process.pid)) < 2 and time.monotonic() < give_up:
            time.sleep(0.05)
        time.sleep(0.5)  # until the follower has all its threads
        for pid in children:
            move(pid, self._cores.others)
