"""`tidegate replay`: recorded days through the live engine's own code, under other policies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from outcomes.journal import JournalError
from outcomes.periods import PeriodError
from service.commands.replay_sources import Loaded, Wanted, load
from service.commands.replay_table import days_table, gate_table, policies_table, recorded_table
from service.commands.simulate import COULD_NOT_RUN, INTERRUPTED, PIPED_WIDTH, progress
from simulation.recorded_rows import RecordError
from simulation.replay_json import replay_document
from simulation.replay_report import write_replay_report
from simulation.replay_results import ReplayResults, results_of_days
from simulation.replay_runs import ReplayRequest, play_days
from simulation.virtual_policies import USUAL, Policy, parse_policy
from simulation.virtual_pool import available_cores

REPORT_FILE = "replay.html"


def replay(
    calls: Annotated[
        str,
        typer.Argument(
            metavar="CALLS|JOURNAL",
            help="Recorded calls, .csv or .csv.gz (columns: docs/replay.md), the date of a shipped"
            " day (1999-02-01), or the journal that an engine wrote.",
        ),
    ],
    date: Annotated[
        list[str] | None,
        typer.Option(help="A day to replay, YYYY-MM-DD; may be given several times. Default: all."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="never, always, threshold, threshold=K, hysteresis, schedule, optimal or"
            " configured (as the journal has it); may be given several times. Default: never,"
            " always, threshold and optimal. never is always played: the others are compared with"
            " it.",
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option(min=1, max=1_000, help="Seeds per day and policy, from --seed on."),
    ] = 5,
    seed: Annotated[int, typer.Option(help="Other seeds draw other patience and times.")] = 1,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at a time; default: all cores.")
    ] = None,
    marketing_ms: Annotated[
        int,
        typer.Option(
            min=1_000,
            max=3_600_000,
            help="Mean time of marketing where nobody knows, milliseconds.",
        ),
    ] = 75_000,
    value: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1_000_000_000,
            help="Worth of one marketing attempt where the contact does not say, thousandths;"
            " default 1000, for a journal as configured.",
        ),
    ] = None,
    wait_cost: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1_000_000_000,
            help="Cost of a second of one customer's waiting, thousandths; default 50,"
            " for a journal as configured.",
        ),
    ] = None,
    from_text: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="For a journal: today, yesterday, a date or a time (2026-01-31T08:30).",
        ),
    ] = None,
    to_text: Annotated[
        str | None, typer.Option("--to", help="Likewise; a date means the end of that day.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[Path | None, typer.Option(help="Folder for replay.html, with plots.")] = None,
) -> None:
    """Play recorded days again, with the engine's own code, under one or more policies.

    First without marketing, against what really happened; then with each policy: how much
    marketing it finds, when, and what that costs in waiting. The same seed gives the same numbers,
    whatever --jobs is. Interrupting (Ctrl-C) shows what is done so far. Exit code 0: done, 2: could
    not run, 130: interrupted.
    """
    wanted = Wanted(
        source=calls,
        dates=date or [],
        from_text=from_text,
        to_text=to_text,
        marketing_mean_ms=marketing_ms,
        value_milli=value,
        cost_milli=wait_cost,
        seed=seed,
    )
    try:
        policies = _policies(policy or list(USUAL))
        loaded = load(wanted, policies)
        if report is not None:
            report.mkdir(parents=True, exist_ok=True)
    except JournalError as error:
        _give_up(f"{calls}: {error}")
    except (RecordError, PeriodError, ValueError) as error:
        _give_up(str(error))
    except OSError as error:
        _give_up(f"--report {report}: no folder can be made there: {error.strerror}")
    request = ReplayRequest(loaded.days, policies, replications, seed, jobs or available_cores())
    results, is_whole = _play(request)
    _show(loaded, results, as_json=as_json)
    if report is not None:
        _write_report(loaded, results, report / REPORT_FILE)
    if not is_whole:
        typer.echo(
            f"Interrupted: {len(results.days)} of {len(loaded.days)} days with {results.seeds} of"
            f" {replications} seeds are done.",
            err=True,
        )
        raise typer.Exit(INTERRUPTED)


def _play(request: ReplayRequest) -> tuple[ReplayResults, bool]:
    with progress("Replaying") as tell:
        played, is_whole = play_days(request, tell)
    if not played:
        typer.echo("Interrupted before one day was played under every policy.", err=True)
        raise typer.Exit(INTERRUPTED)
    return results_of_days(played), is_whole


def _show(loaded: Loaded, results: ReplayResults, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(replay_document(loaded.about, results, loaded.gate), indent=2))
        return
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(recorded_table(results))
    console.print(policies_table(results))
    if len(results.days) > 1:
        console.print(days_table(results))
    if loaded.gate is not None:
        console.print(gate_table(loaded.gate))
    for sentence in loaded.about.assumptions:
        console.print(f"* {sentence}", style="dim", highlight=False)


def _write_report(loaded: Loaded, results: ReplayResults, file: Path) -> None:
    try:
        file.write_text(write_replay_report(loaded.about, results, loaded.gate), "utf-8")
    except OSError as error:
        _give_up(f"{file} cannot be written: {error.strerror}")
    typer.echo(f"Report: {file}", err=True)


def _policies(names: Sequence[str]) -> tuple[Policy, ...]:
    """Return the policies, each once. Raises ValueError for one that cannot be replayed."""
    policies = tuple(parse_policy(name) for name in dict.fromkeys(names))
    if any(one.prices == "told" for one in policies):
        raise ValueError(
            '--policy "optimal=told": nobody knows the true rates of a recorded day; give'
            " optimal, whose prices are estimated from what it sees"
        )
    return policies


def _give_up(why: str) -> NoReturn:
    typer.echo(f"Error: {why}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
