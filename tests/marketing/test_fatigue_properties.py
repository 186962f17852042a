"""Limits on presentations hold under any interleaving, and bar no more than they should.

Judged by a checker that reads only what happened (`outcomes/marketing_check/fatigue.py`).
"""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.marketing import MarketingSettings
from marketing.ledger import dump_ledger
from outcomes.marketing_check.fatigue import breaches
from tests.support.fatigue_desk import MINUTE, FatigueDesk, rules_of
from tests.support.fatigue_play import Play
from tests.support.fatigue_rules import RULES


def played(settings: MarketingSettings, seed: int, steps: int = 150) -> FatigueDesk:
    desk = FatigueDesk(settings)
    Play(desk, Random(seed)).run(steps)
    return desk


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_limit_is_ever_exceeded_and_none_bars_for_no_reason(name: str, seed: int) -> None:
    desk = played(RULES[name], seed)
    assert desk.found == []
    assert breaches(desk.rows, rules_of(RULES[name])) == []


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_ledger_is_the_sum_of_its_changes(seed: int) -> None:
    """Applied again, through a snapshot and forgetting at the same times, it is the same."""
    desk = played(RULES["all"], seed)
    live, again = dump_ledger(desk.ledger), dump_ledger(desk.recovered())
    assert msgspec.json.encode(again) == msgspec.json.encode(live)


BINDS = {
    "customer": {"customer"},
    "household": {"household"},
    "product": {"product"},
    "product of a household": {"product"},
    "category": {"category"},
    "category of a household": {"category"},
    "campaign": {"campaign"},
    "campaign of a household": {"campaign"},
    "contact": {"contact"},
    "cool-down": {"declined", "not_now"},
}


@pytest.mark.parametrize("name", BINDS)
def test_each_rule_binds_in_what_is_played(name: str) -> None:
    hits = [hit for seed in range(40) for hit in played(RULES[name], seed).hits]
    rules = [hit.rule for hit in hits]
    assert set(rules) == BINDS[name] | {"never"}
    assert all(rules.count(rule) >= 20 for rule in BINDS[name])


EVENTS = [
    *("presented", "restored", "released", "not_presented", "accepted", "interested", "declined"),
    *("not_now", "never_product", "never_category", "said_product", "said_category"),
    *("said_everything", "unsaid_product", "unsaid_everything"),
]


def test_what_is_played_has_everything_in_it() -> None:
    desks = [played(RULES[name], seed) for name in ("all", "cool-down") for seed in range(40)]
    events = [row.event for desk in desks for row in desk.rows]
    for event in EVENTS:
        assert events.count(event) >= 3, event
    assert sum(desk.refused for desk in desks) >= 20
    assert sum(desk.checker.judged for desk in desks) >= 100


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_after_the_longest_window_only_never_is_kept(seed: int) -> None:
    desk = played(RULES["all"], seed)
    nevers = dict(desk.ledger.nevers)
    desk.wait(desk.now_ms + 30 * 24 * 60 * MINUTE)
    assert dump_ledger(desk.ledger).rounds == []
    assert (desk.ledger.nevers, len(desk.ledger._expiry)) == (nevers, 0)
    assert (desk.ledger._by_customer, desk.ledger._by_household) == ({}, {})
