"""`tidegate report`: what happened, by queue or by agent."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from outcomes.journal import JournalError
from outcomes.periods import Period, PeriodError, local_date, parse_period
from outcomes.report_fields import Fields, agent_fields, agent_total, queue_fields, queue_total
from outcomes.reports import agent_report, queue_report, report_time_zone
from outcomes.store import OutcomeStore, OutcomeStoreError
from service.commands.outcome_store import up_to_date_store
from service.commands.report_table import report_table

COULD_NOT_RUN = 2
PIPED_WIDTH = 160
"""Characters; wide enough that no figure of a table is cut when it goes to a file."""


class By(StrEnum):
    """What a report has a line for."""

    QUEUE = "queue"
    AGENT = "agent"


class IntervalLength(StrEnum):
    """How a report is cut."""

    HALF_HOUR = "30m"
    HOUR = "1h"
    DAY = "1d"


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    from_text: str
    to_text: str
    by: By
    interval: IntervalLength | None
    journal: Path
    time_zone: str | None


@dataclass(frozen=True)
class Report:
    """The answer: a line of figures per interval and queue or agent, and all together."""

    by: By
    period: Period
    rows: list[Fields]
    total: Fields


def report(
    from_text: Annotated[
        str,
        typer.Option(
            "--from", help="today, yesterday, a date (2026-01-31) or a time (2026-01-31T08:30)."
        ),
    ] = "today",
    to_text: Annotated[
        str, typer.Option("--to", help="Likewise; a date means the end of that day.")
    ] = "today",
    by: Annotated[By, typer.Option(help="A line for each queue, or for each agent.")] = By.QUEUE,
    interval: Annotated[
        IntervalLength | None,
        typer.Option(help="Cut the time at half-hours, hours or midnights; default: not at all."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    journal: Annotated[Path, typer.Option(help="The file that the engine writes.")] = Path(
        "var/journal.db"
    ),
    time_zone: Annotated[
        str | None,
        typer.Option(help="IANA time zone; default: the one all queues share, or else UTC."),
    ] = None,
) -> None:
    """Report on contacts by queue, or on agents' time.

    Contacts count in the interval in which they entered the queue. First brings the outcome
    store (outcomes.db beside the journal) up to date. Exit code 0: done, 2: could not run.
    """
    if as_csv and as_json:
        raise typer.BadParameter("give one of --csv and --json, and not both")
    request = Request(from_text, to_text, by, interval, journal, time_zone)
    try:
        result = asyncio.run(make_report(request, round(time.time() * 1000)))
    except (JournalError, OutcomeStoreError, PeriodError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if as_json:
        _print_json(result)
    elif as_csv:
        _print_csv(result)
    else:
        _print_table(result)


async def make_report(request: Request, now_ms: int) -> Report:
    """Bring the outcome store up to the journal's head and ask it."""
    async with up_to_date_store(request.journal) as store:
        return await _ask(store, request, now_ms)


async def _ask(store: OutcomeStore, request: Request, now_ms: int) -> Report:
    time_zone = request.time_zone or await report_time_zone(store)
    today = local_date(now_ms, time_zone)
    period = parse_period(request.from_text, request.to_text, time_zone, today)
    intervals = period.intervals(request.interval.value if request.interval else None)
    if request.by is By.QUEUE:
        queues = await queue_report(store, intervals)
        rows = [queue_fields(line, period) for line in queues]
        return Report(request.by, period, rows, queue_total(queues))
    agents = await agent_report(store, intervals)
    rows = [agent_fields(line, period) for line in agents]
    return Report(request.by, period, rows, agent_total(agents))


def _print_json(result: Report) -> None:
    period = result.period
    document = {
        "from": period.in_words(period.from_ms),
        "until": period.in_words(period.until_ms),
        "time_zone": period.time_zone,
        "by": result.by.value,
        "rows": result.rows,
        "total": result.total,
    }
    typer.echo(json.dumps(document, indent=2))


def _print_csv(result: Report) -> None:
    header = ["from", "until", f"{result.by.value}_id", *result.total]
    writer = csv.DictWriter(sys.stdout, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(result.rows)


def _print_table(result: Report) -> None:
    period = result.period
    title = f"{period.in_words(period.from_ms)} to {period.in_words(period.until_ms)}"
    if result.rows:
        console = Console()
        if not console.is_terminal:
            console.width = PIPED_WIDTH
        console.print(report_table(title, result.by.value, result.rows, result.total))
    else:
        what = "No contact entered a queue" if result.by is By.QUEUE else "No agent was signed in"
        typer.echo(f"{what} from {title} ({period.time_zone}).")
