"""`tidegate offers benchmark`: how well and how fast products are chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.cores import Cores
from benchmarks.machine import describe_machine
from benchmarks.preference_engine_suite import measure_engine
from benchmarks.preference_report import write_preference_report
from benchmarks.preference_suite import measure_preferences
from benchmarks.preference_tastes import CONTACTS
from service.commands.offers_table import engine_in_words, in_words

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
    through_engine: Annotated[
        bool,
        typer.Option(
            "--through-engine",
            help="Only tastes, but every contact through the engine: consent and fatigue off and"
            " on, beside an oracle under the same permissions.",
        ),
    ] = False,
    contacts: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=100_000,
            help=f"Contacts of each run --through-engine; default: {CONTACTS:,}.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html and calibration.svg.")
    ] = None,
) -> None:
    """Measure the preference model: tastes against an oracle, a bank's contacts, speed.

    About half an hour on two cores, twice that with --through-engine; --seeds 2 --populations 0
    --splits 1 is a short look.
    Exit code 0: measured, targets met or not. 2: could not.
    """
    if through_engine:
        _through_engine(seeds, populations, contacts or CONTACTS, as_json=as_json)
        return
    if contacts is not None:
        raise typer.BadParameter("--contacts is for --through-engine: give both, or leave it out")
    try:
        if report:
            report.mkdir(parents=True, exist_ok=True)
        figures = _machine() | measure_preferences(
            file=bank,
            seeds=seeds,
            made=populations,
            splits=splits,
            tell=_tell,
        )
        words = in_words(figures)
        if report:
            write_preference_report(report, figures["bank"], words)
    except (OSError, ValueError) as error:
        typer.echo(f"tidegate offers benchmark: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    typer.echo(json.dumps(figures, indent=2) if as_json else words)


def _through_engine(seeds: int, populations: int, contacts: int, *, as_json: bool) -> None:
    figures = _machine() | {"engine": measure_engine(seeds, populations, _tell, contacts)}
    typer.echo(json.dumps(figures, indent=2) if as_json else engine_in_words(figures))


def _machine() -> dict[str, Any]:
    return {"machine": describe_machine(Cores(frozenset(), frozenset(), pinned=False))}


def _tell(line: str) -> None:
    typer.echo(line, err=True)
