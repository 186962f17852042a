"""Which process runs on which core, so that figures mean the same on every machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Cores(NamedTuple):
    """The engine's core, and those of everything else; both are all cores if there is one only."""

    engine: frozenset[int]
    others: frozenset[int]
    pinned: bool

    def in_words(self) -> str:
        """Return who runs where."""
        if not self.pinned:
            return "no process was pinned to a core"
        engine = ", ".join(map(str, sorted(self.engine)))
        others = ", ".join(map(str, sorted(self.others)))
        return (
            f"engine with its journal thread: core {engine}; broker, load generator, follower"
            f" and this program: core {others}"
        )


def divide_cores() -> Cores:
    """Give the engine the first core this process may use, and the others the rest."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(frozenset(), frozenset(), pinned=False)
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        return Cores(frozenset(mine), frozenset(mine), pinned=False)
    return Cores(frozenset(mine[:1]), frozenset(mine[1:]), pinned=True)


@contextlib.contextmanager
def on(cores: frozenset[int], *, pinned: bool) -> Iterator[None]:
    """Be on `cores` inside the block: processes started there stay on them."""
    if not pinned:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def children_of(pid: int) -> list[int]:
    """Return the processes that process `pid` started and that still run (Linux)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def move(pid: int, cores: frozenset[int]) -> None:
    """Put every thread of process `pid` on `cores` (Linux)."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(task.name), cores)
