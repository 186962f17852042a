"""`tidegate journal check-marketing`: whether every presentation was permitted."""

from __future__ import annotations

import typer

from outcomes.marketing_check.check import BREACHES_LISTED, MarketingReport, check_marketing
from outcomes.typed_records import all_records
from service.commands.journal import (
    DEFAULT_PATH,
    PROBLEMS_FOUND,
    AsJson,
    JournalPath,
    print_json,
    reported,
)
from service.commands.progress import progress_bar


def command(journal: JournalPath = DEFAULT_PATH, as_json: AsJson = False) -> None:
    """Check every product selected and presented against consent, limits and the catalogue.

    Reads the journal alone and shares no rules with the engine. Lists each breach with its record,
    and how many candidates (a product at a contact) each rule barred. Changes nothing.
    """
    with reported(), progress_bar("Checking") as progress:
        report = check_marketing(all_records(journal, progress))
    if as_json:
        print_json(report)
    else:
        _print(report)
    if report.breaches_total:
        raise typer.Exit(PROBLEMS_FOUND)


def _print(report: MarketingReport) -> None:
    typer.echo(
        f"{report.records} records: products asked for {report.asked} times,"
        f" {report.candidates} candidates, {report.selected} selected, {report.presented} presented"
    )
    if not report.asked:
        typer.echo("no marketing in it: nobody was asked for products")
    for rule, count in sorted(report.bound.items(), key=lambda one: (-one[1], one[0])):
        typer.echo(f"{rule}: bars {count} candidates ({count / report.candidates:.1%})")
    for breach in report.breaches:
        typer.echo(f"record {breach.seq}: {breach.rule}: {breach.detail}")
    if report.breaches_total > BREACHES_LISTED:
        typer.echo(f"and {report.breaches_total - BREACHES_LISTED} more")
    typer.echo(f"{report.breaches_total or 'no'} breaches found")
