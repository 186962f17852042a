"""Reads a configuration file and the environment, and reports everything that is wrong at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from config.allowed import allowed_at, schema_at, unknown_key
from config.checks import Table, contradictions
from config.documents import key_text, parsed, read_text
from config.environment import override, variables_by_path
from config.lines import line_numbers, line_of
from config.password import read_from_file, refuse_in_file
from config.problems import (
    ENVIRONMENT,
    ConfigError,
    ConfigFileError,
    Finding,
    Path,
    Problem,
    is_secret,
    shown,
)
from config.settings import TidegateSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEFAULT_FILE = FilePath(__file__).with_name("default.toml")
_MISSING = (
    "there is no such file; write one with `tidegate check-config --print-default` and change it"
)


def default_text() -> str:
    """Return the commented configuration file that ships with the engine."""
    return DEFAULT_FILE.read_text("utf-8")


def load_settings(path: FilePath | None, environ: Mapping[str, str]) -> TidegateSettings:
    """Return the settings from a TOML file, with the environment's variables over them.

    Without a path the shipped `default.toml` is read, which has example queues and agents.
    Raises `ConfigFileError` if the file cannot be read, `ConfigError` with every problem if its
    content or a variable is wrong; a contradiction within a table shows once its single keys are
    right. `advice.warnings_about` tells what is odd but permitted.
    """
    file = path or DEFAULT_FILE
    text = read_text(file, ConfigFileError, _MISSING)
    data = parsed(text, file, ConfigError)
    variables = variables_by_path(environ)
    findings = list(refuse_in_file(data))
    findings += override(data, variables, environ)
    findings += read_from_file(data)
    findings += contradictions(data)
    settings = _validated(data, findings)
    if settings is None or findings:
        raise ConfigError(_located(findings, str(file), text, data, variables))
    return settings


def _validated(data: Table, findings: list[Finding]) -> TidegateSettings | None:
    """Return the settings, or None after adding what is wrong to `findings`.

    The way over JSON keeps the types strict (no "5" for 5) and yet takes texts for enumerations.
    """
    try:
        return TidegateSettings.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        findings += map(_finding, error.errors(include_url=False))
        return None


def _finding(error: ErrorDetails) -> Finding:
    """Say one of pydantic's errors in our words."""
    path, kind = error["loc"], error["type"]
    if not path:
        return Finding(path, None, error["msg"])
    if kind == "missing":
        return Finding(path, None, f"is missing; {allowed_at(path)}")
    if kind == "extra_forbidden":
        return Finding(path, shown(error["input"]), unknown_key(path))
    if kind == "value_error":
        return Finding(path, None, error["msg"].removeprefix("Value error, "))
    if path[-1] == "[key]":
        return Finding(path[:-1], None, f"the name must be {allowed_at(path)}")
    return Finding(path, shown(error["input"]), f"must be {allowed_at(path)}")


def _located(
    findings: list[Finding], file: str, text: str, data: Table, variables: Mapping[Path, str]
) -> Iterator[Problem]:
    """Add the file and line, or the variable, to each finding."""
    lines = line_numbers(text)
    for one in findings:
        value = None if is_secret(one.path) else one.value
        if variable := _variable(one.path, variables, lines):
            yield Problem(ENVIRONMENT, None, variable, value, one.allowed)
        else:
            key, line = key_text(one.path, data), line_of(one.path, lines)
            yield Problem(file, line, key, value, one.allowed)


def _variable(path: Path, variables: Mapping[Path, str], lines: Mapping[Path, int]) -> str | None:
    """Return the variable that gave the key, its list, or a table that the file does not have."""
    for place in (path, path[:-1]):
        if place in variables and (place == path or schema_at(place).get("type") == "array"):
            return variables[place]
    if path in lines:
        return None
    return next((name for at, name in variables.items() if at[: len(path)] == path), None)
