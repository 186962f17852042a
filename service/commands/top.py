"""`tidegate top`: the wall in a terminal, for a shell over SSH."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from config.loader import load_settings
from config.problems import ConfigError
from config.settings import TidegateSettings
from dashboard.link import BusLink
from dashboard.view import View
from service.commands.top_table import Objects, top_table
from service.event_loop import run_on_loop
from service.logs import configure_logs
from service.wiring import connection_settings, topic_space

COULD_NOT_RUN = 2
CONNECT_S = 15.0
FRAME_S = 0.5


def top(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="The engine's TOML file. Left out: the example."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Print the state once and end.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all objects as one JSON object and end.")
    ] = False,
) -> None:
    """Show queues, gate, alarms and agents by state, live, read from the broker.

    Exit code 0: ended. 2: the configuration is wrong, or there is no link to the broker.
    """
    try:
        settings = load_settings(config, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    configure_logs("console", "error")
    try:
        run_on_loop(_top(settings, is_once=once or as_json, as_json=as_json))
    except TimeoutError as error:
        where = f"{settings.bus.host}:{settings.bus.port}"
        typer.echo(f"tidegate top: no answer from the broker at {where}: check [bus]", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error


async def _top(settings: TidegateSettings, *, is_once: bool, as_json: bool) -> None:
    view, changed = View(), asyncio.Event()
    client = connection_settings(
        settings.bus, settings.bus.host, settings.bus.port, f"tidegate-top-{os.getpid()}"
    )
    link = BusLink(
        client,
        topic_space(settings),
        view,
        on_decisions=lambda agent_id, batch: None,
        on_reply=lambda sender, reply: None,
        on_urgent=changed.set,
        on_link=lambda is_connected: None,
    )
    await link.start()
    try:
        async with asyncio.timeout(CONNECT_S):
            while not link.is_live:
                changed.clear()
                await changed.wait()
        if as_json:
            typer.echo(json.dumps(_objects(view), indent=2))
        elif is_once:
            Console(highlight=False).print(top_table(_objects(view), is_live=True))
        else:
            await _show(view, link)
    finally:
        await link.stop()


async def _show(view: View, link: BusLink) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    with Live(auto_refresh=False, screen=True) as live:
        while not stop.is_set():
            live.update(top_table(_objects(view), is_live=link.is_live), refresh=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FRAME_S)


def _objects(view: View) -> Objects:
    """Return all objects by kind and id."""
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(view):
        value = view.value(key)
        if value is not None:
            found.setdefault(key.kind, {})[key.id] = json.loads(value)
    return found
