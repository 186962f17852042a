"""`tidegate dashboard`: serve the pages, without an engine in this process."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from config.loader import load_settings
from config.problems import ConfigError
from dashboard.accounts import AccountsError
from dashboard.server import DashboardError
from service.dashboard_process import serve_dashboard
from service.event_loop import run_on_loop
from service.logs import configure_logs

COULD_NOT_RUN = 2


def dashboard(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The engine's TOML file. Left out: the example."),
    ] = None,
) -> None:
    """Serve the wall and the desktops until SIGTERM or Ctrl-C, on this or another machine.

    Needs the broker (bus.host, bus.port) and the accounts file; what lies beside the journal is
    read if it is there. Exit code 0: stopped in order. 2: it could not start.
    """
    try:
        settings = load_settings(config, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    configure_logs(settings.service.log_format, settings.service.log_level)
    broker = (settings.bus.host, settings.bus.port)
    try:
        run_on_loop(serve_dashboard(settings, broker, _until_signal))
    except (AccountsError, DashboardError, OSError) as error:
        typer.echo(f"tidegate dashboard: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error


async def _until_signal() -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    await stop.wait()
