"""A real `tidegate serve` in a process of its own, to be stopped, killed and started again."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Self

from bus.topics import TopicSpace
from tests.support.brokers import HOST, free_port

PROGRAM = Path(sys.executable).with_name("tidegate")
SPACE = TopicSpace("acme", "main", "voice")
START_S = 40.0  # bounds for what must happen, never a measure of speed
STOP_S = 40.0

LINK = """\
retry_min_ms = 20
retry_max_ms = 200
keepalive_s = 5"""
QUEUES = """
[[queues]]
queue_id = "cards"
ring_timeout_ms = 20000
"""


def config_text(
    directory: Path,
    ports: tuple[int, int],
    queues: str,
    *,
    is_embedded: bool,
    **sections: str,
) -> str:
    """Return a configuration file: `sections` adds lines to the table of that name.

    `ports`: those of the broker and of the status pages.
    """
    kind = "embedded" if is_embedded else "mqtt"
    tables = {
        "centre": 'tenant = "acme"\nsite = "main"\ndomain = "voice"',
        "bus": f'broker = "{kind}"\nport = {ports[0]}\n{LINK}',
        "journal": f"path = {json.dumps(str(directory / 'journal.db'))}",
        "service": f"http_port = {ports[1]}\nchildren_nice = 0",  # many tests share the machine
        "limits": "",
        "cluster": "",
    }
    for name, lines in sections.items():
        tables[name] += f"\n{lines}"
    written = "\n\n".join(f"[{name}]\n{lines}" for name, lines in tables.items())
    return f"{written}\n{queues}"


class EngineProcess:
    """One engine: its files in `directory`, its log there too. `start` after an end goes on.

    Without `broker_port` the engine starts its own embedded broker, on a free port.
    """

    def __init__(
        self,
        directory: Path,
        broker_port: int | None = None,
        queues: str = QUEUES,
        data: Path | None = None,
        **sections: str,
    ) -> None:
        self.directory = directory
        self.data = data or directory
        self.journal = self.data / "journal.db"
        self.http_port = free_port()
        self.config = directory / "tidegate.toml"
        self._log = directory / "engine.log"
        self.is_embedded = broker_port is None
        self.broker_port = broker_port or free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.configure(queues, **sections)

    def configure(self, queues: str, **sections: str) -> None:
        """Write the configuration file (again)."""
        ports = (self.broker_port, self.http_port)
        text = config_text(self.data, ports, queues, is_embedded=self.is_embedded, **sections)
        self.config.write_text(text)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "start it first"
        return self._process

    async def launch(self) -> None:
        """Start the process and do not wait for anything."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(PROGRAM),
                *("serve", "--config", str(self.config)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env={**os.environ, "PYTHONFAULTHANDLER": "1"},
            )

    async def start(self) -> None:
        """Start and return when it says that it is ready."""
        await self.launch()
        await self.until_ready()

    async def until_ready(self) -> None:
        await self.until_status(200)

    async def until_status(self, status: int, within_s: float = START_S) -> str:
        """Wait until the readiness page answers with this status; return what it says."""
        page: tuple[int, str] = (0, "")
        try:
            async with asyncio.timeout(within_s):
                while (page := await self.get("/readyz"))[0] != status:
                    assert self.process.returncode is None, self.log()
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"{page} instead of {status}:\n{self.log()}") from None
        return page[1]

    async def until_unready(self, because: str) -> None:
        """Wait until the readiness page says that it is not ready, for this reason."""
        text = ""
        async with asyncio.timeout(START_S):
            while because not in text:
                text = await self.until_status(503)
                await asyncio.sleep(0.03)

    async def get(self, path: str) -> tuple[int, str]:
        """Return the status and text of one of its pages; status 0 if nothing answers."""
        try:
            reader, writer = await asyncio.open_connection(HOST, self.http_port)
            writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            answer = (await reader.read()).decode()
            writer.close()
        except OSError:
            return 0, ""
        head, _, body = answer.partition("\r\n\r\n")
        return int(head.split()[1]) if head else 0, body.strip()

    async def metric(self, name: str) -> float:
        """Return one metric's value, 0 if it is not there; `name` with its labels."""
        _, page = await self.get("/metrics")
        for line in page.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; return the exit code."""
        try:
            async with asyncio.timeout(STOP_S):
                return await self.process.wait()
        except TimeoutError:
            self.process.send_signal(signal.SIGABRT)  # PYTHONFAULTHANDLER: where it hangs
            await self.process.wait()
            raise AssertionError(f"it does not end:\n{self.log()}") from None

    async def stop(self) -> int:
        """Stop it in order; return the exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def log(self) -> str:
        """Return everything logged so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of one kind."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        return [one for one in map(json.loads, lines) if one["event"] == event]

    async def until_logged(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until an event was logged `count` times."""
        try:
            async with asyncio.timeout(START_S):
                while len(found := self.logged(event)) < count:  # noqa: ASYNC110 - a file
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"{event} is not logged:\n{self.log()}") from None
        return found
