"""What a key allows, in words, read from the models' own schema so that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any

from config.base import OpeningHours
from config.problems import Path
from config.routing import CATEGORY_PATTERN, EXPIRY_PATTERN
from config.settings import TidegateSettings
from contacts.ids import ID_PATTERN, ID_RULE

Schema = dict[str, Any]

_OPENS, _CLOSES = (
    OpeningHours.model_json_schema()["properties"][key]["pattern"] for key in ("opens", "closes")
)
PATTERN_RULES = {
    ID_PATTERN: f"an id in quotes: {ID_RULE}",
    CATEGORY_PATTERN: f'"*" or an id in quotes: {ID_RULE}',
    EXPIRY_PATTERN: 'a day in quotes as "2026-12-31", or "none"',
    _OPENS: 'a time in quotes from "00:00" to "23:59"',
    _CLOSES: 'a time in quotes from "00:00" to "24:00"',
}
"""What a regular expression of the models allows, in words."""


def allowed_at(path: Path) -> str:
    """Return what the key at `path` allows, as "a whole number from 0 to 99"."""
    return describe(schema_at(path))


def schema_at(path: Path) -> Schema:
    """Return the JSON schema of the key, empty where no such key exists.

    With "[key]" after a key, as pydantic has it, the schema of that key's name itself.
    """
    if path[-1:] == ("[key]",):
        return _plain(_names(schema_at(path[:-2])))
    schema = _plain(_whole())
    for part in path:
        schema = _plain(_inner(schema, part))
    return schema


def keys_at(path: Path) -> list[str]:
    """Return the keys that the table at `path` may have in a file."""
    return _keys(schema_at(path))


def unknown_key(path: Path) -> str:
    """Return what to write instead of a key that does not exist."""
    *table, key = path
    known = keys_at(tuple(table))
    elsewhere = [name for name, keys in _tables() if key in keys]
    if elsewhere:
        return f"no such key here; it belongs under {' or '.join(elsewhere)}"
    if hint := did_you_mean(str(key), known):
        return f"no such key; {hint}"
    if known:
        return f"no such key; the keys here are {', '.join(known)}"
    return f"no such key; {table[-1] if table else key} is not a table"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question "did you mean ...?" for the nearest known word, or an empty text."""
    spelt = {one.lower(): one for one in known}
    near = get_close_matches(word.lower(), spelt, n=1, cutoff=0.6)
    return f'did you mean "{spelt[near[0]]}"?' if near else ""


def describe(schema: Schema) -> str:
    """Return in words what a schema allows."""
    if "enum" in schema:
        return "one of " + ", ".join(f'"{one}"' for one in schema["enum"])
    match schema.get("type"):
        case "integer":
            return f"a whole number from {schema['minimum']} to {schema['maximum']}"
        case "boolean":
            return "true or false, without quotes"
        case "string":
            return _describe_text(schema)
        case "array":
            least = "at least one of them: " if schema.get("minItems") else "each "
            return f"a list in [ ], {least}{describe(_plain(schema['items']))}"
        case _:
            return _describe_table(schema)


def _keys(table: Schema) -> list[str]:
    """Return the keys of a table, without the password, which stands in no file."""
    keys: Schema = table.get("properties", {})
    return [key for key in keys if _plain(keys[key]).get("format") != "password"]


def _describe_text(schema: Schema) -> str:
    if "pattern" in schema:
        return PATTERN_RULES[schema["pattern"]]
    if schema.get("format") == "path":
        return "the path of a file, in quotes"
    if "maxLength" in schema:
        return f"a text in quotes, {schema['minLength']} to {schema['maxLength']} characters"
    return "a text in quotes"


def _describe_table(schema: Schema) -> str:
    if "properties" in schema:
        return f"a table with the keys {', '.join(_keys(schema))}"
    values = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
    return f"a table of names, each with {describe(_plain(values))}"


def _inner(schema: Schema, part: str | int) -> Schema:
    if isinstance(part, int):
        return dict(schema.get("items", {}))
    if part in schema.get("properties", {}):
        return dict(schema["properties"][part])
    values = schema.get("additionalProperties") or {}
    return dict(next(iter(schema.get("patternProperties", {}).values()), values))


def _names(table: Schema) -> Schema:
    """Return the schema of the keys of a table whose keys are free."""
    for pattern in table.get("patternProperties", {}):
        return {"type": "string", "pattern": pattern}
    return dict(table.get("propertyNames", {}))


def _plain(schema: Schema) -> Schema:
    """Follow a reference, and take the one kind of value a key has that may be left out."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _plain(choice)
    if "$ref" in schema:
        return dict(_whole()["$defs"][schema["$ref"].rpartition("/")[2]])
    return schema


@cache
def _whole() -> Schema:
    return TidegateSettings.model_json_schema()


@cache
def _tables() -> list[tuple[str, list[str]]]:
    """Return each table as it is written in the file, with its keys."""
    found: list[tuple[str, list[str]]] = []
    waiting: list[tuple[str, Schema]] = [("", _whole())]
    for name, schema in waiting:
        for key, value in schema["properties"].items():
            inner, brackets = _plain(value), ("[", "]")
            if inner.get("type") == "array":
                inner, brackets = _plain(inner["items"]), ("[[", "]]")
            if "properties" in inner:
                path = f"{name}.{key}".lstrip(".")
                found.append((f"{brackets[0]}{path}{brackets[1]}", _keys(inner)))
                waiting.append((path, inner))
    return found
