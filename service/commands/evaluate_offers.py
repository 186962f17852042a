"""`tidegate offers evaluate`: what another ranking would have earned, from the journal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from outcomes.journal import JournalUnavailable
from outcomes.offer_evaluation.figures import DAY_MS, RANKINGS, Counts, Evaluation, Request
from outcomes.periods import Period, PeriodError, local_date, local_iso, parse_period
from outcomes.typed_records import all_records
from service.commands.evaluate_offers_table import counted, rankings_table, verdicts
from service.commands.journal import (
    COULD_NOT_RUN,
    DEFAULT_PATH,
    AsJson,
    JournalPath,
    print_json,
    reported,
)
from service.commands.progress import progress_bar
from service.commands.scorecard import PIPED_WIDTH

FIRST_DAY = "1970-01-01"


def command(
    journal: JournalPath = DEFAULT_PATH,
    ranking: Annotated[
        list[str] | None,
        typer.Option(
            help="greedy, playbook, highest-chance, highest-value, uniform or exploration=K; may be"
            " given several times. Default: greedy, playbook, highest-value and uniform. logged is"
            " always there: the others are compared with it.",
        ),
    ] = None,
    from_text: Annotated[
        str | None,
        typer.Option("--from", help="today, yesterday, a date or a time (2026-01-31T08:30)."),
    ] = None,
    to_text: Annotated[
        str | None, typer.Option("--to", help="Likewise; a date means the end of that day.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Of --from, --to and what is printed.")] = "UTC",
    within_days: Annotated[
        int, typer.Option(min=1, max=365, help="Reactions count so long after the selection.")
    ] = 7,
    floor: Annotated[
        float,
        typer.Option(
            min=0.0001,
            max=0.5,
            help="Products shown with a lower probability count as not covered, and weigh no more.",
        ),
    ] = 0.01,
    replicates: Annotated[
        int, typer.Option(min=100, max=10_000, help="Of the bootstrap, for the intervals.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Estimate what another ranking of products would have earned from the same customers.

    Follows the journal with the engine's own code, makes every selection anew, and estimates from
    the logged propensities and reactions (IPS, SNIPS, doubly robust), with 95 % intervals. Warns
    where too little of a ranking was ever tried. Changes nothing. Exit code 0: done, 1: the
    journal is damaged, 2: could not run.
    """
    try:
        period = _period(from_text, to_text, time_zone)
        request = Request(
            rankings=tuple(ranking or RANKINGS),
            from_ms=period.from_ms if from_text else None,
            until_ms=period.until_ms if to_text else None,
            within_ms=within_days * DAY_MS,
            floor_ratio=floor,
            replicates=replicates,
            seed=seed,
        )
        request.parsed()
    except (PeriodError, ValueError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    from outcomes.offer_evaluation.evaluation import evaluate  # the engine does without numpy

    with reported():
        with progress_bar("Following the journal") as progress:
            found = evaluate(all_records(journal, progress), request)
        _check_used(found.counts, journal, period)
    if as_json:
        print_json(found)
    else:
        _print(found, time_zone)


def _period(from_text: str | None, to_text: str | None, time_zone: str) -> Period:
    today = local_date(round(time.time() * 1000), time_zone)
    return parse_period(from_text or FIRST_DAY, to_text or "today", time_zone, today)


def _check_used(counts: Counts, journal: Path, period: Period) -> None:
    """Raise `JournalUnavailable`, saying why, if there is no round to estimate from."""
    if counts.used:
        return
    if not counts.all_selected:
        raise JournalUnavailable(
            f"{journal}: no products were selected in its {counts.records:,} records",
            "Give the journal of an engine with marketing.enabled",
        )
    if not counts.selected:
        zone = period.time_zone
        first, last = (local_iso(at or 0, zone) for at in (counts.first_at_ms, counts.last_at_ms))
        raise JournalUnavailable(
            f"{journal}: no products were selected in the time asked for; they were from {first}"
            f" to {last}",
            "Give another --from or --to",
        )
    raise JournalUnavailable(
        f"{journal}: none of the {counts.selected:,} rounds can be used: {counted(counts)}",
        "Give a journal with reactions, written by this version of tidegate",
    )


def _print(found: Evaluation, time_zone: str) -> None:
    counts = found.counts
    first, last = (local_iso(at or 0, time_zone) for at in (counts.first_at_ms, counts.last_at_ms))
    typer.echo(f"{counts.selected:,} rounds from {first} to {last}: {counted(counts)}")
    for round_id in found.not_reproduced:
        typer.echo(f"round {round_id}: not what the journal's own state and seed give")
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(rankings_table(found))
    for line in verdicts(found):
        typer.echo(line)
