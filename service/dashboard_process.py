"""The dashboard as a process: alone, or as a child of the engine's."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog

from config.settings import ServiceSettings, TidegateSettings
from dashboard.accounts import AccountsError
from dashboard.server import DashboardError, serve
from service.event_loop import run_on_loop
from service.logs import configure_logs
from service.wiring import connection_settings, topic_space

log = structlog.get_logger(__name__)


def dashboard_nice(settings: ServiceSettings) -> int:
    """Return how much less urgent than the engine the dashboard runs, as niceness."""
    return settings.children_nice // 2


async def serve_dashboard(
    settings: TidegateSettings,
    broker: tuple[str, int],
    until: Callable[[], Awaitable[object]],
    on_ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Serve the dashboard until `until` returns; raises as `dashboard.server.serve`."""
    client_id = f"{settings.client_id()}-dashboard-{os.getpid()}"
    client = connection_settings(settings.bus, *broker, client_id)
    await serve(settings, client, topic_space(settings), until, on_ready)


def run_dashboard(settings: TidegateSettings, broker: tuple[str, int]) -> None:
    """Run as the engine's child, until SIGTERM or until the engine is gone."""
    configure_logs(settings.service.log_format, settings.service.log_level)
    with contextlib.suppress(OSError):
        os.nice(dashboard_nice(settings.service))
    try:
        run_on_loop(serve_dashboard(settings, broker, _told_to_stop))
    except (AccountsError, DashboardError, OSError) as error:
        log.error("dashboard_failed", reason=str(error))
        sys.exit(1)


async def _told_to_stop() -> None:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, lambda: None)  # Ctrl-C ends the engine, which ends us
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop.add_reader(parent.sentinel, stopping.set)
    await stopping.wait()
    if parent is not None:
        loop.remove_reader(parent.sentinel)
