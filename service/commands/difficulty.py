"""`tidegate difficulty propose`: products' weights from what happened, for a manager."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from agents.standardisation import byar
from outcomes.difficulties import Proposal, propose_difficulties
from outcomes.journal import JournalError
from outcomes.periods import Period, PeriodError
from outcomes.store import OutcomeStoreError
from service.commands.outcome_store import period_of, up_to_date_store

COULD_NOT_RUN = 2
PIPED_WIDTH = 160
WEIGHT_DIGITS = 2

app = typer.Typer(
    name="difficulty", no_args_is_help=True, help="How hard products are to have accepted."
)


@app.command()
def propose(
    from_text: Annotated[
        str, typer.Option("--from", help="today, yesterday, a date (2026-01-31) or a time.")
    ],
    to_text: Annotated[str, typer.Option("--to", help="Likewise; a date: the end of that day.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Write the proposal as TOML for the catalogue to this file.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="The proposal's name; default: the days it rests on.")
    ] = None,
    journal: Annotated[Path, typer.Option(help="The file that the engine writes.")] = Path(
        "var/journal.db"
    ),
) -> None:
    """Propose weights for scorecards: how much harder than the average product each is to sell.

    Each product's acceptances are set against those to be expected from its customers' segments at
    the rates of all products; few trials leave a weight as it is. Nothing is put in force: that is
    done by putting the table of --write into the catalogue. Exit code 0: done, 2: could not run.
    """
    try:
        period, proposals = asyncio.run(_proposals(from_text, to_text, journal))
        name = version or f"{from_text} to {to_text}"
        if write is not None:
            write.write_text(proposal_toml(name, period, proposals), encoding="utf-8")
    except (JournalError, OutcomeStoreError, PeriodError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    if as_json:
        document = {
            "version": name,
            "from": period.in_words(period.from_ms),
            "until": period.in_words(period.until_ms),
            "products": [proposal_fields(one) for one in proposals],
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        _print_table(period, proposals)
    if write is not None:
        typer.echo(f"Written to {write}: put its table into the catalogue, and reload.", err=True)


async def _proposals(from_text: str, to_text: str, file: Path) -> tuple[Period, list[Proposal]]:
    async with up_to_date_store(file) as store:
        period = await period_of(store, from_text, to_text)
        return period, await propose_difficulties(store, period.from_ms, period.until_ms)


def proposal_fields(one: Proposal) -> dict[str, str | int | float | None]:
    """Return a proposal as named figures."""
    estimate = one.estimate
    low, high = byar(estimate.trials.accepted, estimate.expected) or (None, None)
    return {
        "product_id": one.product_id,
        "present": one.present,
        "proposed": round(estimate.weight, WEIGHT_DIGITS),
        "proposed_low": round(estimate.low, WEIGHT_DIGITS),
        "proposed_high": round(estimate.high, WEIGHT_DIGITS),
        "trials": estimate.trials.presented,
        "accepted": estimate.trials.accepted,
        "expected": round(estimate.expected, 2),
        "against_expected": round(estimate.trials.accepted / estimate.expected, 2),
        "against_expected_low": None if low is None else round(low, 2),
        "against_expected_high": None if high is None else round(high, 2),
    }


def proposal_toml(version: str, period: Period, proposals: Sequence[Proposal]) -> str:
    """Return the catalogue's table `[difficulties]`, with the evidence as comments."""
    words = period.in_words
    lines = [
        "# Difficulties proposed by `tidegate difficulty propose`, from presentations",
        f"# {words(period.from_ms)} to {words(period.until_ms)}. Put it into the catalogue.",
        "[difficulties]",
        f"version = {json.dumps(version)}",
        "",
        "[difficulties.weights]",
    ]
    for fields in map(proposal_fields, proposals):
        evidence = (
            "was {present:g}; {accepted} of {trials} accepted, {expected} expected;"
            " 95 % {proposed_low} to {proposed_high}"
        )
        key, weight = json.dumps(fields["product_id"]), fields["proposed"]
        lines.append(f"{key} = {weight}  # {evidence.format(**fields)}")
    return "\n".join(lines) + "\n"


def _print_table(period: Period, proposals: Sequence[Proposal]) -> None:
    title = f"{period.in_words(period.from_ms)} to {period.in_words(period.until_ms)}"
    if not proposals:
        typer.echo(f"No product of the catalogue was presented from {title}.")
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1))
    table.add_column("product", no_wrap=True)
    for name in (
        "present",
        "proposed (95 %)",
        "trials",
        "accepted",
        "expected",
        "accepted / expected (95 %)",
    ):
        table.add_column(name, justify="right")
    for one in map(proposal_fields, proposals):
        table.add_row(
            str(one["product_id"]),
            f"{one['present']:g}",
            "{proposed} ({proposed_low} to {proposed_high})".format(**one),
            str(one["trials"]),
            str(one["accepted"]),
            str(one["expected"]),
            "{against_expected} ({against_expected_low} to {against_expected_high})".format(**one),
        )
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(table)
