"""Simulated policies as tables for people."""

from __future__ import annotations

from collections.abc import Callable

from rich.table import Table

from simulation.results import Intervals, Results
from simulation.results_offers import by_figure
from simulation.results_student import Interval

Show = Callable[[float], str]

COLUMNS: tuple[tuple[str, str, Show], ...] = (
    ("attempts_per_hour", "attempts/h", lambda x: f"{x:.1f}"),
    ("value_per_hour", "value/h", lambda x: f"{x:.1f}"),
    ("service_level_ratio", "service level", lambda x: f"{100 * x:.1f} %"),
    ("abandoned_ratio", "abandoned", lambda x: f"{100 * x:.1f} %"),
    ("asa_ms", "ASA", lambda x: f"{x / 1000:.1f} s"),
    ("occupancy_ratio", "occupancy", lambda x: f"{100 * x:.1f} %"),
    ("mode_flips_per_hour", "mode flips/h", lambda x: f"{x:.1f}"),
)


def policy_table(name: str, results: Results) -> Table:
    """Return a line of figures for each policy."""
    replications = (
        "1 replication" if results.replications == 1 else (f"{results.replications} replications")
    )
    title = (
        f"{name}: {replications} of {results.hours:g} h, {results.contacts:,} contacts;"
        " ± is the half width of the 95 % confidence interval"
    )
    table = _table(title, "policy")
    for policy, result in results.policies.items():
        table.add_row(policy, *_cells(result.figures))
    return table


def comparison_table(results: Results) -> Table:
    """Return how each policy differs from the first, with the same customers."""
    than = results.comparisons[0].than
    table = _table(f"difference from {than}, with the same customers", "policy")
    for one in results.comparisons:
        table.add_row(one.policy, *_cells(one.figures))
    return table


def offers_table(results: Results) -> Table | None:
    """Return what came of presenting products, None where customers have no tastes."""
    policies = {name: one.offers for name, one in results.policies.items()}
    rows = by_figure(policies)
    if not rows:
        return None
    table = Table(title="products, an hour", title_justify="left")
    table.add_column("")
    for policy in policies:
        table.add_column(policy, justify="right")
    for name, row in rows.items():
        words = name.removesuffix("_per_hour").replace("_", " ")
        table.add_row(words, *(cell(one, lambda x: f"{x:.2f}") for one in row.values()))
    return table


def _table(title: str, first: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for _, heading, _ in COLUMNS:
        table.add_column(heading, justify="right")
    return table


def _cells(figures: Intervals) -> list[str]:
    return [cell(figures[name], show) for name, _, show in COLUMNS]


def cell(one: Interval, show: Show) -> str:
    """Return a figure with its half width, where there is one."""
    if one.mean is None:
        return "-"
    if one.low is None or one.high is None:
        return show(one.mean)
    return f"{show(one.mean)} ± {show((one.high - one.low) / 2).lstrip('+')}"
