"""The broker's password: from the environment or from a file of its own, never from the settings.

Nothing here puts the password into a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.environment import PASSWORD_VARIABLE
from config.problems import Finding, shown

LONGEST_PASSWORD = 1_024

Table = dict[str, object]


def refuse_in_file(data: Table) -> Iterator[Finding]:
    """Take a password out of the data the file gave, and report it."""
    bus = data.get("bus")
    if isinstance(bus, dict) and bus.pop("password", None) is not None:
        yield Finding(
            ("bus", "password"),
            None,
            "a password never stands in this file: remove it (and change it), then set the"
            f" variable {PASSWORD_VARIABLE} or name a file in bus.password_file",
        )


def read_from_file(data: Table) -> Iterator[Finding]:
    """Put the content of `bus.password_file` into the data as the password, or say why not."""
    bus = data.get("bus")
    name = bus.get("password_file") if isinstance(bus, dict) else None
    if not isinstance(bus, dict) or not isinstance(name, str):
        return
    path = ("bus", "password_file")
    if "password" in bus:
        yield Finding(path, shown(name), f"not together with {PASSWORD_VARIABLE}: give one of them")
        return
    try:
        password = Path(name).read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        yield Finding(path, shown(name), f"must be a readable file: {why}")
        return
    if not 0 < len(password) <= LONGEST_PASSWORD:
        allowed = (
            f"must be a file with a password of 1 to {LONGEST_PASSWORD} characters and nothing else"
        )
        yield Finding(path, shown(name), f"{allowed}; it has {len(password)}")
        return
    bus["password"] = password
