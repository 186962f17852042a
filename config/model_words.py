"""What pydantic finds wrong with a table, in our words and at the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from config.allowed import PATTERN_RULES, did_you_mean
from config.problems import Finding, Path, shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Table = dict[str, Any]


def finding_of(
    error: ErrorDetails, model: type[BaseModel], data: Table, patterns: Mapping[str, str]
) -> Finding:
    """Say one of pydantic's errors in our words; see `documents.validated` for `patterns`."""
    path = _path_in(data, error["loc"])
    kind, message = error["type"], error["msg"]
    match kind:
        case "missing":
            return Finding(path, None, "is missing")
        case "extra_forbidden":
            return Finding(path, shown(error["input"]), _unknown_key(model, error["loc"]))
        case "value_error":
            return Finding(path, None, message.removeprefix("Value error, "))
        case "union_tag_not_found" | "union_tag_invalid":
            return _unknown_kind(path, error)
        case "string_pattern_mismatch":
            allowed = f"must be {_pattern_rule(error, patterns)}"
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


def _pattern_rule(error: ErrorDetails, patterns: Mapping[str, str]) -> str:
    pattern = str(error.get("ctx", {}).get("pattern"))
    return patterns.get(pattern) or PATTERN_RULES[pattern]


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


def _unknown_key(whole: type[BaseModel], loc: Path) -> str:
    model = _model_at(whole, loc[:-1])
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
