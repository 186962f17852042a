"""Settings from environment variables: TIDEGATE__BUS__PORT=1884 replaces `bus.port`.

Parts are joined by two underscores. Lists of plain values are separated by commas. Queues and
agents have no variables: they stand in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from config.allowed import Schema, keys_at, schema_at, unknown_key
from config.problems import Finding, Path, shown

PREFIX = "TIDEGATE__"
PASSWORD_VARIABLE = "TIDEGATE_BUS_PASSWORD"
PASSWORD_PATH = ("bus", "password")


def variables_by_path(environ: Mapping[str, str]) -> dict[Path, str]:
    """Return, for each key that a variable names, that variable's name."""
    found: dict[Path, str] = {
        tuple(name.removeprefix(PREFIX).lower().split("__")): name
        for name in sorted(environ)
        if name.startswith(PREFIX)
    }
    if PASSWORD_VARIABLE in environ:
        found.setdefault(PASSWORD_PATH, PASSWORD_VARIABLE)
    return found


def override(
    data: dict[str, object], variables: Mapping[Path, str], environ: Mapping[str, str]
) -> list[Finding]:
    """Put the variables' values into `data`; return what is wrong with them."""
    findings = []
    for path, variable in variables.items():
        if wrong := _why_not(path, variable, environ[variable]):
            findings.append(Finding(path, shown(environ[variable]), wrong))
        else:
            _put(data, path, _converted(environ[variable], schema_at(path)))
    return findings


def misspelt(environ: Iterable[str]) -> list[tuple[str, str]]:
    """Return variables that look like ours but are not read, each with the name it should have.

    Others that begin with TIDEGATE_ pass: container platforms set such names by themselves.
    """
    found = []
    for name in sorted(environ):
        prefix, section, key = [*name.split("_", 2), "", ""][:3]
        if prefix == "TIDEGATE" and name != PASSWORD_VARIABLE and key.lower() in _settable(section):
            found.append((name, f"{PREFIX}{section}__{key}"))
    return found


def _settable(section: str) -> list[str]:
    return keys_at((section.lower(),)) if section else []


def _why_not(path: Path, variable: str, text: str) -> str:
    """Return why the variable cannot be taken, or an empty text."""
    schema = schema_at(path)
    if path[0] in ("queues", "agents"):
        return f"{path[0]} stand in the file only"
    if path == PASSWORD_PATH and variable != PASSWORD_VARIABLE:
        return f"the password is read from {PASSWORD_VARIABLE}"
    if not schema:
        return f"{_known_part(path)}; variables are named as {PREFIX}BUS__PORT"
    if "properties" in schema:
        return f"this names a whole table; name one of its keys: {', '.join(keys_at(path))}"
    if not text:
        return "is empty: give a value or unset the variable"
    if not text.isprintable():
        return "only printable characters in UTF-8"
    return ""


def _known_part(path: Path) -> str:
    """Return the answer for the first part of the path that does not exist."""
    length = next(n for n in range(1, len(path) + 1) if not schema_at(path[:n]))
    return unknown_key(path[:length])


def _converted(text: str, schema: Schema) -> object:
    """Return the text as the type the key has, or as it is where it does not fit."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"[+-]?[0-9][0-9_]{0,30}", text):
        return int(text.replace("_", ""))
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "array":
        return [part.strip() for part in text.split(",")]
    return text


def _put(data: dict[str, object], path: Path, value: object) -> None:
    """Set a nested value; where the file has no table in its place, validation will tell."""
    table: object = data
    for part in path[:-1]:
        if not isinstance(table, dict):
            return
        table = table.setdefault(part, {})
    if isinstance(table, dict):
        table[path[-1]] = value
