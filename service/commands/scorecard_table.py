"""Scorecards as tables for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from service.commands.report_table import in_words
from service.commands.scorecard_fields import GROUPS, Card, Figure
from service.commands.scorecard_words import HEADINGS

NOBODY = "(none)"


def scorecard_tables(by: str, cards: Sequence[Card], total: Card) -> Iterator[Table]:
    """Yield a table for quality, productivity and marketing; "-" stands for not measured."""
    for title, names in GROUPS.items():
        table = Table(
            title=title,
            title_justify="left",
            show_footer=len(cards) > 1,
            box=box.SIMPLE,
            padding=(0, 1),
        )
        table.add_column(by, footer="total", no_wrap=True)
        shown = [name for name in names if name in HEADINGS]
        for name in shown:
            table.add_column(HEADINGS[name].english, footer=cell(total, name), justify="right")
        for card in cards:
            table.add_row(str(card["name"]) or NOBODY, *(cell(card, name) for name in shown))
        yield table


def cell(card: Card, name: str) -> str:
    """Return a figure for people, with its interval if it has one."""
    low, high = interval_of(card, name)
    shown = figure(name, card[name])
    if low is None or high is None:
        return shown
    return f"{shown} ({figure(name, low)} to {figure(name, high)})"


def interval_of(card: Card, name: str) -> tuple[Figure, Figure]:
    """Return the ends of a figure's interval, None if it has none."""
    stem, ratio = name.removesuffix("_ratio"), "_ratio" if name.endswith("_ratio") else ""
    return card.get(f"{stem}_low{ratio}"), card.get(f"{stem}_high{ratio}")


def figure(name: str, value: Figure) -> str:
    """Write one figure; values that are thousandths as whole units."""
    if value is None:
        return "-"
    if name.endswith("_milli"):
        return f"{float(value) / 1000:,.0f}"
    if isinstance(value, float) and not name.endswith("_ratio"):
        return f"{value:.2f}"
    return in_words(name, value)
