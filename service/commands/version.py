"""`tidegate --version`: print the installed version."""

from __future__ import annotations

from typing import Annotated

import typer

from service.wiring import software_version


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tidegate {software_version()}")
        raise typer.Exit


def tidegate(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Contact routing for call centres: serve first, market when the queue is low."""
