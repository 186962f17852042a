"""Running: an engine with all that belongs to it, started and stopped in order."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bus.embedded import EmbeddedBroker
from config.settings import TidegateSettings
from service.engine_service import EngineService
from service.http import StatusServer
from service.metrics import EngineCollector
from service.processes import FollowerProcess, dashboard_process

log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(
    settings: TidegateSettings,
    *,
    with_follower: bool = True,
    stopping: asyncio.Event | None = None,
) -> AsyncIterator[EngineService]:
    """Start broker (if embedded), engine, status pages and follower; stop them in reverse.

    In a cluster the engine stands by until it leads; `stopping` ends that. Raises
    `StoppedStandingBy` then, `EmbeddedBrokerError`, `JournalError`, or `OSError` if a port is
    taken.
    """
    async with AsyncExitStack() as stack:
        broker = await _broker(settings, stack)
        service = EngineService(settings, broker)
        status = StatusServer(
            settings.service.http_host,
            settings.service.http_port,
            EngineCollector(service),
            lambda: not service.failed.is_set(),
            service.not_ready_because,
        )
        stack.callback(status.stop)
        status.start()
        follower = FollowerProcess(settings, broker, service.take_advice)
        stack.push_async_callback(follower.stop)  # after the engine: it sees all there is
        await service.start(stopping)
        stack.push_async_callback(service.stop)
        if with_follower:
            follower.start()
        if settings.dashboard.enabled:
            dashboard = dashboard_process(settings, broker)
            dashboard.start()
            stack.push_async_callback(dashboard.stop)
        _spare_the_collector()
        host = settings.service.http_host
        log.info(
            "engine_started",
            broker=f"{broker[0]}:{broker[1]}",
            status_page=f"http://{host}:{status.port}/readyz",
            journal=str(settings.journal.path),
            topics=service.space.base,
        )
        yield service


async def _broker(settings: TidegateSettings, stack: AsyncExitStack) -> tuple[str, int]:
    bus = settings.bus
    if bus.broker == "mqtt":
        return bus.host, bus.port
    embedded = EmbeddedBroker(bus.port)
    await stack.enter_async_context(embedded)
    return embedded.host, embedded.port


def _spare_the_collector() -> None:
    """Keep garbage collection short: the state has no cycles, and what is loaded stays.

    A full collection over 100,000 contacts would stop routing for a good part of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)
