"""`tidegate replay`: recorded days through the live engine's own code, under other policies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from config.gate import GateSettings
from service.commands.replay_table import days_table, policies_table, recorded_table
from service.commands.simulate import COULD_NOT_RUN, INTERRUPTED, PIPED_WIDTH, progress
from simulation.recorded_rows import RecordError
from simulation.replay_calls import load_days
from simulation.replay_json import ReplayAbout, replay_document
from simulation.replay_results import ReplayResults, results_of_days
from simulation.replay_runs import ReplayRequest, play_days
from simulation.replay_words import assumptions_of_calls
from simulation.virtual_policies import USUAL, Policy, parse_policy
from simulation.virtual_pool import available_cores

_GATE = GateSettings()


def replay(
    calls: Annotated[
        str,
        typer.Argument(
            metavar="CALLS",
            help="Recorded calls, .csv or .csv.gz (columns: docs/replay.md), or the date of a"
            " shipped day (1999-02-01).",
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
            help="never, always, threshold, threshold=K, hysteresis or optimal; may be given"
            " several times. Default: never, always, threshold and optimal. never is always"
            " played: it is what the others are compared with.",
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
        typer.Option(min=1_000, max=3_600_000, help="Mean time of marketing, milliseconds."),
    ] = 75_000,
    value: Annotated[
        int | None,
        typer.Option(
            min=0, max=1_000_000_000, help="Worth of one marketing attempt, thousandths: 1000 is 1."
        ),
    ] = None,
    wait_cost: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1_000_000_000,
            help="Cost of a second of one customer's waiting, thousandths; default 50.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play recorded days again, with the engine's own code, under one or more policies.

    First without marketing, against what really happened; then with each policy: how much
    marketing it finds, when, and what that costs in waiting. The same seed gives the same numbers,
    whatever --jobs is. Interrupting (Ctrl-C) shows what is done so far. Exit code 0: done, 2: could
    not run, 130: interrupted.
    """
    value = _GATE.value_milli if value is None else value
    wait_cost = _GATE.wait_cost_milli_per_s if wait_cost is None else wait_cost
    try:
        gate = GateSettings(
            value_milli=value,
            wait_cost_milli_per_s=wait_cost,
            expected_marketing_ms=marketing_ms,
        )
        policies = _policies(policy or list(USUAL))
        days = load_days(calls, date or [], gate, marketing_ms)
        for one in policies:
            one.gates({"all": gate})
    except (RecordError, ValueError) as error:
        _give_up(str(error))
    request = ReplayRequest(days, policies, replications, seed, jobs or available_cores())
    assumptions = assumptions_of_calls(marketing_ms, value, wait_cost)
    about = ReplayAbout(calls, "recorded calls", seed, assumptions)
    results, is_whole = _play(request)
    _show(about, results, as_json=as_json)
    if not is_whole:
        typer.echo(
            f"Interrupted: {len(results.days)} of {len(days)} days with {results.seeds} of"
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


def _show(about: ReplayAbout, results: ReplayResults, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(replay_document(about, results), indent=2))
        return
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(recorded_table(results))
    console.print(policies_table(results))
    if len(results.days) > 1:
        console.print(days_table(results))
    for sentence in about.assumptions:
        console.print(f"* {sentence}", style="dim", highlight=False)


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
