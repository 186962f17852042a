"""Random events, sensible and senseless: what must always be true stays true.

`shaking/invariants.py` says what is checked after every single event.
"""

from __future__ import annotations

import os
import typing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router import decisions as d
from router import events as e
from tests.support.chaos import chaotic_desk
from tests.support.desk import BRIDGE, Desk

SEED = int(os.environ.get("TIDEGATE_SEED", "20261122"))


def end_everything(desk: Desk) -> None:
    """Let the bridges report that they have nothing any more, and wait for all wrap-ups."""
    desk.tell(e.LinkRestored)
    for bridge in (BRIDGE, "bridge/web"):
        desk.report_live(bridge=bridge)
    desk.wait(24 * 3_600_000)


@pytest.mark.timeout(170)
def test_a_hundred_thousand_random_events_lose_nothing_and_double_nothing() -> None:
    print(f"seed {SEED} (set TIDEGATE_SEED to try another)")
    desk = chaotic_desk(SEED, steps=125_000)
    assert len(desk.records) > 100_000
    end_everything(desk)
    assert desk.invariants.live == {}
    assert desk.state.contacts == {}
    assert all(not one.assignments for one in desk.state.agents.values())


def test_random_events_reach_every_kind_of_event_and_decision() -> None:
    desk = chaotic_desk(SEED + 1, steps=9_000)
    events = {type(record.event) for record in desk.records}
    decisions = {type(one) for record in desk.records for one in record.decisions}
    assert events == set(typing.get_args(e.AnyEvent))
    assert decisions == set(typing.get_args(d.AnyDecision))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_seed_keeps_the_invariants(seed: int) -> None:
    desk = chaotic_desk(seed, steps=250)
    end_everything(desk)
    assert desk.invariants.live == {}
