"""The whole engine in virtual time with faults: a few seeds, each the same wherever played."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shaking.plan import CONTACTS, plan_of
from shaking.run import Result, Run
from shaking.story import shrunk, told
from tests.shaking.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("tidegate")

FIRST = int(os.environ.get("TIDEGATE_SEED", "1"))

DIGEST = """
from tests.shaking.test_shake import digest_of
print(digest_of({seed}))
"""


def play(seed: int) -> Result:
    return Run(plan_of(seed)).play()


def digest_of(seed: int) -> str:
    run = Run(plan_of(seed))
    run.play()
    rows = b"".join(row.body for row in run.disk.rows)
    return hashlib.sha256(rows).hexdigest()


FOUND = {109: "an engine that stood still charged a RONA when it went on"}
"""Seeds that found something once, with the plans of today."""


@pytest.mark.parametrize("seed", [*range(FIRST, FIRST + 4), *FOUND])
def test_nothing_is_lost_doubled_or_stuck(seed: int) -> None:
    result = play(seed)
    assert result.violations == [], "\n".join(told(result))
    assert result.contacts == CONTACTS
    assert len(result.plan.faults) > 10
    assert result.restarts >= 1


def test_every_seed_has_its_faults_and_a_restart() -> None:
    for seed in range(500):
        kinds = [one.kind for one in plan_of(seed).faults]
        assert len([one for one in kinds if one != "snapshot"]) >= 10
        assert {"kill", "stop"} & set(kinds)


def test_a_seed_tells_the_same_in_another_process() -> None:
    """Also where sets and dictionaries are in another order."""
    found = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST.format(seed=7)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout.strip())
    assert len(found) == 1


def test_a_failing_seed_tells_its_story_with_fewer_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS["epoch_not_raised"](monkeypatch)
    result = play(1)
    assert result.violations[0].rule == "epoch"
    least = shrunk(result)
    assert len(least.plan.faults) < len(result.plan.faults)
    assert any("VIOLATION epoch" in line for line in told(least))


def test_the_command_says_what_it_did() -> None:
    done = subprocess.run(
        [PROGRAM, "shake", "--seeds", "1", "--start", "3", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert (report["seeds"], report["violations"], report["failed"]) == (1, 0, [])
    assert report["contacts"] == CONTACTS
    assert report["seconds"] > 0
