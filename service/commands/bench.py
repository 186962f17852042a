"""`tidegate bench`: how fast this machine routes, part by part and as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.end_to_end import FULL, QUICK, USUAL, Length
from benchmarks.mosquitto import BenchmarkError
from benchmarks.suite import PARTS, Part, Suite
from service.commands.bench_table import in_words
from service.logs import configure_logs

COULD_NOT_RUN = 2

Only = Annotated[
    list[str] | None, typer.Option(help=f"Only this part; may be repeated: {', '.join(PARTS)}.")
]
Directory = Annotated[
    Path, typer.Option(help="Where journals are written meanwhile; should be on a real disk.")
]


def bench(
    only: Only = None,
    quick: Annotated[bool, typer.Option("--quick", help="A short look, about a minute.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="60 s, 5,000 contacts, five runs: half an hour.")
    ] = False,
    directory: Directory = Path("var"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure core, journal, bus, whole path, restart, follower and simulator. About 8 minutes.

    The machine should be otherwise idle. Exit code 0: measured, targets met or not. 2: could not.
    """
    configure_logs("console", "error")
    try:
        suite = Suite(directory, _length(quick, full), lambda line: typer.echo(line, err=True))
        figures = suite.run(_parts(only))
    except (BenchmarkError, OSError, ValueError) as error:
        typer.echo(f"tidegate bench: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    typer.echo(json.dumps(figures, indent=2) if as_json else in_words(figures))


def _length(quick: bool, full: bool) -> Length:
    if quick and full:
        raise ValueError("--quick and --full: give one of them")
    if quick:
        return QUICK
    return FULL if full else USUAL


def _parts(only: list[str] | None) -> tuple[Part, ...]:
    unknown = sorted(set(only or ()) - set(PARTS))
    if unknown:
        raise ValueError(f"--only {', '.join(unknown)}: there are {', '.join(PARTS)}")
    return tuple(part for part in PARTS if not only or part in only)
