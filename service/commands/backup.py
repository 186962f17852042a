"""`tidegate backup` and `tidegate restore`: copies of the engine's files, and back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from outcomes.backup import Manifest, back_up
from outcomes.backup import restore as put_back
from service.commands.journal import DEFAULT_PATH, AsJson, print_json, reported
from service.commands.progress import progress_bar
from service.wiring import software_version

JournalFile = Annotated[
    Path, typer.Option("--journal", help="The journal; the other files lie beside it.")
]


def backup(
    directory: Annotated[Path, typer.Argument(help="Where to write the copy; must not be there.")],
    journal: JournalFile = DEFAULT_PATH,
    as_json: AsJson = False,
) -> None:
    """Copy the journal, its snapshots and the databases beside it, while the engine runs.

    The copy is verified before it gets its name. Not copied: the configuration, the accounts, the
    catalogue. Exit code 2: it could not be made, for the reason given.
    """
    with reported(), progress_bar("Copying") as progress:
        now_ms = time.time_ns() // 1_000_000
        manifest = back_up(journal, directory, software_version(), now_ms, progress)
    _say(manifest, f"{directory}: a copy of {journal}", as_json)


def restore(
    directory: Annotated[Path, typer.Argument(help="What `tidegate backup` has written.")],
    journal: JournalFile = DEFAULT_PATH,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what is there aside instead of refusing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a copy back; no engine may be running on that journal.

    Every file is checked first. The epoch goes on a thousand higher than the copy's. Restart
    bridges and agents' clients afterwards: record numbers go on from the copy's, so that clients
    which stayed connected may take new decisions for repeats. Contacts that came after the copy
    are known again from the bridges' lists of live contacts.
    """
    with reported():
        manifest = put_back(directory, journal, replace)
    _say(manifest, f"{journal}: restored from {directory}", as_json)


def _say(manifest: Manifest, what: str, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    total = sum(one.bytes for one in manifest.files)
    typer.echo(f"{what}, {manifest.seq} records, {len(manifest.files)} files, {total / 1e6:.1f} MB")
