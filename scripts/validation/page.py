"""A page of findings: one section for each proof, replaced when the proof is run again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.cores import divide_cores
from benchmarks.machine import describe_machine


class Finding(NamedTuple):
    """What a proof found: sentences and tables in Markdown."""

    title: str
    text: str
    is_good: bool


def write(page: Path, introduction: str, finding: Finding, took_s: float, word: str) -> None:
    """Put a finding into a page, instead of what stood there under its title.

    The section says when, on what machine, how long it took, and `word` (in bold).
    """
    text = page.read_text() if page.exists() else introduction
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    sections = {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}
    machine = describe_machine(divide_cores())
    measured = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine['processors']} processors"
        f" ({machine['processor']}), {machine['system']}, Python {machine['python']};"
        f" took {took_s:.0f} s. **{word}**"
    )
    sections[finding.title] = f"{measured}\n\n{finding.text}"
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    page.write_text(f"{introduction.strip()}\n\n{body}\n")


def table(head: str, rows: Iterable[str]) -> str:
    """Return a table in Markdown; cells are parted by ' | '. Each row is shown as it comes."""
    lines = [f"| {head} |", "|" + "---|" * len(head.split("|"))]
    for row in rows:
        print(f"  {row}", flush=True)
        lines.append(f"| {row} |")
    return "\n".join(lines)
