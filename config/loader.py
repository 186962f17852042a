"""Reads a configuration file and the environment, and reports everything that is wrong at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NoReturn

from pydantic import ValidationError

from config.allowed import allowed_at, schema_at, unknown_key
from config.checks import Table, contradictions
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
    text = _read(file)
    data = _parsed(text, str(file))
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


def _read(file: FilePath) -> str:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        remedy = "there is no such file; write one with `tidegate check-config --print-default`"
        _refuse_file(file, None, f"{remedy} and change it")
    except OSError as error:
        _refuse_file(
            file, None, f"cannot be read: {error.strerror}; a readable text file is needed"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{raw[error.start]:02x}"
        _refuse_file(file, line, f"{byte} is not text in UTF-8; save the file with encoding UTF-8")


def _refuse_file(file: FilePath, line: int | None, allowed: str) -> NoReturn:
    raise ConfigFileError([Problem(str(file), line, "", None, allowed)]) from None


def _parsed(text: str, file: str) -> Table:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", what)
        line = int(place[1]) if place else text.count("\n") + 1
        what = what.replace(place[0], f" (column {place[2]})") if place else what
        hint = "; texts and times stand in quotes" if what.startswith(("Inv", "Expected")) else ""
        problem = Problem(file, line, "", None, f"not valid TOML: {what}{hint}")
        raise ConfigError([problem]) from None


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
            key, line = _key_text(one.path, data), line_of(one.path, lines)
            yield Problem(file, line, key, value, one.allowed)


def _variable(path: Path, variables: Mapping[Path, str], lines: Mapping[Path, int]) -> str | None:
    """Return the variable that gave the key, its list, or a table that the file does not have."""
    for place in (path, path[:-1]):
        if place in variables and (place == path or schema_at(place).get("type") == "array"):
            return variables[place]
    if path in lines:
        return None
    return next((name for at, name in variables.items() if at[: len(path)] == path), None)


def _key_text(path: Path, data: Table) -> str:
    """Return the path as `queues[cards].hours[#1].opens`: list members by id, or by number."""
    text = ""
    here: object = data
    for part in path:
        here = _member(here, part)
        text += f"[{_label(here, part)}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _member(here: object, part: str | int) -> object:
    if isinstance(here, dict):
        return here.get(part)
    return here[part] if isinstance(here, list) and isinstance(part, int) else None


def _label(table: object, index: int) -> str:
    for key in ("queue_id", "agent_id"):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            return str(table[key])
    return f"#{index + 1}"
