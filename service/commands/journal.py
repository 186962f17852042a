"""`tidegate journal`: check, export and prune the record of what happened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from outcomes.export import export as export_lines
from outcomes.journal import JournalDamaged, JournalUnavailable
from outcomes.prune import prune as prune_records
from outcomes.snapshots import SnapshotStore
from outcomes.verify import PROBLEMS_LISTED, VerifyReport
from outcomes.verify import verify as verify_journal
from service.commands.progress import progress_bar

PROBLEMS_FOUND = 1
COULD_NOT_RUN = 2

_PAUSE_S = 0.005  # between the small transactions of pruning, for the engine's commits

app = typer.Typer(
    name="journal",
    help="Check, export and prune the journal: the record of every input and decision. "
    "All of it can be done while the engine runs. "
    "Exit code 0: good, 1: problems found, 2: could not run.",
    no_args_is_help=True,
)

JournalPath = Annotated[
    Path, typer.Argument(metavar="JOURNAL", help="The file that the engine writes.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

DEFAULT_PATH = Path("var/journal.db")


@app.command()
def verify(journal: JournalPath = DEFAULT_PATH, as_json: AsJson = False) -> None:
    """Check that every record is there, in order and as it was written.

    Looks for gaps, wrong checksums, time going back, bodies that are not JSON, records missing
    at the end, and damage to the file. Changes nothing.
    """
    with reported(), progress_bar("Checking") as progress:
        report = verify_journal(journal, progress)
    if as_json:
        print_json(report)
    else:
        _print_report(journal, report)
    if report.problems_total:
        raise typer.Exit(PROBLEMS_FOUND)


@app.command()
def export(
    journal: JournalPath = DEFAULT_PATH,
    from_seq: Annotated[
        int | None, typer.Option(min=1, help="First record; default: the first there is.")
    ] = None,
    to_seq: Annotated[
        int | None, typer.Option(min=1, help="Last record; default: the last there is.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write instead of standard output.")
    ] = None,
) -> None:
    """Write records as lines of JSON, one record a line.

    Keys: seq, at_ms (milliseconds since 1970 UTC), kind, event_id, body (the input and the
    decisions it caused) and checksum. Stops at a damaged record with exit code 1.
    """
    with reported():
        lines = export_lines(journal, from_seq, to_seq)
        if output is None:
            sys.stdout.buffer.writelines(lines)
            sys.stdout.flush()
        else:
            with output.open("wb") as file:
                file.writelines(lines)


@app.command()
def prune(
    journal: JournalPath = DEFAULT_PATH,
    before_seq: Annotated[
        int | None, typer.Option(min=1, help="Remove the records below this sequence number.")
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Remove the records before this time, such as 2026-01-31 or "
            "2026-01-31T06:00+01:00; UTC unless it says otherwise.",
        ),
    ] = None,
    snapshots: Annotated[
        Path | None,
        typer.Option(help='Directory of the snapshots; default: "snapshots" beside the journal.'),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Remove old records for good. Export them first if they may be wanted.

    Refuses unless a whole snapshot exists that makes them unnecessary for a restart, and their
    decisions have reached the broker. What stays can still be verified. The file does not
    shrink: its space is used for new records.
    """
    if (before_seq is None) == (before is None):
        raise typer.BadParameter("give one of --before-seq and --before, and not both")
    with reported(), progress_bar("Pruning") as progress:
        report = prune_records(
            journal,
            SnapshotStore(snapshots or journal.parent / "snapshots"),
            before_seq=before_seq,
            before_ms=None if before is None else milliseconds(before),
            progress=progress,
            pause_s=_PAUSE_S,
        )
    if as_json:
        print_json(report)
    else:
        typer.echo(f"{journal}: {report.removed} records removed, all up to {report.pruned_seq}")


@contextmanager
def reported() -> Iterator[None]:
    """Say on standard error what stopped the command, and give the exit code for it."""
    try:
        yield
    except JournalDamaged as error:
        typer.echo(f"Damaged: {error}", err=True)
        raise typer.Exit(PROBLEMS_FOUND) from error
    except JournalUnavailable as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error
    except BrokenPipeError:  # the reader of the lines had enough
        raise
    except OSError as error:
        typer.echo(f"Error: {error}. Check the path and that it may be written.", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error


def milliseconds(text: str) -> int:
    """Read a time that was given on the command line; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a time; write it like 2026-01-31 or 2026-01-31T06:00+01:00"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def print_json(report: msgspec.Struct | dict[str, Any]) -> None:
    """Print a report as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())


def _print_report(journal: Path, report: VerifyReport) -> None:
    if report.records:
        typer.echo(f"{journal}: {report.records} records, {report.first_seq} to {report.last_seq}")
        typer.echo(f"from {moment(report.first_at_ms)} to {moment(report.last_at_ms)}")
    else:
        typer.echo(f"{journal}: no records")
    for problem in report.problems:
        place = f"record {problem.seq}" if problem.seq else "file"
        typer.echo(f"{place}: {problem.kind}: {problem.detail}")
    if report.problems_total > PROBLEMS_LISTED:
        typer.echo(f"and {report.problems_total - PROBLEMS_LISTED} more")
    typer.echo(f"{report.problems_total or 'no'} problems found")


def moment(at_ms: int | None) -> str:
    """Write a time for people to read, in UTC."""
    return datetime.fromtimestamp((at_ms or 0) / 1000, UTC).isoformat(timespec="milliseconds")
