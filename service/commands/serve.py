"""`tidegate serve`: run the engine until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bus.embedded import EmbeddedBrokerError
from config.advice import warnings_about
from config.catalogue_loader import CatalogueError
from config.loader import load_settings
from config.problems import ConfigError
from config.settings import TidegateSettings
from outcomes.journal import JournalError
from service.engine_service import EngineService
from service.event_loop import run_on_loop
from service.logs import configure_logs
from service.running import running
from service.standby import StoppedStandingBy

COULD_NOT_RUN = 2
FAILED = 1

log = structlog.get_logger(__name__)


def serve(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The TOML file. Left out: the shipped example."),
    ] = None,
) -> None:
    """Run the engine: recover, connect to the broker, route, until SIGTERM or Ctrl-C.

    SIGHUP loads the configuration again; a faulty one changes nothing. Exit code 0: stopped in
    order. 1: the engine failed. 2: it could not start.
    """
    try:
        settings = load_settings(config, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    configure_logs(settings.service.log_format, settings.service.log_level)
    for warning in warnings_about(settings, os.environ):
        log.warning("configuration_advice", advice=warning)
    try:
        failed = run_on_loop(_serve(settings, config))
    except (JournalError, EmbeddedBrokerError, CatalogueError, OSError) as error:
        typer.echo(f"tidegate serve: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if failed:
        raise typer.Exit(FAILED)


async def _serve(settings: TidegateSettings, config: Path | None) -> bool:
    """Run until a signal; tell whether the engine failed."""
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    try:
        async with running(settings, stopping=stop) as service:
            reloading = asyncio.create_task(_reload(service, config, reload))
            waits = [asyncio.create_task(one.wait()) for one in (stop, service.failed)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in (*waits, reloading):
                task.cancel()
            return service.failed.is_set()
    except StoppedStandingBy:
        return False


async def _reload(service: EngineService, config: Path | None, wanted: asyncio.Event) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            fresh = await asyncio.to_thread(load_settings, config, os.environ)
        except ConfigError as error:
            log.error("configuration_refused", problems=[str(one) for one in error.problems])
            continue
        service.reload(fresh)
