"""`tidegate demo`: play one real day of calls through an engine, over MQTT."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console, RenderableType
from rich.live import Live

from bus.embedded import EmbeddedBrokerError
from dashboard.accounts import AccountsError
from outcomes.journal import JournalError
from outcomes.store import OutcomeStoreError
from service.commands.demo_scorecard import demo_cards, demo_scorecard
from service.demo_dashboard import DemoDashboard, demo_dashboard
from service.demo_run import DemoRun, run_demo
from service.engine_process import EngineProcessError
from service.logs import configure_logs
from simulation.demo_check import DemoMismatchError
from simulation.demo_figures import queue_line
from simulation.demo_link import EngineRefusedError, EngineSilentError
from simulation.demo_player import Player
from simulation.demo_summary import DemoResult, summary
from simulation.demo_view import demo_view
from simulation.demo_window import WindowError, clock_text, cut_plan, parse_clock
from simulation.demo_words import date_text, ratio_text, speed_text
from simulation.recorded import shipped_days
from simulation.recorded_plan import DayPlan, build_day_plan
from simulation.recorded_rows import RecordError

FAILED = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130

DEFAULT_SPEED = 600.0
DEFAULT_SEED = 10
FRAME_S = 0.2
LINE_S = 5.0
PIPED_WIDTH = 100

Result = TypeVar("Result")


def demo(
    speed: Annotated[
        float,
        typer.Option(
            min=0, help="Simulated seconds a second; 0: as fast as it goes. Changes no figure."
        ),
    ] = DEFAULT_SPEED,
    day: Annotated[
        str, typer.Option(help="The recorded day, YYYY-MM-DD: the one shipped, or one of --calls.")
    ] = shipped_days()[0],
    calls: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Recorded calls, .csv or .csv.gz, instead of ours."),
    ] = None,
    from_text: Annotated[
        str | None, typer.Option("--from", metavar="HH:MM", help="Play only from this time on.")
    ] = None,
    to_text: Annotated[
        str | None, typer.Option("--to", metavar="HH:MM", help="Play only callers before this.")
    ] = None,
    seed: Annotated[
        int, typer.Option(help="For what the record does not tell: how patient the served were.")
    ] = DEFAULT_SEED,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="New directory for the journal and the log; default: var/demo-..."
        ),
    ] = None,
    without_marketing: Annotated[
        bool, typer.Option("--no-marketing", help="Agents only serve: no gate, no products.")
    ] = False,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="No live table, no pages; lines of progress instead."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of the summary.")
    ] = False,
) -> None:
    """Play one real day of a bank's calls through an engine, over MQTT, in about two minutes.

    Starts a broker and an engine on this machine, shows queues and agents, and compares the routed
    day with the recorded one. Needs nothing installed, touches nothing but its own directory.
    Ctrl-C stops in order. Exit code 0: done. 1: it failed. 2: it could not start. 130: stopped.
    """
    progress = Console(stderr=True, highlight=False)
    try:
        plan = _plan(day, seed, calls, from_text, to_text)
        is_part = from_text is not None or to_text is not None
        directory = _new_directory(journal)
        pages = None if headless else demo_dashboard(directory, [plan.shifts[0].agent_id])
        table = pages.settings if pages else {}
        run = DemoRun(plan, is_part, speed, directory, not without_marketing, table)
    except (RecordError, WindowError, AccountsError, OSError) as error:
        raise _ended(error, COULD_NOT_RUN) from error
    configure_logs("console", "error")
    _announce(progress, run, pages)
    is_live = progress.is_terminal and not headless
    try:
        result = _run(run_demo(run, lambda p: (_table if is_live else _lines)(p, speed, progress)))
        cards, total = _run(demo_cards(run.journal, day))
    except (EmbeddedBrokerError, OSError) as error:
        raise _ended(error, COULD_NOT_RUN) from error
    except _FAILURES as error:
        raise _ended(error, FAILED) from error
    if as_json:
        typer.echo(json.dumps({**result.as_json(), "scorecard": cards}, indent=2))
    else:
        _print(result, demo_scorecard(cards, total))
    if not result.is_complete:
        raise typer.Exit(INTERRUPTED)


_FAILURES = (
    EngineProcessError,
    EngineRefusedError,
    EngineSilentError,
    DemoMismatchError,
    JournalError,
    OutcomeStoreError,
)


def _plan(
    day: str, seed: int, calls: Path | None, from_text: str | None, to_text: str | None
) -> DayPlan:
    from_ms = None if from_text is None else parse_clock(from_text)
    until_ms = None if to_text is None else parse_clock(to_text)
    return cut_plan(build_day_plan(day, seed, calls), from_ms, until_ms)


def _new_directory(asked: Path | None) -> Path:
    """Make the directory of this run; raises `OSError` if it cannot be, or holds anything."""
    directory = asked or Path("var") / f"demo-{time.strftime('%Y%m%d-%H%M%S')}"
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise FileExistsError(f"{directory} is not empty; give a new directory with --journal")
    return directory


def _announce(progress: Console, run: DemoRun, pages: DemoDashboard | None) -> None:
    plan = run.plan
    hours = plan.open_hours
    span = f"{clock_text(hours.from_ms)} to {clock_text(hours.until_ms)}"
    progress.print(
        f"[bold]{date_text(plan.date)}, {span}[/]: {len(plan.calls):,} calls to a bank,"
        f" {len(plan.shifts)} agents, {speed_text(run.speed)}."
    )
    progress.print(f"Journal and log: {run.directory}/   Ctrl-C stops.", soft_wrap=True)
    if pages is not None:
        progress.print("In a browser on this machine, each link once, with throw-away accounts:")
        progress.print(f"  wall     {pages.wall}", soft_wrap=True)
        [desktop] = pages.desktops.values()
        progress.print(f"  desktop  {desktop}", soft_wrap=True)
    progress.print("Starting a broker and an engine on this machine ...")


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


@asynccontextmanager
async def _table(player: Player, speed: float, progress: Console) -> AsyncIterator[None]:
    """Show the live table."""

    def draw() -> None:
        live.update(demo_view(player.day, player.now_ms, speed), refresh=True)

    with Live(console=progress, auto_refresh=False) as live:
        async with _repeated(draw, FRAME_S):
            yield


@asynccontextmanager
async def _lines(player: Player, speed: float, progress: Console) -> AsyncIterator[None]:
    """Print a line of progress every few seconds."""

    def write() -> None:
        line = queue_line(player.day.callers.values(), player.now_ms)
        progress.print(
            f"{clock_text(player.now_ms)}  {line.arrived:,} arrived, {line.answered:,} answered,"
            f" {line.abandoned:,} abandoned, {line.waiting} waiting;"
            f" service level {ratio_text(line.level_ratio)}",
            soft_wrap=True,
        )

    async with _repeated(write, LINE_S):
        yield


@asynccontextmanager
async def _repeated(show: Any, every_s: float) -> AsyncIterator[None]:
    """Call `show` now, every so often, and at the end."""

    async def repeat() -> None:
        while True:
            show()
            await asyncio.sleep(every_s)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    show()


def _print(result: DemoResult, scorecard: RenderableType) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(summary(result, scorecard))


def _ended(error: Exception, code: int) -> typer.Exit:
    """Say what was wrong on standard error; return the exit to raise."""
    print(f"tidegate demo: {error}", file=sys.stderr)
    return typer.Exit(code)
