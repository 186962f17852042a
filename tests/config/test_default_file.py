"""The shipped file shows every key, with the defaults the models have."""

import re
import tomllib
from typing import Any

from config.loader import DEFAULT_FILE, default_text, load_settings
from config.settings import TidegateSettings

COMMENTED = re.compile(r"^# (?:e\.g\. )?(\w+ = .*|\[\[?[a-z_.]+\]\]?)$", re.MULTILINE)
EXAMPLE = re.compile(r"^# e\.g\. .*$", re.MULTILINE)
Table = dict[str, Any]


def uncommented(text: str) -> Table:
    return tomllib.loads(COMMENTED.sub(r"\1", text))


def with_defaults_uncommented() -> Table:
    return uncommented(EXAMPLE.sub("", default_text()))


def keys(table: Table, path: str = "") -> set[str]:
    """Every key as "queues.wrap_up.kind", members of lists under the list's own name."""
    found = set()
    for key, value in table.items():
        name = f"{path}.{key}".lstrip(".")
        found.add(name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                found |= keys(inner, name)
    return found


def values(table: Any) -> bool:
    """Tell whether there is anything but empty tables in a table."""
    return any(map(values, table.values())) if isinstance(table, dict) else True


def model_keys(schema: Table, whole: Table, path: str = "") -> set[str]:
    """Every key that the models have, as `keys` names them."""
    for choice in schema.get("anyOf", []):
        schema = choice if choice.get("type") != "null" else schema
    schema = schema.get("items", schema)
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    found = {path} if path else set()
    for key, value in schema.get("properties", {}).items():
        found |= model_keys(value, whole, f"{path}.{key}".lstrip("."))
    return found


def test_it_loads_as_shipped() -> None:
    settings = load_settings(None, {})
    assert len(settings.queues) == 2
    assert len(settings.agents) == 3


def test_every_key_of_the_models_is_shown_and_no_other() -> None:
    whole = TidegateSettings.model_json_schema()
    free = re.compile(
        r"\.(requires|skills|capacity|destinations|certificates|consent_by_purpose)\."
    )
    shown = {key for key in keys(uncommented(default_text())) if not free.search(key)}
    assert shown == model_keys(whole, whole) - {"bus.password"}


def test_the_commented_defaults_are_the_defaults() -> None:
    """Setting all of them, in the sections and in the examples, changes nothing."""
    active, everything = tomllib.loads(default_text()), with_defaults_uncommented()
    assert TidegateSettings.model_validate(everything) == TidegateSettings.model_validate(active)
    assert len(keys(everything)) > len(keys(active)) + 30


def test_the_sections_set_nothing_but_defaults() -> None:
    active = tomllib.loads(default_text())
    assert {name for name, table in active.items() if values(table)} == {"queues", "agents"}


def test_each_default_is_shown_as_default_not_as_example() -> None:
    shown = keys(with_defaults_uncommented())
    dumped = keys(TidegateSettings().model_dump(mode="json", exclude_none=True))
    first_queue = load_settings(None, {}).queues[0].model_dump(mode="json", exclude_none=True)
    assert shown >= dumped | keys({"queues": [first_queue]}) - {
        "queues.hours",
        "queues.gate.schedule",
    }


def test_the_examples_of_keys_without_default_are_valid() -> None:
    data = uncommented(default_text())
    settings = TidegateSettings.model_validate(data)
    assert settings.queues[0].max_waiting == 200
    assert settings.queues[0].hours[0].opens == "08:00"


def test_bounds_in_the_comments_are_the_bounds_of_the_models() -> None:
    """Every bound of a number stands in a comment as "a to b"."""
    text = default_text()
    whole = TidegateSettings.model_json_schema()
    for model in (whole, *whole["$defs"].values()):
        for schema in model.get("properties", {}).values():
            for one in (schema, *schema.get("anyOf", [])):
                if "maximum" in one:
                    assert f"{one['minimum']} to {one['maximum']}" in text, schema


def test_it_stands_in_the_package_and_fits_a_terminal() -> None:
    assert DEFAULT_FILE.parent.name == "config"
    assert all(len(line) <= 100 for line in default_text().splitlines())
