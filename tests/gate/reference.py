"""The reference table of the gate, row by row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from gate.model import GateModel

TABLE = Path(__file__).parent / "data" / "cross-sell-reference.csv"


@dataclass(frozen=True)
class Row:
    """One model, and the figures it must have (as text in the table)."""

    model: GateModel
    load: float
    cost: float
    figures: dict[str, str]

    def __str__(self) -> str:
        return f"N={self.model.agents} load={self.load} c={self.cost}"

    def number(self, name: str) -> float:
        return float(self.figures[name])


def rows() -> list[Row]:
    """Return all rows; the arrival rate is computed from the load, which is not rounded."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [_row(figures) for figures in csv.DictReader(lines)]


def _row(figures: dict[str, str]) -> Row:
    agents, load, cost = int(figures["N"]), float(figures["load"]), float(figures["c"])
    service_s = float(figures["S"])
    model = GateModel(
        agents=agents,
        arrivals_per_hour=load * agents / service_s * 3600,
        service_ms=service_s * 1000,
        marketing_ms=float(figures["X"]) * 1000,
        patience_ms=float(figures["P"]) * 1000,
        waiting_cost_per_s=cost,
    )
    return Row(model, load, cost, figures)
