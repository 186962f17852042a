"""Journals replayed: the same contacts under the same policy, and other policies besides."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from router.decisions import MarketingDecided
from service.cli import app
from simulation.results_counts import QueueCounts, added
from simulation.scenario import Scenario
from tests.support.played_journal import play, write_journal
from tests.support.routed_history import history
from tests.support.scenarios import queue_data, scenario

HOUR_MS = 3_600_000
QUEUE = queue_data(
    arrivals={"kind": "constant", "per_hour": 150},
    gate={"policy": "threshold", "threshold": 0},
    wrap_up={"kind": "manual", "duration_ms": 60_000},
    wrap_up_ms={"kind": "exponential", "mean": 10_000},
)
STAFFING = [
    {"starts": "08:00", "ends": "10:00", "agents": 9},
    {"starts": "10:00", "ends": "12:00", "agents": 11},
]


class Played(NamedTuple):
    """A journal, what was counted while it was written, and the gate's decisions in it."""

    path: Path
    counts: QueueCounts
    decided: list[MarketingDecided]


def three_hours(start: str, **staff: object) -> Scenario:
    return scenario(
        start=start,
        warm_up_ms=0,
        duration_ms=3 * HOUR_MS,
        queues=[QUEUE],
        groups=[{"name": "tellers", "skills": {"bank": 5}, **staff}],
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Three hours of a queue that is now quiet and now crowded."""
    records, counts = play(three_hours("2026-03-02T08:00:00", staffing=STAFFING), "configured")
    decided = [two for one in records for two in one.decisions if isinstance(two, MarketingDecided)]
    path = write_journal(tmp_path_factory.mktemp("played") / "journal.db", records)
    return Played(path, added(QueueCounts, counts.queues["bank"]), decided)


def replay(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def document(*arguments: object) -> Any:
    result = replay(*arguments, "--json", "--jobs", 1)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_under_the_same_policy_the_day_goes_as_it_went(played: Played) -> None:
    total = played.counts
    granted = sum(one.granted for one in played.decided)
    assert total.answered > 300
    assert total.abandoned > 50
    assert 100 < granted < len(played.decided) - 100
    found = document(played.path, "--policy", "configured", "--replications", 2)
    part = found["days"]["2026-03-02"]
    again = {name: one["mean"] for name, one in part["policies"]["configured"].items()}
    for one in (part["recorded"], again):
        assert one["arrived"] == total.arrived
        assert one["answered"] == total.answered
        assert one["abandoned"] == total.abandoned
        assert one["service_level_ratio"] == total.in_time / total.arrived
        assert one["asa_ms"] == pytest.approx(total.answered_wait_ms / total.answered)
        assert one["attempts"] == granted
        assert one["marketing_minutes"] == pytest.approx(total.marketing_ms / 60_000)
    recorded = [one["recorded"] for one in part["half_hours"]]
    replayed = [one["policies"]["configured"] for one in part["half_hours"]]
    for name in ("arrived", "answered", "abandoned", "asa_ms"):
        assert [one[name] for one in recorded] == [one[name]["mean"] for one in replayed]


def test_without_marketing_fewer_wait_and_always_more(played: Played) -> None:
    policies = document(
        played.path, "--policy", "always", "--policy", "configured", "--replications", 2
    )["total"]["policies"]
    names = ("never", "configured", "always")
    waiting = [policies[name]["waiting_minutes"]["mean"] for name in names]
    assert waiting[0] < waiting[1] < waiting[2]
    assert policies["never"]["attempts"]["mean"] == 0
    always = policies["always"]
    assert always["attempts"]["mean"] == always["answered"]["mean"]
    added_minutes = always["waiting_minutes"]["mean"] - policies["never"]["waiting_minutes"]["mean"]
    assert always["waiting_minutes_added"]["mean"] == pytest.approx(added_minutes)
    cost = 60 * 0.05 * added_minutes
    assert always["net_value"]["mean"] == pytest.approx(always["value"]["mean"] - cost)


def test_the_gates_decisions_are_asked_again_in_the_same_states(played: Played) -> None:
    names = ("never", "always", "configured", "threshold=0", "threshold=-2", "hysteresis")
    arguments = [word for name in (*names, "optimal") for word in ("--policy", name)]
    found = document(played.path, *arguments, "--replications", 1)["gate_decisions"]
    decided, policies = played.decided, found["policies"]
    granted = sum(one.granted for one in decided)
    assert (found["decisions"], found["granted"], found["overruled"]) == (len(decided), granted, 0)
    assert policies["never"]["denies"] == granted
    assert policies["always"]["grants"] == len(decided) - granted
    assert policies["configured"]["same"] == policies["threshold=0"]["same"] == len(decided)
    stricter = sum(one.granted and one.waiting - one.idle > -2 for one in decided)
    assert policies["threshold=-2"]["denies"] == stricter > 0
    assert policies["threshold=-2"]["grants"] == 0
    for name in ("hysteresis", "optimal"):  # what they go by was not journaled
        assert policies[name]["unknown"] == len(decided)


def test_a_journal_of_rare_things_can_be_replayed(tmp_path: Path) -> None:
    """Transfers, lost agents, restarts, full queues, chats: everybody who arrived does so again."""
    records = history(seed=5, steps=3_000)
    path = write_journal(tmp_path / "journal.db", records)
    found = document(path, "--policy", "always", "--replications", 1)
    for day in found["days"].values():
        assert day["recorded"]["arrived"] > 10
        for one in day["policies"].values():
            arrived = day["recorded"]["arrived"] - one["refused"]["mean"]
            assert one["arrived"]["mean"] == arrived
            ended = sum(one[name]["mean"] for name in ("answered", "abandoned", "diverted"))
            assert ended + one["unserved"]["mean"] == one["arrived"]["mean"]


def test_a_night_is_two_days(tmp_path: Path) -> None:
    records, counts = play(three_hours("2026-03-02T22:00:00", agents=12), "configured")
    path = write_journal(tmp_path / "journal.db", records)
    days = document(path, "--policy", "never", "--replications", 1)["days"]
    assert list(days) == ["2026-03-02", "2026-03-03"]
    arrived = [one["recorded"]["arrived"] for one in days.values()]
    assert sum(arrived) == added(QueueCounts, counts.queues["bank"]).arrived
    assert arrived[0] == sum(one.arrived for one in counts.queues["bank"][:4])
    assert [one["starts"] for one in days["2026-03-03"]["half_hours"]][:2] == ["00:00", "00:30"]
    one = document(path, "--policy", "never", "--date", "2026-03-03", "--replications", 1)["days"]
    assert one == {"2026-03-03": days["2026-03-03"]}


def test_days_are_chosen_by_date_and_period(played: Played) -> None:
    short = document(played.path, "--policy", "never", "--from", "2026-03-02T09:00", "--to",
                     "2026-03-02T09:30", "--replications", 1)  # fmt: skip
    arrived = short["total"]["recorded"]["arrived"]
    assert 40 < arrived < 120
    assert short["total"]["policies"]["never"]["arrived"]["mean"] == arrived
    for arguments, words in (
        (("--date", "2026-03-03"), "no contacts of 2026-03-03. It holds 2026-03-02"),
        (("--from", "noon"), "--from 'noon' is not a time"),
        (("--policy", "schedule"), "needs gate.schedule in the queue bank"),
    ):
        result = replay(played.path, *arguments)
        assert result.exit_code == 2
        assert words in " ".join(result.stderr.split())


def test_other_databases_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    result = replay(file)
    assert result.exit_code == 2
    assert str(file) in result.stderr
    empty = write_journal(tmp_path / "empty.db", [])
    result = replay(empty)
    assert result.exit_code == 2
    assert "no configuration is in it" in result.stderr
