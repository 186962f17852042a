"""A real Mosquitto with the settings we ship, to be started, stopped, killed and started again."""

import asyncio
import contextlib
import getpass
import os
import re
import shutil
import signal
import socket
from pathlib import Path
from typing import Self

import pytest

SHIPPED_SETTINGS = Path(__file__).parents[2] / "bus" / "mosquitto.conf"
HOST = "127.0.0.1"


def find_mosquitto() -> str:
    """Return the path of the program; without it skip the test, or fail if CI=true."""
    program = shutil.which(
        "mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    )
    if program is not None:
        return program
    reason = "Mosquitto is not installed: run scripts/install-test-tools.sh"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class MosquittoProcess:
    """Mosquitto on a loopback port; `start` after `stop` or `kill` takes the same port again."""

    def __init__(self, directory: Path, port: int = 0, extra_settings: str = "") -> None:
        self.host = HOST
        self.port = port or free_port()
        self._program = find_mosquitto()
        self._settings = directory / f"mosquitto-{self.port}.conf"
        self._log = directory / f"mosquitto-{self.port}.log"
        self._settings.write_text(self._shipped() + extra_settings)
        self._process: asyncio.subprocess.Process | None = None

    def _shipped(self) -> str:
        """Return the shipped settings with our port for theirs."""
        text, replaced = re.subn(
            r"^listener 1883 ", f"listener {self.port} ", SHIPPED_SETTINGS.read_text(), flags=re.M
        )
        assert replaced == 1, "the shipped settings have one listener, on port 1883"
        return f"{text}\n{self.run_as()}\n"

    def run_as(self) -> str:
        """Return the setting that keeps the user, also root: it has to read test files."""
        return f"user {getpass.getuser()}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start and return when it accepts connections on each of its ports."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program, "-c", str(self._settings), stderr=log, stdout=log
            )
        try:
            async with asyncio.timeout(15):
                for port in self.ports():
                    await self._until_it_accepts(port)
        except BaseException:
            await self.kill()
            raise

    def ports(self) -> tuple[int, ...]:
        """Return the ports it listens on."""
        return (self.port,)

    async def stop(self) -> None:
        """Ask it to end, as an administrator would; it disconnects its clients."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def kill(self) -> None:
        """End it at once (SIGKILL)."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def pause(self) -> None:
        """Freeze it (SIGSTOP): connections stay open and nothing answers, until `resume`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        """Return what it wrote so far."""
        return self._log.read_text(errors="replace")

    async def _until_it_accepts(self, port: int) -> None:
        """Try to connect until that works; fail with its own words if it ended."""
        assert self._process is not None
        while self._process.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(self.host, port)
                writer.close()
                return
            await asyncio.sleep(0.02)
        raise RuntimeError(f"Mosquitto ended with {self._process.returncode}: {self.log()}")
