"""The core never asks what time it is: time comes with events (import-linter holds the rest)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("contacts", "agents", "queues", "gate", "marketing", "router")
    for path in (ROOT / folder).rglob("*.py")
)
CLOCKS = {"now", "utcnow", "today", "utcfromtimestamp"}


def clocks_read(source: str) -> list[int]:
    """Return the lines that call one of the ways to ask for the time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ]


def test_the_check_finds_a_clock() -> None:
    assert clocks_read("from datetime import datetime\nx = datetime.now()\n") == [2]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_clock_is_read(path: Path) -> None:
    assert clocks_read((ROOT / path).read_text(encoding="utf-8")) == []
