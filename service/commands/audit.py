"""`tidegate journal audit`: who did what to the centre, and when."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from outcomes.audit import Act, acts
from service.commands.audit_words import act_in_words
from service.commands.journal import DEFAULT_PATH, JournalPath, milliseconds, moment, reported


def command(
    journal: JournalPath = DEFAULT_PATH,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Acts from this time on, such as 2026-01-31 or 2026-01-31T06:00+01:00; "
            "UTC unless it says otherwise.",
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Acts before this time.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="CLIENT", help='Only acts of this client: "supervisor/zoe", or "zoe".'
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each act as a line of JSON.")
    ] = False,
) -> None:
    """List what supervisors did, transfers, and new settings and catalogues, oldest first.

    That is: modes forced, contacts moved, prioritised and transferred, agents' states and skills
    set, queues opened and closed, emergencies, alarms acknowledged; also what was refused. Stops
    at a damaged record with exit code 1. Changes nothing.
    """
    with reported():
        from_ms = None if from_ is None else milliseconds(from_)
        to_ms = None if to is None else milliseconds(to)
        for act in acts(journal, from_ms, to_ms, by):
            typer.echo(_json(act) if as_json else _line(act))


def _line(act: Act) -> str:
    return f"{moment(act.at_ms)}  {act.by:<24}  {act_in_words(act)}"


def _json(act: Act) -> str:
    return msgspec.json.encode(msgspec.to_builtins(act) | {"words": act_in_words(act)}).decode()
