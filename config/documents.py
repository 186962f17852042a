"""Reads a TOML file that people write into a model, or says everything that is wrong with it.

What configuration, scenarios and catalogues have in common. Each has an error of its own, a
`DocumentError`, which carries all problems with file, line, key, value and remedy.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from config.encodings import detect, encoding_in_words
from config.lines import line_numbers, line_of
from config.model_words import finding_of
from config.problems import DocumentError, Finding, Path, Problem

Table = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)
Raise = Callable[[list[Problem]], DocumentError]

_LABELS = ("queue_id", "agent_id", "product_id", "campaign_id", "segment_id", "reason", "name")
"""Keys whose value names a table of a list; the first that a table has is taken."""


def read_text(file: FilePath, error: Raise, missing: str | None = None) -> str:
    """Return the text of a file in UTF-8. Raises `error`, with `missing` if there is no file."""
    try:
        raw = file.read_bytes()
    except OSError as why:
        if missing is not None and isinstance(why, FileNotFoundError):
            refuse(file, None, missing, error)
        refuse(file, None, f"cannot be read: {why.strerror}; a readable text file is needed", error)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = raw.count(b"\n", 0, why.start) + 1
        byte = f"byte 0x{raw[why.start]:02x}"
        looks = encoding_in_words(detect(raw))
        what = f"{byte} is not text in UTF-8 (the file looks like {looks})"
        refuse(file, line, f"{what}; save the file with encoding UTF-8", error)


def refuse(file: FilePath, line: int | None, why: str, error: Raise) -> NoReturn:
    """Raise `error` with one problem of the file as a whole."""
    raise error([Problem(str(file), line, "", None, why)]) from None


def parsed(text: str, file: FilePath, error: Raise) -> Table:
    """Return the tables of a TOML text. Raises `error` with the place of what is not TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as why:
        what = "nested too deeply" if isinstance(why, RecursionError) else str(why)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", what)
        line = int(place[1]) if place else text.count("\n") + 1
        what = what.replace(place[0], f" (column {place[2]})") if place else what
        hint = "; texts and times stand in quotes" if what.startswith(("Inv", "Expected")) else ""
        refuse(file, line, f"not valid TOML: {what}{hint}", error)


def validated(
    model: type[Model], data: Table, patterns: Mapping[str, str]
) -> tuple[Model | None, list[Finding]]:
    """Return the model of the data, or None and what is wrong, key by key.

    `patterns` says in words what regular expressions allow that only this model has. The way over
    JSON keeps the types strict (no "5" for 5) and yet takes texts for enumerations.
    """
    try:
        return model.model_validate_json(json.dumps(data, default=str), strict=True), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, [finding_of(one, model, data, patterns) for one in errors]


def located(findings: Iterable[Finding], file: FilePath, text: str, data: Table) -> list[Problem]:
    """Add the file, the line and the key's full name to each finding."""
    lines = line_numbers(text)
    return [
        Problem(
            str(file), line_of(one.path, lines), key_text(one.path, data), one.value, one.allowed
        )
        for one in findings
    ]


def key_text(path: Path, data: Mapping[str, Any]) -> str:
    """Return the path as `queues[cards].hours[#1].opens`: list members by id, or by number."""
    text, here = "", data
    for part in path:
        here = _member(here, part)
        text += f"[{_label(here, part)}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _member(here: Any, part: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    return here[part] if isinstance(here, list) and isinstance(part, int) else None


def _label(table: Any, index: int) -> str:
    for key in _LABELS:
        if isinstance(table, dict) and isinstance(table.get(key), str):
            return str(table[key])
    return f"#{index + 1}"
