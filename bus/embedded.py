"""The embedded broker: amqtt in a process of its own, on loopback only.

For trying things out and for small sites; production takes Mosquitto (`bus/mosquitto.conf`).
Anonymous access is allowed only because nothing but loopback is served. The broker is quiet, has
no $SYS topics, and keeps nothing on disk: retained messages are gone when it is restarted.
It ends when its parent ends, however that happens: the parent holds its standard input open.
Run by hand: `python -m bus.embedded --port 1883`, which runs until Ctrl-C.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Self

import structlog

_log = structlog.get_logger(__name__)

LOOPBACK: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 20.0
_STOP_TIMEOUT_S: Final = 3.0
_RESTART_DELAY_S: Final = 0.2
_LISTENING: Final = b"listening "


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker did not start."""


class EmbeddedBroker:
    """Runs the broker's process and starts it again on the same port if it dies.

    `port` 0 takes a free one; after `start` the attribute has the real one. A broker that was
    stopped can be started again, on the same port.
    """

    def __init__(self, port: int = 0) -> None:
        self.host = LOOPBACK
        self.port = port
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the broker, None when stopped."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start and return when it accepts connections; raise EmbeddedBrokerError if it can't."""
        await self._launch()
        self._supervisor = asyncio.create_task(self._supervise(), name="embedded-broker")

    async def stop(self) -> None:
        """End the broker and wait until its process is gone."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor
            self._supervisor = None
        if self._process is not None:
            await _end(self._process)
            self._process = None

    async def _launch(self) -> None:
        """Start the process and wait for the line that tells its port."""
        command = (sys.executable, "-m", "bus.embedded", "--port", str(self.port), "--child")
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_child_environment(),
        )
        line = await _first_line(self._process)
        if not line.startswith(_LISTENING):
            raise EmbeddedBrokerError(await self._failure())
        self.port = int(line.removeprefix(_LISTENING))

    async def _failure(self) -> str:
        """End the process that did not start; return what to tell."""
        process, self._process = self._process, None
        assert process is not None
        await _end(process)
        output = await process.stderr.read() if process.stderr else b""
        lines = output.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        return (
            f"the embedded broker did not start on {self.host}:{self.port}: {lines[-1]};"
            " choose another port (0 takes a free one) or stop what uses it"
        )

    async def _supervise(self) -> None:
        """Start the broker again whenever its process ends by itself."""
        while True:
            if self._process is not None:
                code = await self._process.wait()
                _log.error("embedded_broker_died", port=self.port, exit_code=code)
            await asyncio.sleep(_RESTART_DELAY_S)
            try:
                await self._launch()
            except EmbeddedBrokerError as error:
                _log.error("embedded_broker_restart_failed", reason=str(error))
            else:
                _log.warning("embedded_broker_restarted", port=self.port)


def _child_environment() -> dict[str, str]:
    """Let the child import what this process imports, wherever it was started."""
    paths = [path or os.getcwd() for path in sys.path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


async def _first_line(process: asyncio.subprocess.Process) -> bytes:
    """Return the first line of its output; b"" if it ended or was silent for too long."""
    assert process.stdout is not None
    try:
        return await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
    except TimeoutError:
        return b""


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let go of the process, which ends it, and kill it if that does not help."""
    assert process.stdin is not None
    process.stdin.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def serve(port: int, until: Callable[[], Awaitable[None]]) -> None:
    """Serve on loopback as long as `until` waits; print the port once connections are accepted."""
    from amqtt.broker import Broker  # slow to import, and needed in the child only

    broker = Broker(_broker_config(port))
    await broker.start()
    sockets: Sequence[Any] = broker._servers["default"].instance.sockets
    print(f"listening {sockets[0].getsockname()[1]}", flush=True)
    await until()


def _broker_config(port: int) -> dict[str, Any]:
    """Return amqtt's configuration: one loopback listener, no $SYS, no packet logging."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}},
        "plugins": {
            "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
        },
    }


async def _input_ended() -> None:
    """Wait for the end of standard input, which comes when the parent is gone."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def readable() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            ended.set()

    loop.add_reader(0, readable)
    await ended.wait()


async def _for_ever() -> None:
    """Wait until the process is interrupted."""
    await asyncio.Event().wait()


def main() -> None:
    """Run the broker's process."""
    parser = argparse.ArgumentParser(prog="python -m bus.embedded", description=__doc__)
    parser.add_argument("--port", type=int, default=1883, help="0 takes a free port")
    parser.add_argument("--child", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args()
    if arguments.child:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # both end the parent, in its own order
    logging.disable(logging.CRITICAL)  # amqtt logs every oddity of every client
    try:
        asyncio.run(serve(arguments.port, _input_ended if arguments.child else _for_ever))
    except KeyboardInterrupt:
        return
    except Exception as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
