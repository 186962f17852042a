"""`tidegate scorecard`: quality, productivity and marketing, by agent, team or queue."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agents.scorecards import Sums
from config.base import DAY_MS
from outcomes.journal import JournalError
from outcomes.periods import Period, PeriodError
from outcomes.scorecards import By, scorecard_sums
from outcomes.store import OutcomeStoreError
from service.commands.outcome_store import period_of, up_to_date_store
from service.commands.scorecard_fields import Card, card_of, not_measured, total_of
from service.commands.scorecard_page import scorecard_page
from service.commands.scorecard_table import scorecard_tables
from service.commands.scorecard_words import HEADINGS, Words

COULD_NOT_RUN = 2
PIPED_WIDTH = 200


class CardBy(StrEnum):
    """What a scorecard is for."""

    AGENT = "agent"
    TEAM = "team"
    QUEUE = "queue"


@dataclass(frozen=True)
class Scorecards:
    """The cards of a period, all of them together, and what was not measured, with why."""

    by: By
    period: Period
    cards: list[Card]
    total: Card
    not_measured: dict[str, Words]

    @property
    def ends(self) -> tuple[str, str]:
        """The period's beginning and end, local time."""
        return self.period.in_words(self.period.from_ms), self.period.in_words(self.period.until_ms)


def scorecard(
    from_text: Annotated[
        str, typer.Option("--from", help="today, yesterday, a date (2026-01-31) or a time.")
    ] = "today",
    to_text: Annotated[
        str, typer.Option("--to", help="Likewise; a date means the end of that day.")
    ] = "today",
    by: Annotated[
        CardBy, typer.Option(help="A card for each agent, team (at the time), or queue.")
    ] = CardBy.AGENT,
    recontact_days: Annotated[
        float,
        typer.Option(min=0.01, max=366, help="A customer who comes again within it came back."),
    ] = 7.0,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Print a page for a browser, in English and Chinese.")
    ] = False,
    journal: Annotated[Path, typer.Option(help="The file that the engine writes.")] = Path(
        "var/journal.db"
    ),
) -> None:
    """Show scorecards: quality, productivity, and acceptances against what was to be expected.

    Expected acceptances are everybody's rates for the same products and segments of customers, so
    agents are compared given the customers they got. Successes are weighted by value and by the
    difficulty the catalogue had at the time. Exit code 0: done, 2: could not run.
    """
    if as_csv + as_json + as_html > 1:
        raise typer.BadParameter("give one of --csv, --json and --html")
    try:
        found = asyncio.run(_scorecards(from_text, to_text, by.value, recontact_days, journal))
    except (JournalError, OutcomeStoreError, PeriodError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if as_json:
        _print_json(found)
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, list(found.total), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found.cards)
    elif as_html:
        typer.echo(
            scorecard_page(
                found.by, " / ".join(found.ends), found.cards, found.total, found.not_measured
            ),
            nl=False,
        )
    else:
        _print_tables(found)


async def _scorecards(
    from_text: str, to_text: str, by: By, recontact_days: float, file: Path
) -> Scorecards:
    async with up_to_date_store(file) as store:
        period = await period_of(store, from_text, to_text)
        sums: dict[str, Sums] = await scorecard_sums(
            store, period.from_ms, period.until_ms, by, round(recontact_days * DAY_MS)
        )
    cards = [card_of(name, one, by) for name, one in sums.items()]
    total = total_of(sums.values(), by)
    return Scorecards(by, period, cards, total, not_measured(total, by))


def _print_json(found: Scorecards) -> None:
    document = {
        "from": found.ends[0],
        "until": found.ends[1],
        "time_zone": found.period.time_zone,
        "by": found.by,
        "not_measured": {name: why.english for name, why in found.not_measured.items()},
        "cards": found.cards,
        "total": {name: value for name, value in found.total.items() if name != "name"},
    }
    typer.echo(json.dumps(document, indent=2))


def _print_tables(found: Scorecards) -> None:
    title = " to ".join(found.ends)
    if not found.cards:
        zone = found.period.time_zone
        typer.echo(f"Nothing was handled or presented from {title} ({zone}).")
        return
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(title)
    for table in scorecard_tables(found.by, found.cards, found.total):
        console.print(table)
    for name, why in found.not_measured.items():
        typer.echo(f"Not measured: {HEADINGS[name].english} ({why.english}).")
