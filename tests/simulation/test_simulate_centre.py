"""What a simulated centre does with staff, lines, closing, wrap-up and customers' values."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.results_counts import GroupCounts, added
from tests.support.scenarios import HOUR_MS, queue_data, run, scenario, total

MINUTE = 60_000
FIXED_SERVICE = {"kind": "fixed", "value": 5 * MINUTE}


def group(**changes: Any) -> dict[str, Any]:
    return {"name": "tellers", "skills": {"bank": 5}, **changes}


def test_every_contact_is_counted_once() -> None:
    sums = total(run(scenario(), "always"))
    ended = sums.answered + sums.abandoned + sums.diverted + sums.unserved
    assert sums.arrived == ended > 0


def test_policies_see_the_same_customers() -> None:
    arrived = {total(run(scenario(), name)).arrived for name in ("never", "always", "optimal")}
    assert len(arrived) == 1


def test_staffing_follows_its_periods_and_agents_finish_first() -> None:
    staffing = [
        {"starts": "00:00", "ends": "01:00", "agents": 20},
        {"starts": "01:00", "ends": "02:00", "agents": 4},
        {"starts": "02:00", "ends": "03:00", "agents": 12},
    ]
    one = scenario(
        warm_up_ms=0,
        duration_ms=3 * HOUR_MS,
        queues=[queue_data(service_ms=FIXED_SERVICE)],
        groups=[group(staffing=staffing)],
    )
    cells = run(one).groups["tellers"]
    staffed = [round(cell.staffed_ms / HOUR_MS * 2, 2) for cell in cells]
    assert staffed[:2] == [20, 20]
    assert 4 < staffed[2] < 4 + 16 * 5 / 30, "those who leave finish their contact first"
    assert staffed[3] == 4
    assert staffed[4:] == [12, 12]
    assert all(cell.busy_ms <= cell.staffed_ms for cell in cells)


def test_trunk_lines_limit_who_is_in_the_system() -> None:
    patient = queue_data(patience_ms=None, trunk_lines=3, service_ms=FIXED_SERVICE)
    one = scenario(queues=[patient], groups=[group(agents=2)])
    sums = total(run(one))
    assert sums.refused > 10 * sums.answered
    longest_ms = 5 * MINUTE  # one may wait, for at most one service
    assert sums.wait_ms <= sums.answered * longest_ms


def test_a_limited_queue_refuses_who_finds_it_full() -> None:
    full = queue_data(patience_ms=None, max_waiting=1, service_ms=FIXED_SERVICE)
    sums = total(run(scenario(queues=[full], groups=[group(agents=2)])))
    assert sums.refused > 10 * sums.answered
    assert sums.arrived == sums.answered


@pytest.mark.parametrize(("at_closing", "diverts"), [("serve", False), ("divert", True)])
def test_closing_serves_or_diverts_those_who_wait(at_closing: str, diverts: bool) -> None:
    hours = [{"days": ["mon"], "opens": "00:00", "closes": "01:30"}]
    closing = queue_data(patience_ms=None, hours=hours, at_closing=at_closing)
    one = scenario(
        warm_up_ms=0,
        duration_ms=2 * HOUR_MS,
        queues=[{**closing, "max_waiting": 500}],
        groups=[group(agents=20)],
    )
    sums = total(run(one))
    assert (sums.diverted > 0) is diverts
    assert sums.refused > 300, "nobody is let in after closing"
    assert sums.unserved == 0


def test_whoever_nobody_is_left_to_serve_is_told_apart() -> None:
    staffing = [{"starts": "00:00", "ends": "01:00", "agents": 50}]
    one = scenario(
        warm_up_ms=0,
        duration_ms=90 * MINUTE,
        queues=[queue_data(patience_ms=None, max_waiting=10_000)],
        groups=[group(staffing=staffing)],
    )
    assert total(run(one)).unserved > 300


def test_wrap_up_keeps_agents_busy_and_ends_when_drawn() -> None:
    wrap_up = {"kind": "manual", "duration_ms": 600_000}
    drawn = queue_data(wrap_up=wrap_up, wrap_up_ms={"kind": "fixed", "value": 30_000})
    plain = total(run(scenario()))
    busy = {}
    for name, queue in (("none", queue_data()), ("drawn", drawn)):
        counts = run(scenario(queues=[queue], groups=[group(agents=90)]))
        sums = added(GroupCounts, counts.groups["tellers"])
        busy[name] = sums.busy_ms / total(counts).answered
    assert plain.answered > 0
    assert busy["drawn"] - busy["none"] == pytest.approx(30_000, rel=0.05)


def test_only_those_who_may_be_are_marketed_to() -> None:
    some = queue_data(may_market_ratio=0.25)
    sums = total(run(scenario(queues=[some]), "always"))
    assert sums.attempts / sums.answered == pytest.approx(0.25, abs=0.03)
    nobody = queue_data(marketing_ms=None)
    assert total(run(scenario(queues=[nobody]), "always")).attempts == 0


def test_optimal_prefers_customers_of_value() -> None:
    values = queue_data(value_milli={"kind": "exponential", "mean": 1_000})
    one = scenario(queues=[values])
    always, optimal = total(run(one, "always")), total(run(one, "optimal"))
    assert always.value_milli / always.attempts == pytest.approx(1_000, rel=0.05)
    assert optimal.value_milli / optimal.attempts > 1_500
    assert optimal.waiting_cost_milli < always.waiting_cost_milli / 3


def test_prices_may_be_estimated_live() -> None:
    told, estimated = (total(run(scenario(), f"optimal={how}")) for how in ("told", "estimated"))
    assert estimated.attempts == pytest.approx(told.attempts, rel=0.15)


def test_who_waits_because_of_marketing() -> None:
    never, always = total(run(scenario())), total(run(scenario(), "always"))
    assert never.waited_behind_marketing == 0
    assert always.waited_behind_marketing > 0.95 * always.waited > never.waited


def test_the_displayed_mode_flips_at_most_half_as_often_as_the_bare_threshold() -> None:
    sums = total(run(scenario(), "threshold"))
    assert 0 < 2 * sums.mode_flips <= sums.bare_flips
    assert 0 < sums.marketing_mode_ms < 4 * HOUR_MS


def test_customers_who_give_up_try_again() -> None:
    retry = {"ratio": 1.0, "delay_ms": {"kind": "fixed", "value": 60_000}, "most": 1}
    sums = total(run(scenario(queues=[queue_data(retry=retry)]), "always"))
    once = total(run(scenario(), "always"))
    assert 0.5 * sums.abandoned < sums.retried < sums.abandoned
    assert sums.arrived > once.arrived


def test_three_pools_are_counted_apart() -> None:
    names = ("cards", "loans")
    one = scenario(
        queues=[
            queue_data(
                queue_id=name,
                requires={name: 1},
                arrivals={"kind": "constant", "per_hour": 100 * (n + 1)},
            )
            for n, name in enumerate(names)
        ],
        groups=[{"name": f"{name}-desk", "skills": {name: 5}, "agents": 20} for name in names],
    )
    counts = run(one, "optimal")
    assert total(counts, "loans").arrived > 1.5 * total(counts, "cards").arrived
    busy = {name: added(GroupCounts, cells).busy_ms for name, cells in counts.groups.items()}
    assert busy["loans-desk"] > busy["cards-desk"] > 0


def test_guard_rails_close_the_gate_in_a_simulation_too() -> None:
    free = queue_data(gate={"policy": "always"})
    guarded = queue_data(gate={"policy": "always", "guards": {"longest_wait_max_ms": 15_000}})
    wild, tame = (run(scenario(queues=[one]), "configured") for one in (free, guarded))
    assert 0 < total(tame).attempts < 0.8 * total(wild).attempts
    assert total(tame).abandoned < total(wild).abandoned


def test_deciding_at_acceptance_earns_about_the_same_while_the_answer_is_kept_up_to_date() -> None:
    gate = {"policy": "threshold", "value_milli": 1_000}
    told = total(run(scenario(queues=[queue_data(gate=gate)]), "configured"))
    early = queue_data(gate={**gate, "decided_at": "acceptance"})
    counts = run(scenario(queues=[early]), "configured")
    assert total(counts).attempts == pytest.approx(told.attempts, rel=0.02)
    assert total(counts).marketing_ms == pytest.approx(told.marketing_ms, rel=0.05)
