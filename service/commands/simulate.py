"""`tidegate simulate`: a scenario through the live engine's own code, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.commands.simulate_table import comparison_table, offers_table, policy_table
from simulation.report import write_report
from simulation.results import Results, results_of
from simulation.results_json import document
from simulation.scenario import Scenario
from simulation.scenario_checks import load_without_leaving
from simulation.scenario_loader import ScenarioError, load_scenario
from simulation.virtual_policies import USUAL, Policy, frontier, parse_policy
from simulation.virtual_pool import Tell, available_cores
from simulation.virtual_runs import Plan, Runs, run_plan

COULD_NOT_RUN = 2
INTERRUPTED = 130
PIPED_WIDTH = 160
REPORT_FILE = "report.html"


def simulate(
    scenario: Annotated[Path, typer.Argument(help="The scenario, a TOML file.")],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="never, always, threshold, threshold=K, hysteresis, schedule, optimal,"
            " optimal=told, optimal=estimated, or configured (as the scenario has it); may be"
            " given several times. Default: never, always, threshold and optimal.",
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=1, max=100_000, help="How many days are simulated per policy.")
    ] = 10,
    seed: Annotated[int, typer.Option(help="Other seeds give other days.")] = 1,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at a time; default: all cores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Folder for report.html, with plots; thresholds are simulated, too, for the"
            " frontier of attempts against service level."
        ),
    ] = None,
) -> None:
    """Simulate a call centre under one or more policies, with the engine's own code.

    All policies see the same customers. The same seed gives the same numbers, whatever --jobs is.
    Interrupting (Ctrl-C) shows what the replications done so far say. Exit code 0: done, 2: could
    not run, 130: interrupted.
    """
    try:
        loaded = load_scenario(scenario)
        policies = _policies(policy or list(USUAL), loaded)
        if report is not None:
            report.mkdir(parents=True, exist_ok=True)
    except (ScenarioError, ValueError) as error:
        _give_up(str(error))
    except OSError as error:
        _give_up(f"--report {report}: no folder can be made there: {error.strerror}")
    beside = frontier(loaded) if report is not None else ()
    plan = Plan(loaded, policies, replications, seed, jobs or available_cores(), beside)
    with progress("Simulating") as tell:
        runs, is_whole = run_plan(plan, tell)
    if not next(iter(runs.values())):
        typer.echo("Interrupted before one replication was done under every policy.", err=True)
        raise typer.Exit(INTERRUPTED)
    _show(plan, runs, as_json=as_json, report=report)
    if not is_whole:
        typer.echo(f"Interrupted: {_done(runs)} of {replications} replications done.", err=True)
        raise typer.Exit(INTERRUPTED)


def _show(plan: Plan, runs: Runs, *, as_json: bool, report: Path | None) -> None:
    names = [one.name for one in plan.policies]
    results = results_of(names, runs)
    if as_json:
        typer.echo(json.dumps(document(plan.scenario, plan.seed, results), indent=2))
    else:
        _print_tables(plan.scenario, results)
    if report is not None:
        _write_report(plan, runs, results, report)


def _write_report(plan: Plan, runs: Runs, results: Results, folder: Path) -> None:
    thresholds = results_of([one.name for one in plan.beside], runs)
    file = folder / REPORT_FILE
    try:
        file.write_text(write_report(plan.scenario, plan.seed, results, thresholds), "utf-8")
    except OSError as error:
        _give_up(f"{file} cannot be written: {error.strerror}")
    typer.echo(f"Report: {file}", err=True)


def _give_up(why: str) -> NoReturn:
    typer.echo(f"Error: {why}", err=True)
    raise typer.Exit(COULD_NOT_RUN)


def _policies(names: list[str], scenario: Scenario) -> tuple[Policy, ...]:
    """Return the policies, each once. Raises ValueError for one that cannot be simulated."""
    policies = tuple(parse_policy(name) for name in dict.fromkeys(names))
    for one in policies:
        gates = one.gates({queue.queue_id: queue.gate for queue in scenario.queues})
        if all(gate.policy == "always" for gate in gates.values()):
            load = load_without_leaving(scenario, marketing=True)
            if load >= 1.0:
                raise ValueError(
                    f'policy "{one.name}": the load is {load:.3f} when everybody is marketed to,'
                    " and nobody leaves while waiting: the queue would grow for ever; give"
                    " patience_ms, or leave this policy out"
                )
    return policies


def _done(runs: Runs) -> int:
    return len(next(iter(runs.values())))


def _print_tables(scenario: Scenario, results: Results) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    console.print(policy_table(scenario.name, results))
    if results.comparisons:
        console.print(comparison_table(results))
    products = offers_table(results)
    if products is not None:
        console.print(products)


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """Give a callback (done, in all) that draws a bar if standard error is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
