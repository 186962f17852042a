"""How much of the optimum is captured from estimated numbers, and how much could be at best.

Tables for docs/gate-validation.md, made by `scripts/validate_gate.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from gate.solver import rules

# isort: split
# numpy only now: gate.solver says how many threads it may use.
import numpy as np

from gate.estimates import (
    Uncertainty,
    estimated_mean_ms,
    estimated_patience_ms,
    uncertainty_of,
)
from gate.model import HOUR_MS, GateModel
from gate.prices import PriceTable
from gate.solver.figures import Figures, evaluate
from gate.solver.optimum import solve
from gate.solver.robust import robust_table
from tests.gate.reference import Row, rows

SAMPLES = {10: 200, 50: 40}
SEED = 20261122
PRIOR_SERVICE_MS, PRIOR_MARKETING_MS, PRIOR_PATIENCE_MS = 180_000, 60_000, 180_000
TARGETS = {0.05: 0.97, 0.15: 0.93}
WINDOWS = ((1.0, 1.0), (1.0, 8.0), (2.0, 2.0), (4.0, 4.0), (8.0, 8.0))

HEAD = f"""
## The optimum from estimated numbers

Arrivals, service, marketing and patience times are drawn as one hour of steady load would show them
({SAMPLES[10]} hours for 10 agents, {SAMPLES[50]} for 50, seed {SEED}), while marketing with one
idle agent at least; prices are solved from the estimates, and the action table is evaluated in the
true chain. Times are shrunk towards priors that are wrong on purpose (service 180 s, marketing
60 s: 20 observations; patience 180 s: 5). Mean captured share, its standard error, and in brackets
the 10 % quantile: with the prices of the estimates (`price_table`), and with those that are best on
average over what the numbers may be (`robust_table`). Gain: the mean difference in the same hours.
"""

TABLE_HEAD = "N | load | c | prices of the estimates | robust prices | gain | aim | reached"

LONGER_HEAD = """
Where one hour misses the aim, more is needed. Robust prices, from so many hours of arrivals and of
times:
"""

LONGER_TABLE_HEAD = "N | load | c | " + " | ".join(
    f"{arrivals:g} h, times {times:g} h" for arrivals, times in WINDOWS
)


class Hours(NamedTuple):
    """What was seen, as the gate would estimate it."""

    model: GateModel
    uncertainty: Uncertainty


def capture_lines() -> Iterator[str]:
    """Yield the lines of the first table, a row of the reference table each."""
    with ProcessPoolExecutor() as pool:
        yield from pool.map(_capture_line, [row for row in rows() if row.cost > 0.02])


def longer_lines() -> Iterator[str]:
    """Yield the lines of the second: the rows of small teams near full load, waiting dear."""
    missed = [row for row in rows() if row.model.agents == 10 and row.load >= 0.9]
    with ProcessPoolExecutor() as pool:
        yield from pool.map(_longer_line, [row for row in missed if row.cost == 0.15])


def _capture_line(row: Row) -> str:
    plain, robust = [], []
    row_capture = _Capture(row.model)
    for hours in _drawn(row.model, 1.0, 1.0):
        table = solve(hours.model).table
        plain.append(row_capture.share(table))
        robust.append(row_capture.share(robust_table(hours.model, hours.uncertainty, table)))
    gain = np.asarray(robust) - np.asarray(plain)
    aim = TARGETS[row.cost]
    mean, error = float(np.mean(gain)), float(np.std(gain) / len(gain) ** 0.5)
    reached = "yes" if np.mean(robust) >= aim else "no"
    cells = [_text(plain), _text(robust), f"{mean:+.4f} ± {error:.4f}", f"{aim:.2f}", reached]
    return " | ".join([name(row), *cells])


def _longer_line(row: Row) -> str:
    capture, cells = _Capture(row.model), []
    for arrival_hours, time_hours in WINDOWS:
        tables = (
            robust_table(hours.model, hours.uncertainty)
            for hours in _drawn(row.model, arrival_hours, time_hours)
        )
        cells.append(_text([capture.share(table) for table in tables]))
    return " | ".join([name(row), *cells])


def name(row: Row) -> str:
    """Return the cells that name a row."""
    return f"{row.model.agents} | {row.load:.2f} | {row.cost:.2f}"


def _text(shares: list[float]) -> str:
    error = np.std(shares) / len(shares) ** 0.5
    return f"{np.mean(shares):.3f} ± {error:.3f} ({np.quantile(shares, 0.1):.3f})"


class _Capture:
    """Captured share of tables in one true model, each different rule evaluated once."""

    def __init__(self, model: GateModel) -> None:
        self._model = model
        self._never = evaluate(model, rules.never(model)).value_per_hour
        self._best = solve(model).value_per_hour - self._never
        self._known: dict[bytes, float] = {}

    def share(self, table: PriceTable) -> float:
        actions = rules.priced(self._model, table)
        key = actions.chance.tobytes()
        if key not in self._known:
            value = evaluate(self._model, actions).value_per_hour
            self._known[key] = (value - self._never) / self._best
        return self._known[key]


def _drawn(model: GateModel, arrival_hours: float, time_hours: float) -> Iterator[Hours]:
    """Yield what hours would show; the same for the same model."""
    learning, draw = evaluate(model, rules.threshold(model, -1)), np.random.default_rng(SEED)
    for _ in range(SAMPLES[model.agents]):
        yield _estimated(model, learning, (arrival_hours, time_hours), draw)


def _estimated(
    model: GateModel, learning: Figures, hours: tuple[float, float], draw: np.random.Generator
) -> Hours:
    """The model as one would see it while marketing with one idle agent at least."""
    arrival_hours, time_hours = hours
    assert model.patience_ms is not None
    arrived = int(draw.poisson(model.arrivals_per_hour * arrival_hours))
    served = int(draw.poisson(model.arrivals_per_hour * time_hours))
    marketed = max(int(draw.poisson(learning.attempts_per_hour * time_hours)), 1)
    service_ms = draw.gamma(served, model.service_ms)
    marketing_ms = draw.gamma(marketed, model.marketing_ms)
    waited_ms = learning.mean_waiting * HOUR_MS * time_hours
    left = int(draw.poisson(waited_ms / model.patience_ms))
    told = GateModel(
        agents=model.agents,
        arrivals_per_hour=arrived / arrival_hours,
        service_ms=estimated_mean_ms(service_ms, served, PRIOR_SERVICE_MS),
        marketing_ms=estimated_mean_ms(marketing_ms, marketed, PRIOR_MARKETING_MS),
        patience_ms=estimated_patience_ms(waited_ms, left, PRIOR_PATIENCE_MS),
        waiting_cost_per_s=model.waiting_cost_per_s,
    )
    return Hours(told, uncertainty_of(arrived, served, marketed, left))
