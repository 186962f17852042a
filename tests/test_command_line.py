"""The command line explains itself: every command and every parameter has a text."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.support.commands import all_commands

COMMANDS = all_commands()


def test_it_tells_its_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"tidegate {version('tidegate')}\n")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_says_what_it_does(name: str) -> None:
    text = COMMANDS[name].help or ""
    first = text.strip().splitlines()[0] if text.strip() else ""
    assert first.endswith("."), f"tidegate {name}: the help text's first line is no sentence"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_parameter_says_what_it_is_for(name: str) -> None:
    silent = [
        one.name
        for one in COMMANDS[name].params
        if not getattr(one, "help", None) and one.name != "help"
    ]
    assert silent == [], f"tidegate {name}: parameters without a help text"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_can_be_shown(name: str) -> None:
    result = CliRunner().invoke(app, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(app, ["route"])
    assert result.exit_code == 2
    assert "No such command 'route'" in result.output


def test_the_tests_see_the_real_command_line() -> None:
    assert {"serve", "report", "check-config", "journal", "journal verify"} <= set(COMMANDS)
