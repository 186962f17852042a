"""Real NATS servers with JetStream, alone or as a cluster, to be killed and started again."""

import asyncio
import contextlib
import os
import shutil
from pathlib import Path
from typing import Self

import pytest

from tests.support.brokers import HOST, free_port


def find_nats() -> str:
    """Return the path of the program; without it skip the test, or fail if CI=true."""
    program = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is not None:
        return program
    reason = "nats-server is not installed: run scripts/install-test-tools.sh"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class NatsServers:
    """`count` servers on loopback ports, one cluster if more than one."""

    def __init__(self, directory: Path, count: int = 1) -> None:
        self._program = find_nats()
        self._directory = directory
        self.ports = [free_port() for _ in range(count)]
        self._routes = [free_port() for _ in range(count)]
        self._monitors = [free_port() for _ in range(count)]
        self._processes: list[asyncio.subprocess.Process | None] = [None] * count

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"nats://{HOST}:{port}" for port in self.ports)

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(self.start(index) for index in range(len(self.ports))))
        try:
            async with asyncio.timeout(30):
                await self.until_healthy()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(self.kill(index) for index in range(len(self.ports))))

    async def start(self, index: int) -> None:
        """Start one server; it keeps its port and what it stored."""
        lines = [
            f"server_name: n{index}",
            f"listen: {HOST}:{self.ports[index]}",
            f"http: {HOST}:{self._monitors[index]}",
            f"jetstream {{ store_dir: '{self._directory / f'nats-{index}'}' }}",
        ]
        if len(self.ports) > 1:
            routes = ", ".join(f"nats-route://{HOST}:{port}" for port in self._routes)
            lines.append(
                f"cluster {{ name: tidegate, listen: {HOST}:{self._routes[index]},"
                f" routes: [{routes}] }}"
            )
        settings = self._directory / f"nats-{index}.conf"
        settings.write_text("\n".join(lines))
        with (self._directory / f"nats-{index}.log").open("ab") as log:
            self._processes[index] = await asyncio.create_subprocess_exec(
                self._program, "-c", str(settings), stdout=log, stderr=log
            )

    async def kill(self, index: int) -> None:
        """End one server at once (SIGKILL)."""
        process = self._processes[index]
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    def signal(self, index: int, number: int) -> None:
        """Send a signal to one server."""
        process = self._processes[index]
        assert process is not None
        process.send_signal(number)

    async def until_healthy(self) -> None:
        """Wait until every server says that it and its streams are up to date."""
        for port in self._monitors:
            while not await _healthy(port):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


async def _healthy(port: int) -> bool:
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return b" 200 " in answer.split(b"\r\n")[0]
    return False
