"""What the models cannot see key by key: contradictions, repeated ids, zones, files.

Works on the data as read, so that everything is found at once even where other keys are wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo, available_timezones

from config.allowed import did_you_mean
from config.problems import Finding, Path, shown

Table = dict[str, object]


def contradictions(data: Table) -> Iterator[Finding]:
    """Yield what is wrong beyond the type and bounds of a single key."""
    yield from given_twice(data, "queues", "queue_id")
    yield from given_twice(data, "agents", "agent_id")
    yield from _missing_certificates(data)
    for path, queue in tables_in(data.get("queues"), ("queues",)):
        yield from _contradicting_priority(path, queue)
        yield from _unknown_time_zone(path, queue)
        yield from _empty_intervals(path, queue)


def tables_in(found: object, path: Path) -> Iterator[tuple[Path, Table]]:
    """Yield each table of a list with its path, passing over anything else."""
    for index, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, dict):
            yield (*path, index), one


def texts_in(found: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each text of a list with its path, passing over anything else."""
    for index, one in enumerate(found if isinstance(found, list) else ()):
        if isinstance(one, str):
            yield (*path, index), one


def given_twice(data: Table, name: str, key: str) -> Iterator[Finding]:
    """Yield each table of the list `name` whose `key` has a value that one before it has."""
    first: dict[str, int] = {}
    for path, table in tables_in(data.get(name), (name,)):
        one, index = table.get(key), path[-1]
        if isinstance(one, str) and isinstance(index, int) and first.setdefault(one, index) < index:
            allowed = f"given before, in {name}[#{first[one] + 1}]; each {key} may stand once"
            yield Finding((*path, key), shown(one), allowed)


def _missing_certificates(data: Table) -> Iterator[Finding]:
    bus = data.get("bus")
    tls = bus.get("tls") if isinstance(bus, dict) else None
    for key, name in tls.items() if isinstance(tls, dict) else ():
        if isinstance(name, str) and not FilePath(name).is_file():
            yield Finding(("bus", "tls", key), shown(name), "must be a file; there is none")


def _contradicting_priority(path: Path, queue: Table) -> Iterator[Finding]:
    if queue.get("strict_priority") is True and "priority_step_ms" in queue:
        yield Finding(
            (*path, "priority_step_ms"),
            shown(queue["priority_step_ms"]),
            "leave it out: strict_priority = true puts priority first however long others have"
            " waited; or set strict_priority = false",
        )


def _unknown_time_zone(path: Path, queue: Table) -> Iterator[Finding]:
    name = queue.get("time_zone")
    if isinstance(name, str) and not _known_zone(name):
        hint = did_you_mean(name, available_timezones())
        allowed = 'must be the IANA name of a time zone, as "UTC" or "Europe/Berlin"'
        yield Finding((*path, "time_zone"), shown(name), f"{allowed}; {hint}".rstrip("; "))


def _empty_intervals(path: Path, queue: Table) -> Iterator[Finding]:
    for place, one in tables_in(queue.get("hours"), (*path, "hours")):
        if "opens" in one and one["opens"] == one.get("closes"):
            yield Finding(
                (*place, "closes"),
                shown(one["closes"]),
                'must be another time than opens; the whole day is from "00:00" to "24:00"',
            )


@cache
def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
