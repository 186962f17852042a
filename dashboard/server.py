"""The server: uvicorn on one socket, with the hub behind it, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import structlog
import uvicorn

from bus.connection_settings import ConnectionSettings
from bus.topics import TopicSpace
from config.addresses import is_loopback
from config.dashboard import DashboardSettings
from config.settings import TidegateSettings
from dashboard.app import make_app
from dashboard.hub import Hub

MAX_SOCKET_MESSAGE_BYTES = 64 * 1024
STOP_S = 3
BACKLOG = 4_096
KERNEL_LIMITS = {"TCP_USER_TIMEOUT": 30_000, "TCP_NOTSENT_LOWAT": 128 * 1024}
"""The kernel ends a connection whose peer has taken nothing for 30 s, and keeps little that was not
sent yet: a slow reader gets fewer frames and not old ones, and megabytes are not kept for each."""

log = structlog.get_logger(__name__)


class DashboardError(Exception):
    """Why the dashboard cannot run, and what to do."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are our caller's."""
        yield


async def serve(
    settings: TidegateSettings,
    connection: ConnectionSettings,
    space: TopicSpace,
    until: Callable[[], Awaitable[object]],
    on_ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve until `until` returns; `on_ready` is told the port.

    Raises `AccountsError`, `DashboardError` or `OSError`, before anything is served.
    """
    hub = Hub(settings, connection, space)
    _require_accounts(settings.dashboard, hub)
    listening = _listen(settings.dashboard)
    server = _Server(_config(hub))
    await hub.start()
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="dashboard-server")
    stopping = asyncio.ensure_future(until())
    try:
        port = listening.getsockname()[1]
        log.info("dashboard_started", address=f"http://{settings.dashboard.host}:{port}/")
        on_ready(port)
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        hub.close_readers()
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        await hub.stop()


def _config(hub: Hub) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(hub),
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=10,
        ws_ping_timeout=10,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
        backlog=BACKLOG,
    )


def _require_accounts(settings: DashboardSettings, hub: Hub) -> None:
    """Refuse to be seen by other machines while nobody has an account."""
    has_any = hub.doorman.accounts.accounts or settings.proxy is not None
    if not is_loopback(settings.host) and not has_any:
        raise DashboardError(
            f"dashboard.host = {settings.host} can be reached from other machines, and there are"
            f" no accounts in {settings.accounts_file}: make one with `tidegate accounts add`"
        )


def _listen(settings: DashboardSettings) -> socket.socket:
    """Return a listening socket. Raises `DashboardError` in words if the address is taken."""
    try:
        info = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(info[0], socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for name, value in KERNEL_LIMITS.items():
            if hasattr(socket, name):  # Linux; accepted connections inherit them
                listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        listening.bind(info[4])
    except OSError as error:
        raise DashboardError(
            f"the dashboard cannot be served at {settings.host}:{settings.port}"
            f" ({error.strerror or error}). Stop what uses that address, or choose another"
            " dashboard.port (0: any free one)."
        ) from error
    listening.listen(BACKLOG)
    listening.setblocking(False)
    return listening
