"""The checker is checked: every fault put in on purpose is found.

Here each is played with a seed that is known to find it. With `TIDEGATE_SHAKE_SEEDS=1000` it is
one of the long proofs: seeds from 1 on, and `-s` shows which was the first to find it.
"""

from __future__ import annotations

import os

import pytest

from shaking.plan import plan_of
from shaking.run import Run
from tests.shaking.mutants import MUTANTS

WITHIN = int(os.environ.get("TIDEGATE_SHAKE_SEEDS", "0"))
FOUND_BY = {
    "stale_accept_honoured": 5,
    "ringing_forgets_the_outage": 12,
    "grace_without_end": 2,
    "torn_record_read": 417,
    "rona_charged_in_an_outage": 4,
    "pause_not_applied": 4,
    "fatigue_limit_off_by_one": 2,
    "double_leader": 2,
    "clock_goes_back_at_restart": 6,
}
"""A seed that finds it, where that is not the first of all."""


@pytest.mark.parametrize("name", MUTANTS)
@pytest.mark.timeout(60 + 2 * WITHIN)
def test_a_fault_put_in_on_purpose_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    known = FOUND_BY.get(name, 1)
    seeds = range(1, WITHIN + 1) if WITHIN else range(known, known + 1)
    for seed in seeds:
        result = Run(plan_of(seed)).play()
        if result.violations:
            print(f"{name}: found in seed {seed}, by {result.violations[0].rule}")
            return
    pytest.fail(f"{name} is not found in {seeds}")
