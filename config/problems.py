"""What is wrong with a configuration, said so that it can be put right without a manual."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
ENVIRONMENT = "environment"
SHOWN_IN_FULL = 50
LONGEST_VALUE = 80


@dataclass(frozen=True)
class Finding:
    """Something wrong with the settings, before it is known on which line it stands."""

    path: Path
    """Keys and list positions from the top, as ("queues", 0, "priority")."""
    value: str | None
    """As in `Problem`."""
    allowed: str
    """As in `Problem`."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it stands, what is there, and what would be right."""

    file: str
    """The file's name, or "environment" for a variable."""
    line: int | None
    """Line in the file, from 1; None if it has no place of its own there."""
    key: str
    """Dotted key as `queues[cards].ring_timeout_ms`, or the variable's name; empty: the file."""
    value: str | None
    """The value as found, shortened; None if it is missing or secret."""
    allowed: str
    """What would be right, in words."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if not self.key:
            return f"{place}: {self.allowed}"
        found = self.key if self.value is None else f"{self.key} = {self.value}"
        return f"{place}: {found}: {self.allowed}"


class DocumentError(Exception):
    """A file cannot be used; `problems` lists everything that is wrong, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(
            problems, key=lambda one: (one.file == ENVIRONMENT, one.line or 0, one.key)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class ConfigError(DocumentError):
    """The configuration cannot be used."""

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{count} problem{'' if count == 1 else 's'} in the configuration:"]
        lines += [f"  {problem}" for problem in self.problems[:SHOWN_IN_FULL]]
        if count > SHOWN_IN_FULL:
            lines.append(f"  ... and {count - SHOWN_IN_FULL:,} more")
        return "\n".join(lines)


class ConfigFileError(ConfigError):
    """The file itself could not be read: missing, forbidden, a folder, or not text."""


def shown(value: object) -> str | None:
    """Return a value as it would stand in the file, shortened; None for tables, which are long."""
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    ):
        return None
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def is_secret(path: Path) -> bool:
    """Tell whether a key, even a misspelt one, may hold a password that nobody should see."""
    last = str(path[-1]).lower() if path else ""
    return last != "password_file" and any(part in last for part in ("pas", "word", "secret", "pw"))
