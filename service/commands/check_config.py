"""`tidegate check-config`: tell whether a configuration can be used, and if not, why."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from config.advice import warnings_about
from config.loader import DEFAULT_FILE, default_text, load_settings
from config.problems import ConfigError, ConfigFileError, Problem
from service.commands.counts import count

GOOD, WRONG, UNREADABLE = 0, 1, 2


def check_config(
    path: Annotated[
        Path | None,
        typer.Argument(help="The TOML file. Left out: the one shipped with Tidegate."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    print_default: Annotated[
        bool, typer.Option("--print-default", help="Print the commented default file instead.")
    ] = False,
) -> None:
    """Check a configuration file together with the TIDEGATE__ variables of the environment.

    Exit code 0: good, perhaps with warnings. 1: something is wrong. 2: it cannot be read.
    """
    if print_default:
        typer.echo(default_text(), nl=False)
        return
    result = examine(path, os.environ)
    typer.echo(json.dumps(asdict(result), indent=2) if as_json else result.in_words())
    raise typer.Exit(result.exit_code)


@dataclass(frozen=True)
class Examination:
    """What a check found; the keys are those that `--json` prints."""

    good: bool
    file: str
    queues: int = 0
    agents: int = 0
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    exit_code: int = GOOD

    def in_words(self) -> str:
        """Return the finding as lines for people."""
        if not self.good:
            return "\n".join([f"{count(len(self.problems), 'problem')}:", *map(str, self.problems)])
        size = f"{count(self.queues, 'queue')}, {count(self.agents, 'agent')}"
        warnings = [f"warning: {one}" for one in self.warnings]
        return "\n".join([f"good: {self.file}: {size}", *warnings])


def examine(path: Path | None, environ: Mapping[str, str]) -> Examination:
    """Load the configuration as the service would, and return what was found."""
    file = str(path or DEFAULT_FILE)
    try:
        settings = load_settings(path, environ)
    except ConfigError as error:
        code = UNREADABLE if isinstance(error, ConfigFileError) else WRONG
        return Examination(False, file, problems=error.problems, exit_code=code)
    warnings = warnings_about(settings, environ)
    return Examination(True, file, len(settings.queues), len(settings.agents), warnings)
