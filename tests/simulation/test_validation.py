"""Short versions of `scripts/validate_simulation.py`: 99.9 % intervals, narrow enough to fail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest

from gate.erlang import ErlangQueue
from gate.general_service import wait_with_fixed_service_ms, wait_with_one_agent_ms
from gate.solver import rules
from gate.solver.figures import evaluate
from gate.solver.optimum import solve
from gate.wait_forecast import wait_at_position_ms
from scripts.validation import models as m
from scripts.validation.bank import row_controls
from scripts.validation.bids import best_bid, valued_model, valued_scenario
from scripts.validation.closed_forms import controls_of
from scripts.validation.day import SCENARIOS, day_controls, exact_value, threshold_rule
from scripts.validation.estimates import Control, Estimate, estimate, ratio
from scripts.validation.forecast import ListeningCentre
from scripts.validation.pools import pool_controls, pool_models
from simulation.scenario import Scenario
from simulation.scenario_loader import load_scenario
from simulation.virtual_policies import parse_policy
from simulation.virtual_runs import Runs, run_replication

SURE = 0.999


def runs_of(one: Scenario, *names: str, replications: int, seed: int = 1) -> Runs:
    return {
        name: [run_replication(one, parse_policy(name), seed, n) for n in range(replications)]
        for name in ("never", *names)
    }


def sure(seen: Sequence[float], controls: Sequence[Control] = ()) -> Estimate:
    return estimate(seen, controls, SURE)


def require(found: Estimate, truth: float, within: float) -> None:
    """The truth is in the interval, which is narrow: its half width at most a share of it."""
    assert found.low <= truth <= found.high
    assert found.half <= within * abs(truth), "too few replications to tell anything"


@pytest.mark.parametrize(("agents", "load", "cv"), [(1, 0.6, 0.5), (1, 0.5, 1.5), (5, 0.8, 0.0)])
def test_general_service(agents: int, load: float, cv: float) -> None:
    per_hour = m.per_hour_at(load, agents)
    service = {"kind": "lognormal", "mean": m.SERVICE_MS, "cv": cv}
    if cv == 0:
        service = {"kind": "fixed", "value": m.SERVICE_MS}
    one = m.scenario(agents, [m.queue(per_hour, None, service_ms=service)], 300 / agents, 10)
    runs = runs_of(one, replications=16)["never"]
    queue = ErlangQueue(agents, per_hour, m.SERVICE_MS)
    exact_ms = wait_with_one_agent_ms(queue, cv) if cv else wait_with_fixed_service_ms(queue)
    found = sure([m.asa_s(run) for run in runs], controls_of(runs, per_hour, queue.offered_load))
    require(found, exact_ms / 1000, within=0.35)


def small_day() -> Scenario:
    """Ten agents, four hours, load 0.40 to 1.00 and back."""
    wave = {"kind": "wave", "low_per_hour": 68.6, "high_per_hour": 171.4, "ends": "04:00"}
    queue = m.queue(1.0, arrivals=wave, gate={"recompute_ms": 600_000})
    return m.scenario(10, [queue], 4, warm_up_hours=0)


def test_a_day_with_a_peak() -> None:
    one = small_day()
    runs = runs_of(one, "threshold", "optimal=told", replications=40)
    never, best = exact_value(one, rules.never), exact_value(one, None)
    controls = day_controls(one, runs, never)
    for name, exact in (
        ("threshold", exact_value(one, partial(threshold_rule, k=-1))),
        ("optimal=told", exact_value(one, None, told=True)),
    ):
        found = sure(m.values_over_never(runs, name), controls)
        require(found, (exact - never) / 4, within=0.15)
        assert 0.97 * (best - never) < exact - never < best - never


def test_values_spread_exponentially() -> None:
    model = valued_model(0.9, agents=10)
    never = evaluate(model, rules.never(model)).value_per_hour
    goal, optimum = best_bid(model)[1] - never, solve(model).value_per_hour - never
    assert 0.9 * optimum < goal < optimum
    runs = runs_of(valued_scenario(0.9, agents=10, hours=6), "optimal=told", replications=16)
    found = sure(m.values_over_never(runs, "optimal=told"), row_controls(model, runs))
    assert found.high >= 0.95 * goal
    require(found, optimum, within=0.3)


def test_three_pools() -> None:
    one = load_scenario(SCENARIOS / "three-pools.toml").model_copy(
        update={"duration_ms": 2 * 3_600_000}
    )
    models = pool_models(one)
    never = sum(evaluate(model, rules.never(model)).value_per_hour for model in models.values())
    best = sum(solve(model).value_per_hour for model in models.values()) - never
    runs = runs_of(one, "optimal=told", replications=12)
    found = sure(m.values_over_never(runs, "optimal=told"), pool_controls(models, runs))
    assert found.high >= 0.97 * best
    require(found, best, within=0.2)


@pytest.mark.parametrize("policy", ["threshold", "optimal=told"])
def test_the_displayed_mode_flips_half_as_often_at_most(policy: str) -> None:
    one = m.scenario(50, [m.queue(m.per_hour_at(0.9, 50))], 3)
    runs = [m.totals(one) for one in runs_of(one, policy, replications=5)[policy]]
    found = ratio([(run.mode_flips, run.bare_flips) for run in runs], SURE)
    assert 0.1 < found.low < found.high < 0.5


def test_the_wait_forecast() -> None:
    one = m.scenario(10, [m.queue(m.per_hour_at(0.9, 10), None)], 30, warm_up_hours=4)
    centres = [ListeningCentre(one, "never", 1, number) for number in range(8)]
    for centre in centres:
        centre.run()
    for ahead in (0, 2, 5):
        waits = [[found.wait_ms for found in centre.waits[ahead]] for centre in centres]
        found = ratio([(sum(each), len(each)) for each in waits], SURE)
        require(found, wait_at_position_ms(ahead + 1, 10, m.SERVICE_MS, None), within=0.25)


def test_control_variates_take_out_what_is_known() -> None:
    seen = [1.0, 2.0, 4.0, 3.0, 6.0, 5.0]
    plain, sharper = estimate(seen), estimate(seen, [Control([2.1, 4.0, 8.2, 5.9, 12.1, 9.8], 6.0)])
    assert sharper.mean == pytest.approx(3.0, abs=0.1)
    assert sharper.half < plain.half / 10
    with pytest.raises(ValueError, match="3 replications"):
        estimate([1.0, 2.0, 3.0], [Control([1.0, 2.0, 3.5], 2.0)])
