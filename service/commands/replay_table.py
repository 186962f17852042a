"""A replay as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.table import Table

from service.commands.simulate_table import cell
from simulation.replay_gate import GateComparison
from simulation.replay_results import ReplayPart, ReplayResults
from simulation.results import BASELINE
from simulation.results_student import Interval

Show = Callable[[float], str]
Columns = tuple[tuple[str, str, Show], ...]


def _number(x: float) -> str:
    return f"{x:,.0f}"


def _percent(x: float) -> str:
    return f"{100 * x:.1f} %"


def _seconds(x: float) -> str:
    return f"{x / 1000:.1f} s"


OUTCOME: Columns = (
    ("arrived", "arrived", _number),
    ("answered", "answered", _number),
    ("abandoned", "abandoned", _number),
    ("service_level_ratio", "service level", _percent),
    ("asa_ms", "ASA", _seconds),
)
FOUND: Columns = (
    ("attempts", "attempts", _number),
    ("marketing_minutes", "marketing min", _number),
    ("quiet_marketing_minutes", "of it quiet", _number),
    ("service_level_ratio", "service level", _percent),
    ("asa_ms", "ASA", _seconds),
    ("abandoned_added", "+abandoned", lambda x: f"{x:+.1f}"),
    ("waited_behind_marketing", "waited behind", _number),
    ("waiting_minutes_added", "+waiting min", lambda x: f"{x:+.0f}"),
    ("net_value", "net value", lambda x: f"{x:+.0f}"),
)


def recorded_table(results: ReplayResults) -> Table:
    """Return what was recorded beside what was replayed without marketing, a line a day."""
    table = Table(
        title=f"Recorded, and replayed without marketing (mean of {results.seeds} seeds)",
        title_justify="left",
    )
    table.add_column("day")
    for _, heading, _ in OUTCOME:
        table.add_column(f"{heading}\nrecorded", justify="right")
        table.add_column("replayed", justify="right")
    for date, part in results.days.items():
        table.add_row(date, *_beside(part))
    if len(results.days) > 1:
        table.add_section()
        table.add_row("all", *_beside(results.total))
    return table


def policies_table(results: ReplayResults) -> Table:
    """Return what each policy found and cost, all days together."""
    total = results.total
    table = Table(
        title=f"Policies, {len(results.days)} day(s): {total.quiet} of {total.half_hours}"
        " half-hours quiet; + is more than never; ± half width of the 95 % interval over seeds",
        title_justify="left",
    )
    _columns(table, "policy")
    for name, figures in total.policies.items():
        table.add_row(name, *_cells(figures))
    return table


def days_table(results: ReplayResults) -> Table:
    """Return what each policy found and cost, day by day."""
    table = Table(title="Day by day", title_justify="left")
    _columns(table, "day, policy")
    for date, part in results.days.items():
        for name, figures in part.policies.items():
            if name != BASELINE:
                table.add_row(f"{date} {name}", *_cells(figures))
        table.add_section()
    return table


def gate_table(gate: GateComparison) -> Table:
    """Return how each policy would have answered where the journal's gate decided."""
    table = Table(
        title=f"The gate's {gate.decisions} decisions, {gate.granted} granted, {gate.overruled} not"
        " the policy's: what each policy would have answered in the very same states",
        title_justify="left",
    )
    table.add_column("policy")
    for heading in ("same", "would grant", "would deny", "unknown"):
        table.add_column(heading, justify="right")
    for name, one in gate.answers.items():
        table.add_row(name, str(one.same), str(one.grants), str(one.denies), str(one.unknown))
    return table


def _columns(table: Table, first: str) -> None:
    table.add_column(first)
    for _, heading, _ in FOUND:
        table.add_column(heading, justify="right")


def _beside(part: ReplayPart) -> list[str]:
    shown = []
    for name, _, show in OUTCOME:
        recorded = part.recorded[name]
        shown.append("-" if recorded is None else show(recorded))
        shown.append(cell(part.policies[BASELINE][name], show))
    return shown


def _cells(figures: Mapping[str, Interval]) -> list[str]:
    return [cell(figures[name], show) for name, _, show in FOUND]
