"""`tidegate offers benchmark`: how well and how fast products are chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cores import Cores
from benchmarks.machine import describe_machine
from benchmarks.preference_report import write_preference_report
from benchmarks.preference_suite import measure_preferences
from service.commands.offers_table import in_words

COULD_NOT_RUN = 2

app = typer.Typer(name="offers", no_args_is_help=True, help="Choosing products to present.")


@app.command()
def benchmark(
    seeds: Annotated[
        int, typer.Option(min=1, max=1000, help="Runs on the population with known tastes.")
    ] = 20,
    populations: Annotated[
        int,
        typer.Option(min=0, max=100, help="Further populations of the same and of other sizes."),
    ] = 5,
    splits: Annotated[
        int, typer.Option(min=1, max=1000, help="Ten-fold splits of the bank's rows.")
    ] = 10,
    bank: Annotated[
        Path | None,
        typer.Option(help="Other UCI Bank Marketing rows, ; between columns, may be gzipped."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html and calibration.svg.")
    ] = None,
) -> None:
    """Measure the preference model: tastes against an oracle, a bank's contacts, speed.

    About half an hour on two cores; --seeds 2 --populations 0 --splits 1 is a short look.
    Exit code 0: measured, targets met or not. 2: could not.
    """
    try:
        if report:
            report.mkdir(parents=True, exist_ok=True)
        figures = {
            "machine": describe_machine(Cores(frozenset(), frozenset(), pinned=False))
        } | measure_preferences(
            file=bank,
            seeds=seeds,
            made=populations,
            splits=splits,
            tell=lambda line: typer.echo(line, err=True),
        )
        words = in_words(figures)
        if report:
            write_preference_report(report, figures["bank"], words)
    except (OSError, ValueError) as error:
        typer.echo(f"tidegate offers benchmark: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    typer.echo(json.dumps(figures, indent=2) if as_json else words)
