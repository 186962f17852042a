"""Customers of different value: the optimum against the best straight-line price."""

from __future__ import annotations

from collections.abc import Iterator

from config.base import MINUTE_MS
from gate.model import HOUR_MS, GateModel
from gate.prices import BidPrice
from gate.solver import rules
from gate.solver.bids import bid_price_of
from gate.solver.figures import evaluate
from gate.solver.optimum import solve
from gate.values import ExponentialValues
from queues.price_grid import PriceGrid
from router import decisions as d
from router import events as e
from router.state import RoutingState
from scripts.validation import models as m
from scripts.validation.bank import row_controls
from scripts.validation.day import less, lost
from scripts.validation.estimates import Estimate, estimate
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, at_least
from simulation.results_counts import ReplicationCounts
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import parse_policy

REPLICATIONS, ESTIMATED_REPLICATIONS, HOURS = 24, 8, 12
LOADS, SHARE = (0.80, 0.90, 0.95), 0.95
LOWEST, HIGHEST = -50, 100
FIRST_STEPS, SMALLEST_STEP = (0.4, 0.08), 0.01
RECOMPUTE_MS = 15 * MINUTE_MS


def values() -> Finding:
    """Values spread exponentially: the optimum against the best bid price."""
    verdicts: list[str] = []
    body = table(
        "load | bid price | its value/h, exact | simulated | optimum, exact | of the bid |"
        " best threshold | `optimal=told` | of the bid | at least 95 % | `optimal=estimated` |"
        " of the bid | at least 95 %",
        _rows(verdicts),
    )
    text = (
        "50 agents, values exponential with mean 1, c = 0.05; values per hour over never. The bid"
        " price alpha + beta load, with the load contacts in the system less agents and never below"
        " 0, has been searched for over alpha and beta by compass search, each rule evaluated"
        " exactly in the Markov chain; the engine follows it through a price list of its own. The"
        f" best threshold looks at contacts alone. {REPLICATIONS} replications of {HOURS} hours;"
        f" `optimal=estimated` {ESTIMATED_REPLICATIONS} of them with prices every 15 minutes: its"
        " value is that of `optimal=told` less the difference on the same days (half widths"
        f" added).\n\n{body}"
    )
    return Finding("Customers of different value", text, MISSED not in verdicts)


def _rows(verdicts: list[str]) -> Iterator[str]:
    for seed, load in enumerate(LOADS, start=61):
        model = valued_model(load)
        never = evaluate(model, rules.never(model)).value_per_hour
        bid, bid_value = best_bid(model)
        goal, optimum = bid_value - never, solve(model).value_per_hour - never
        threshold = max(
            evaluate(model, rules.threshold(model, k)).value_per_hour for k in range(-12, 3)
        )
        runs = m.simulated(valued_scenario(load), ["optimal=told"], REPLICATIONS, seed)
        controls = row_controls(model, runs)
        told = estimate(m.values_over_never(runs, "optimal=told"), controls)
        runs["bid"] = [bid_replication(load, bid, seed, each) for each in range(REPLICATIONS)]
        simulated = estimate(m.values_over_never(runs, "bid"), controls)
        seldom = valued_scenario(load, RECOMPUTE_MS)
        estimated = less(told, lost(seldom, runs, "optimal=told", ESTIMATED_REPLICATIONS, seed))
        cells = [
            f"{load:.2f} | {bid.alpha:.3f} + {bid.beta:.4f} load",
            f"{goal:.2f} | {simulated.text(1)}",
            f"{optimum:.2f} | {optimum / goal:.4f} | {(threshold - never) / goal:.3f}",
            _cell(told, goal, verdicts),
            _cell(estimated, goal, verdicts),
        ]
        yield " | ".join(cells)


def _cell(found: Estimate, goal: float, verdicts: list[str]) -> str:
    verdicts.append(at_least(found.over(goal), SHARE))
    return f"{found.text(1)} | {found.over(goal).text(3)} | {verdicts[-1]}"


def valued_model(load: float, agents: int = 50) -> GateModel:
    """Return the bank's model with values spread exponentially."""
    return GateModel(
        agents,
        load * agents * HOUR_MS / m.SERVICE_MS,
        m.SERVICE_MS,
        m.MARKETING_MS,
        m.PATIENCE_MS,
        m.COST_PER_S,
        ExponentialValues(1.0),
    )


def valued_scenario(
    load: float, recompute_ms: int | None = None, agents: int = 50, hours: float = HOURS
) -> Scenario:
    """Return the same as a scenario."""
    queue = m.queue(valued_model(load, agents).arrivals_per_hour, value_milli=m.exponential(1000))
    if recompute_ms is not None:
        queue["gate"] = {"recompute_ms": recompute_ms}
    return m.scenario(agents, [queue], hours)


def best_bid(model: GateModel) -> tuple[BidPrice, float]:
    """Return the best straight-line price and its value per hour, by compass search.

    It begins at the line nearest to the optimum's prices; steps along each axis are halved when
    none is better.
    """
    start = bid_price_of(model, solve(model).table)
    place = (start.alpha, start.beta)
    steps, size = FIRST_STEPS, 1.0

    def value(at: tuple[float, float]) -> float:
        return evaluate(model, rules.bid_price(model, BidPrice(*at))).value_per_hour

    best = value(place)
    while size >= SMALLEST_STEP:
        moves = ((1, 0), (-1, 0), (0, 1), (0, -1))
        around = [
            (place[0] + one * size * steps[0], place[1] + other * size * steps[1])
            for one, other in moves
        ]
        highest, at = max((value(one), one) for one in around)
        if highest > best:
            best, place = highest, at
        else:
            size /= 2
    return BidPrice(*place), best


class _BidDesk:
    """Tells the engine one price list, a straight line of the load, at the beginning."""

    def __init__(self, bid: BidPrice) -> None:
        self._bid = bid

    def take(self, decision: d.AnyDecision, now_ms: int) -> None:
        """Prices do not depend on what happens."""

    def next_ms(self, now_ms: int) -> None:
        """They never change."""

    def new_prices(self, now_ms: int, state: RoutingState) -> Iterator[e.PricesComputed]:
        """Yield the list."""
        loads = tuple(range(LOWEST, HIGHEST + 1))
        rows = tuple((round(1000 * self._bid.price(load, 0)),) for load in loads)
        yield e.PricesComputed(
            event_id="",
            at_ms=now_ms,
            queue_id="bank",
            prices=PriceGrid(loads=loads, marketing=(0,), rows_milli=rows),
            basis={"alpha": self._bid.alpha, "beta": self._bid.beta},
        )


def bid_replication(load: float, bid: BidPrice, seed: int, replication: int) -> ReplicationCounts:
    """Return one replication in which the engine's prices are those of the line."""
    centre = VirtualCentre(valued_scenario(load), parse_policy("optimal"), seed, replication)
    centre.prices = _BidDesk(bid)  # type: ignore[assignment]
    return centre.run()
