"""A report as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from outcomes.report_fields import Fields

# Heading, and the figure under it.
QUEUE_COLUMNS = (
    ("arrived", "arrived"),
    ("accepted", "accepted"),
    ("abandoned", "abandoned"),
    ("short", "short_abandoned"),
    ("refused", "refused"),
    ("diverted", "diverted"),
    ("waiting", "waiting"),
    ("service level", "service_level_ratio"),
    ("ASA", "asa_ms"),
    ("AHT", "aht_ms"),
    ("longest wait", "longest_wait_ms"),
)
AGENT_COLUMNS = (
    ("accepted", "accepted"),
    ("RONA", "rona"),
    ("talk", "talk_ms"),
    ("hold", "hold_ms"),
    ("wrap-up", "wrap_up_ms"),
    ("marketing", "marketing_ms"),
    ("ringing", "ringing_ms"),
    ("ready", "ready_ms"),
    ("not ready", "not_ready_ms"),
    ("occupancy", "occupancy_ratio"),
)


def report_table(title: str, by: str, rows: Sequence[Fields], total: Fields) -> Table:
    """Return the table; `by` is queue or agent. The total stands below if there are several."""
    columns = QUEUE_COLUMNS if by == "queue" else AGENT_COLUMNS
    is_cut = len({row["from"] for row in rows}) > 1
    table = Table(
        title=title, title_justify="left", show_footer=len(rows) > 1, box=box.SIMPLE, padding=(0, 1)
    )
    if is_cut:
        table.add_column("from", footer="total", no_wrap=True)
    table.add_column(by, footer="" if is_cut else "total", no_wrap=True)
    for heading, name in columns:
        table.add_column(
            heading, footer=in_words(name, total[name]), justify="right", overflow="fold"
        )
    for row in rows:
        start = [str(row["from"])[:16].replace("T", " ")] if is_cut else []
        cells = [in_words(name, row[name]) for _, name in columns]
        table.add_row(*start, str(row[f"{by}_id"]), *cells)
    return table


def in_words(name: str, value: str | int | float | None) -> str:
    """Write a figure as its name asks: a share in percent, a time as m:ss or h:mm:ss."""
    if value is None:
        return "-"
    if name.endswith("_ratio"):
        return f"{float(value):.1%}"
    if not name.endswith("_ms"):
        return str(value)
    minutes, seconds = divmod(round(int(value) / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
