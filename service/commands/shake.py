"""`tidegate shake`: the whole engine in virtual time, with faults, seed after seed."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from service.commands.journal import PROBLEMS_FOUND, AsJson, print_json
from shaking.plan import plan_of
from shaking.run import Result, Run
from shaking.story import shrunk, told

SECONDS_A_MINUTE = 60.0


def shake(
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds to play.")] = 100,
    start: Annotated[int, typer.Option(min=0, help="The first seed.")] = 1,
    as_json: AsJson = False,
    lines: Annotated[int, typer.Option(min=1, help="Lines of a failing seed's story.")] = 40,
) -> None:
    """Play a call centre with faults, and check that nothing is lost, doubled or stuck.

    Each seed is 500 contacts, ten or more faults and at least one restart, in one process and in
    virtual time: the real engine, journal records and messages between a simulated broker, disk,
    bridges and agents. A failing seed is played again with fewer faults, and its story is told.
    Exit code 1 if anything was violated. docs/reliability.md says what is checked.
    """
    began_s = time.perf_counter()
    totals = dict.fromkeys(("records", "contacts", "restarts", "torn", "faults"), 0)
    failed: list[dict[str, Any]] = []
    for seed in range(start, start + seeds):
        result = Run(plan_of(seed)).play()
        for name in ("records", "contacts", "restarts", "torn"):
            totals[name] += getattr(result, name)
        totals["faults"] += len(result.plan.faults)
        if result.violations:
            failed.append(_told(seed, result, lines))
            if not as_json:
                _print(failed[-1])
    took_s = time.perf_counter() - began_s
    report = {
        "seeds": seeds,
        "start": start,
        "violations": len(failed),
        "seconds": round(took_s, 1),
        "seeds_per_minute": round(seeds / took_s * SECONDS_A_MINUTE, 1),
        **totals,
        "failed": failed,
    }
    if as_json:
        print_json(report)
    else:
        typer.echo(
            f"{seeds} seeds from {start}: {totals['contacts']} contacts, {totals['faults']} faults,"
            f" {totals['restarts']} restarts, {totals['records']} records in {took_s:.0f} s"
            f" ({report['seeds_per_minute']} seeds a minute); {len(failed) or 'no'} violations"
        )
    if failed:
        raise typer.Exit(PROBLEMS_FOUND)


def _told(seed: int, result: Result, lines: int) -> dict[str, Any]:
    least = shrunk(result)
    first = least.violations[0]
    return {
        "seed": seed,
        "rule": first.rule,
        "detail": first.detail,
        "at_s": round(first.at_s, 3),
        "faults": [f"{one.at_s} s {one.kind}" for one in least.plan.faults],
        "story": told(least, lines),
    }


def _print(failed: dict[str, Any]) -> None:
    typer.echo(f"seed {failed['seed']}: {failed['rule']}: {failed['detail']}")
    typer.echo(f"needs only: {', '.join(failed['faults']) or 'no fault at all'}")
    for line in failed["story"]:
        typer.echo(f"  {line}")
