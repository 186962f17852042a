"""The checker is checked: every fault put in on purpose is found, within so many seeds.

`TIDEGATE_SHAKE_SEEDS` is how many seeds each may take; `-s` shows how many it took.
"""

from __future__ import annotations

import os

import pytest

from shaking.plan import plan_of
from shaking.run import Run
from tests.shaking.mutants import MUTANTS

WITHIN = int(os.environ.get("TIDEGATE_SHAKE_SEEDS", "60"))


@pytest.mark.parametrize("name", MUTANTS)
@pytest.mark.timeout(60 + 2 * WITHIN)
def test_a_fault_put_in_on_purpose_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    for seed in range(1, WITHIN + 1):
        result = Run(plan_of(seed)).play()
        if result.violations:
            print(f"{name}: found in seed {seed}, by {result.violations[0].rule}")
            return
    pytest.fail(f"{name} is not found in {WITHIN} seeds")
