"""Customers of different value: the optimum against the best straight-line price."""

from __future__ import annotations

from collections.abc import Iterator

from config.routing import RoutingSettings
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
from router.price_watch import Wanted
from router.state import RoutingState
from scripts.validation import models as m
from scripts.validation.bank import row_controls
from scripts.validation.estimates import Estimate, estimate
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, at_least
from simulation.results_counts import ReplicationCounts
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import Policy, parse_policy
from simulation.virtual_prices import PriceDesk
from simulation.virtual_scenario import ScenarioDay

REPLICATIONS, HOURS = 24, 12
LOADS, SHARE = (0.80, 0.90, 0.95), 0.95
LOWEST, HIGHEST = -50, 100
FIRST_STEPS, SMALLEST_STEP = (0.4, 0.08), 0.01


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
        f" best threshold looks at contacts alone. {REPLICATIONS} replications of {HOURS} hours."
        " `optimal=estimated` works its prices out every 15 minutes, from what it has seen and the"
        f" priors of the configuration.\n\n{body}"
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
        names = ["optimal=estimated"]
        runs |= m.simulated(m.seldom_priced(valued_scenario(load)), names, REPLICATIONS, seed)
        estimated = estimate(m.values_over_never(runs, "optimal=estimated"), controls)
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


def valued_scenario(load: float, agents: int = 50, hours: float = HOURS) -> Scenario:
    """Return the same as a scenario."""
    per_hour = valued_model(load, agents).arrivals_per_hour
    queue = m.queue(per_hour, value_milli=m.exponential(1000))
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


class _BidDesk(PriceDesk):
    """Tells the engine one price list, a straight line of the load, at the beginning."""

    def __init__(self, bid: BidPrice) -> None:
        super().__init__([])
        self._bid = bid

    def take(self, decision: d.AnyDecision, now_ms: int) -> None:
        """Prices do not depend on what happens."""

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

    def _wanted(self, now_ms: int, state: RoutingState) -> Iterator[Wanted]:
        yield from ()


class _BidDay(ScenarioDay):
    """A scenario's day with the prices of a line."""

    def __init__(self, scenario: Scenario, seed: int, replication: int, bid: BidPrice) -> None:
        super().__init__(scenario, seed, replication)
        self._bid = bid

    def prices(self, settings: RoutingSettings, policy: Policy) -> PriceDesk:
        """See `Day`."""
        return _BidDesk(self._bid)


def bid_replication(load: float, bid: BidPrice, seed: int, replication: int) -> ReplicationCounts:
    """Return one replication in which the engine's prices are those of the line."""
    day = _BidDay(valued_scenario(load), seed, replication, bid)
    return VirtualCentre(day, parse_policy("optimal")).run()
