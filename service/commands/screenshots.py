"""`tidegate screenshots`: pictures of all pages, from a real browser."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dashboard.accounts import AccountsError
from service.commands.demo import COULD_NOT_RUN, DEFAULT_SEED
from service.demo_dashboard import demo_dashboard
from service.demo_run import DemoRun, run_demo
from service.logs import configure_logs
from service.page_pictures import BrowserMissingError, Photographer, find_browser
from simulation.demo_window import WindowError, clock_text, parse_clock
from simulation.recorded import shipped_days
from simulation.recorded_plan import build_day_plan

AS_FAST_AS_IT_GOES = 0.0


def command(
    directory: Annotated[Path, typer.Argument(help="Where the PNG files go; made if missing.")],
    at: Annotated[
        str, typer.Option(metavar="HH:MM", help="From when on: the first agent who presents then.")
    ] = "12:44",
) -> None:
    """Take pictures of wall, desktop and login page: both languages, light and dark, 200 %.

    Plays the demo's day with broker, engine and pages of its own until the time asked for, and
    photographs with Chromium. Needs the package playwright (pip install 'tidegate[screenshots]')
    and a Chromium; for Chinese a font that has it (Debian: fonts-noto-cjk). Half a minute to two.
    """
    say = Console(stderr=True, highlight=False).print
    try:
        at_ms, browser = parse_clock(at), find_browser()
        directory.mkdir(parents=True, exist_ok=True)
        plan = build_day_plan(shipped_days()[0], DEFAULT_SEED)
        with tempfile.TemporaryDirectory() as work:
            agents = [shift.agent_id for shift in plan.shifts]
            pages = demo_dashboard(Path(work), agents)
            taking = Photographer(browser, pages, directory, at_ms)
            run = DemoRun(plan, True, AS_FAST_AS_IT_GOES, Path(work), True, pages.settings)
            configure_logs("console", "error")
            say(f"Playing the day until {clock_text(at_ms)} ...")
            asyncio.run(run_demo(run, lambda player: taking.while_playing(player, say)))
    except (BrowserMissingError, WindowError, AccountsError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if not taking.taken:
        typer.echo(f"Error: nobody presents products from {at} on; try 12:44", err=True)
        raise typer.Exit(COULD_NOT_RUN)
    for file in taking.taken:
        typer.echo(file)
