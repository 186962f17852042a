"""The commands of the command line, by name."""

from __future__ import annotations

from typing import Any

import typer

from service.cli import app


def all_commands() -> dict[str, Any]:
    """Return every command and group: `{"journal": ..., "journal verify": ...}`.

    They look like click's own, whose classes typer may have a copy of.
    """
    found: dict[str, Any] = {}

    def collect(group: Any, before: str) -> None:
        for name, command in group.commands.items():
            found[f"{before}{name}"] = command
            if hasattr(command, "commands"):
                collect(command, f"{before}{name} ")

    collect(typer.main.get_command(app), "")
    return found


def options_of(command: Any) -> set[str]:
    """Return the options a command takes: `{"--json", ...}`."""
    return {"--help", *(text for one in command.params for text in one.opts if text[:1] == "-")}
