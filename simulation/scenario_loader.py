"""Reads a scenario file, and says everything that is wrong with it: line, key, value, remedy."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.allowed import did_you_mean
from config.lines import line_numbers, line_of
from config.problems import Finding, Path, Problem, shown
from contacts.ids import ID_PATTERN, ID_RULE
from simulation.scenario import Scenario
from simulation.scenario_checks import contradictions

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Table = dict[str, Any]


class ScenarioError(Exception):
    """The scenario cannot be simulated; `problems` lists everything that is wrong, in order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda one: (one.line or 0, one.key))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def load_scenario(file: FilePath) -> Scenario:
    """Return the scenario of a TOML file. Raises `ScenarioError` with every problem found."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise ScenarioError([_problem(file, f"cannot be read: {why}")]) from None
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError([_not_toml(file, error)]) from None
    return read_scenario(data, text, file)


def read_scenario(data: Table, text: str, file: FilePath) -> Scenario:
    """Return the scenario that `data`, read from the `text` of `file`, states."""
    _anchor_files(data, file.parent)
    try:
        # The way over JSON keeps types strict (no "5" for 5) and yet takes texts for enumerations.
        scenario = Scenario.model_validate_json(json.dumps(data, default=str), strict=True)
        findings = list(contradictions(scenario))
        if not findings:
            return scenario
    except ValidationError as error:
        findings = [_finding(one, data) for one in error.errors(include_url=False)]
    lines = line_numbers(text)
    raise ScenarioError(
        [
            Problem(
                str(file), line_of(one.path, lines), _key(one.path, data), one.value, one.allowed
            )
            for one in findings
        ]
    )


def _problem(file: FilePath, allowed: str, line: int | None = None) -> Problem:
    return Problem(str(file), line, "", None, allowed)


def _not_toml(file: FilePath, error: Exception) -> Problem:
    place = re.search(r"at line (\d+)", str(error))
    line = int(place[1]) if place else None
    return _problem(file, f"not valid TOML: {error}", line)


def _anchor_files(data: object, folder: FilePath) -> None:
    """Let relative paths of recorded data start at the scenario's folder."""
    if isinstance(data, dict):
        if data.get("kind") == "recorded" and isinstance(data.get("file"), str):
            data["file"] = str(folder / data["file"])
        for value in data.values():
            _anchor_files(value, folder)
    elif isinstance(data, list):
        for value in data:
            _anchor_files(value, folder)


# --- pydantic's errors in our words --------------------------------------------------------


def _finding(error: ErrorDetails, data: Table) -> Finding:
    path = _path_in(data, error["loc"])
    kind, message = error["type"], error["msg"]
    match kind:
        case "missing":
            return Finding(path, None, "is missing")
        case "extra_forbidden":
            return Finding(path, shown(error["input"]), _unknown_key(error["loc"]))
        case "value_error":
            return Finding(path, None, message.removeprefix("Value error, "))
        case "union_tag_not_found" | "union_tag_invalid":
            return _unknown_kind(path, error)
        case "string_pattern_mismatch":
            allowed = f"must be {_pattern_rule(error)}"
        case _:
            allowed = message.replace("Input should be", "must be")
    if path[-1:] == ("[key]",):
        return Finding(path[:-1], None, f"the name {allowed}")
    return Finding(path, shown(error["input"]), allowed)


def _unknown_kind(path: Path, error: ErrorDetails) -> Finding:
    context = error.get("ctx", {})
    allowed = str(context.get("expected_tags", "")).replace("'", '"')
    if error["type"] == "union_tag_not_found":
        return Finding(path, shown(error["input"]), "must be a table with a kind")
    return Finding((*path, "kind"), shown(context.get("tag")), f"must be one of {allowed}")


def _pattern_rule(error: ErrorDetails) -> str:
    pattern = error.get("ctx", {}).get("pattern")
    return f"an id: {ID_RULE}" if pattern == ID_PATTERN else 'a time of day in quotes, as "09:30"'


def _path_in(data: object, loc: Path) -> Path:
    """Drop from a place the names of chosen kinds, which stand in no file."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(data, dict) and part not in data and data.get("kind") == part:
            continue
        path.append(part)
        if isinstance(data, dict):
            data = data.get(part)
        else:
            data = data[part] if isinstance(data, list) and isinstance(part, int) else None
    return tuple(path)


def _unknown_key(loc: Path) -> str:
    model = _model_at(Scenario, loc[:-1])
    known = list(model.model_fields) if model else []
    hint = did_you_mean(str(loc[-1]), known)
    return f"no such key; {hint or 'the keys here are ' + ', '.join(known)}"


def _model_at(annotation: Any, loc: Path) -> type[BaseModel] | None:
    """Return the model that holds the key at `loc`, walking through lists, options and kinds."""
    for part in loc:
        if isinstance(part, int):
            annotation = next(iter(_choices(annotation)), None)
            annotation = get_args(annotation)[0] if get_args(annotation) else None
            continue
        annotation = _step(annotation, part)
    models = [one for one in _choices(annotation) if _is_model(one)]
    return models[0] if models else None


def _step(annotation: Any, part: str) -> Any:
    for one in _choices(annotation):
        if not _is_model(one):
            continue
        kind = one.model_fields.get("kind")
        if kind is not None and get_args(kind.annotation) == (part,):
            return one
        if part in one.model_fields:
            return one.model_fields[part].annotation
    return None


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _choices(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _choices(one)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _key(path: Path, data: Mapping[str, Any]) -> str:
    """Return the path as `queues[cards].service_ms.mean`: list members by name, or by number."""
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
    for key in ("queue_id", "name"):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            return str(table[key])
    return f"#{index + 1}"
