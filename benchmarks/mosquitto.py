"""A Mosquitto of our own, with the settings we ship, on a free loopback port."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import bus

HOST = "127.0.0.1"
START_S = 15.0
STOP_S = 5.0


class BenchmarkError(Exception):
    """A benchmark could not be run; the text says why and what to do."""


def find_mosquitto() -> str:
    """Return the program's path. Raises `BenchmarkError` if it is not installed."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    program = shutil.which("mosquitto", path=path)
    if program is None:
        raise BenchmarkError(
            "Mosquitto is not installed: run scripts/install-test-tools.sh, or measure the rest"
            " with --only core or --only journal"
        )
    return program


def mosquitto_version() -> str:
    """Return the version of the program, as "2.0.18"."""
    done = subprocess.run([find_mosquitto(), "-h"], capture_output=True, text=True, check=False)
    found = re.search(r"mosquitto version (\S+)", done.stdout)
    return found[1] if found else "?"


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Mosquitto:
    """The broker as a process; started by `start`."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        shipped = Path(bus.__file__).with_name("mosquitto.conf").read_text()
        settings = re.sub(r"^listener 1883 ", f"listener {self.port} ", shipped, flags=re.M)
        self._log = directory / "mosquitto.log"
        self._conf = directory / "mosquitto.conf"
        self._conf.write_text(f"{settings}\nuser {getpass.getuser()}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens. Raises `BenchmarkError` if it does not."""
        with self._log.open("ab") as log:
            command = [find_mosquitto(), "-c", str(self._conf)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up and self._process.poll() is None:
            with suppress(OSError):
                socket.create_connection((HOST, self.port), 1.0).close()
                return
            time.sleep(0.02)
        raise BenchmarkError(f"Mosquitto did not start: {self._log.read_text(errors='replace')}")

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            stop_process(self._process)


def stop_process(process: subprocess.Popen[bytes], patience_s: float = STOP_S) -> None:
    """Ask a process to end, and end it if it does not."""
    process.terminate()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
