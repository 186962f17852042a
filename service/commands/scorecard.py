"""`tidegate scorecard`: quality, productivity and marketing, by agent or by queue."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from agents.scorecards import Sums, wilson
from outcomes.catch_up import catch_up
from outcomes.journal import JournalError
from outcomes.journal_reader import JournalReader
from outcomes.periods import Period, PeriodError, local_date, parse_period
from outcomes.reports import report_time_zone
from outcomes.scorecards import scorecard_sums
from outcomes.store import OutcomeStore, OutcomeStoreError, store_path_beside
from service.commands.progress import progress_bar

COULD_NOT_RUN = 2
PIPED_WIDTH = 200
NOT_MEASURED = ("satisfaction", "adherence")
"""No message tells of surveys or schedules yet: shown as not measured, never as 0."""

Card = dict[str, str | int | float | None]


class CardBy(StrEnum):
    """What a scorecard is for."""

    AGENT = "agent"
    QUEUE = "queue"


def scorecard(
    from_text: Annotated[
        str, typer.Option("--from", help="today, yesterday, a date (2026-01-31) or a time.")
    ] = "today",
    to_text: Annotated[
        str, typer.Option("--to", help="Likewise; a date means the end of that day.")
    ] = "today",
    by: Annotated[CardBy, typer.Option(help="A card for each agent, or queue.")] = CardBy.AGENT,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    journal: Annotated[Path, typer.Option(help="The file that the engine writes.")] = Path(
        "var/journal.db"
    ),
) -> None:
    """Show scorecards: what was handled, presented and accepted, against what was to be expected.

    Expected acceptances are the sum of the chances predicted for what the agent presented, so
    agents are compared given the customers they got. Successes are weighted by value and by the
    difficulty the catalogue had at the time. Exit code 0: done, 2: could not run.
    """
    if as_csv and as_json:
        raise typer.BadParameter("give one of --csv and --json, and not both")
    try:
        period, cards = asyncio.run(_cards(from_text, to_text, by, journal))
    except (JournalError, OutcomeStoreError, PeriodError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if as_json:
        document = {
            "from": period.in_words(period.from_ms),
            "until": period.in_words(period.until_ms),
            "time_zone": period.time_zone,
            "by": by.value,
            "not_measured": NOT_MEASURED,
            "cards": cards,
        }
        typer.echo(json.dumps(document, indent=2))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, list(card_of("", Sums())), lineterminator="\n")
        writer.writeheader()
        writer.writerows(cards)
    else:
        _print_table(period, by, cards)


async def _cards(from_text: str, to_text: str, by: CardBy, file: Path) -> tuple[Period, list[Card]]:
    journal = await JournalReader.open(file)
    try:
        store = await OutcomeStore.open(store_path_beside(file))
        try:
            with progress_bar("Reading the journal") as progress:
                await catch_up(store, journal, progress)
            zone = await report_time_zone(store)
            today = local_date(round(time.time() * 1000), zone)
            period = parse_period(from_text, to_text, zone, today)
            sums = await scorecard_sums(store, period.from_ms, period.until_ms, by.value)
            return period, [card_of(name, one) for name, one in sums.items()]
        finally:
            await store.close()
    finally:
        await journal.close()


def card_of(name: str, sums: Sums) -> Card:
    """Return one card; a figure that was not measured is None."""
    low, high = wilson(sums.accepted, sums.presented) or (None, None)
    return {
        "name": name,
        "handled": sums.handled,
        "transferred": sums.transferred,
        "aht_ms": sums.aht_ms,
        "presented": sums.presented,
        "reactions_ratio": _rounded(sums.compliance_ratio),
        "accepted": sums.accepted,
        "acceptance_ratio": _rounded(sums.acceptance_ratio),
        "acceptance_low_ratio": _rounded(low),
        "acceptance_high_ratio": _rounded(high),
        "expected": _rounded(sums.expected if sums.presented else None),
        "over_expected": _rounded(sums.over_expected),
        "by_chance": _rounded(sums.deviation),
        "value_milli": sums.value_milli,
        "weighted_milli": round(sums.weighted_milli),
        **dict.fromkeys(NOT_MEASURED),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def _print_table(period: Period, by: CardBy, cards: list[Card]) -> None:
    title = f"{period.in_words(period.from_ms)} to {period.in_words(period.until_ms)}"
    if not cards:
        typer.echo(f"Nothing was handled or presented from {title} ({period.time_zone}).")
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1))
    table.add_column(by.value, no_wrap=True)
    names = [one for one in cards[0] if one not in ("name", *NOT_MEASURED)]
    for name in names:
        table.add_column(name.removesuffix("_ratio").replace("_", " "), justify="right")
    for card in cards:
        figures = ("-" if card[name] is None else str(card[name]) for name in names)
        table.add_row(str(card["name"]), *figures)
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(table)
    typer.echo(f"Not measured: {', '.join(NOT_MEASURED)}.")
