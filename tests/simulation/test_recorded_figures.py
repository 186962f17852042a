"""The recorded figures, against the raw rows counted in another way."""

import csv
from importlib.resources import files

import pytest

from simulation.recorded import RecordedCall, RecordedOutcome, load_calls
from simulation.recorded_figures import (
    ARRIVED,
    HALF_HOUR_MS,
    DayFigures,
    Fate,
    count_fates,
    fate_of,
    figures_by_half_hour,
    figures_of,
)

DAY = "1999-02-01"


def call(
    outcome: str, queued: bool, agent: str | None = None, service_s: int = 0, wait_s: int = 0
) -> RecordedCall:
    return RecordedCall(
        call_id="c",
        date=DAY,
        line="AA0101",
        customer_id=None,
        priority=0,
        call_type="PS",
        arrival_ms=0,
        menu_ms=0,
        queue_entry_ms=0 if queued else None,
        wait_ms=wait_s * 1000,
        outcome=RecordedOutcome(outcome),
        service_start_ms=None,
        service_ms=service_s * 1000,
        agent_id=agent,
    )


@pytest.mark.parametrize(
    ("recorded", "fate"),
    [
        (call("PHANTOM", True, service_s=4, wait_s=3), Fate.PHANTOM),
        (call("HANG", False), Fate.LEFT_IN_MENU),
        (call("HANG", True, wait_s=9), Fate.ABANDONED),
        (call("HANG", True), Fate.ABANDONED),
        (call("HANG", True, service_s=14, wait_s=59), Fate.ABANDONED),
        (call("AGENT", True, "agent-01", 60, 12), Fate.ANSWERED),
        (call("AGENT", False, "agent-01", 60), Fate.ANSWERED),
        (call("AGENT", False, "agent-01", 2), Fate.ANSWERED),
        (call("AGENT", False, "agent-01"), Fate.ANSWERED),
        (call("AGENT", False, service_s=5), Fate.SWITCH_HANG_UP),
        (call("AGENT", True, service_s=8, wait_s=153), Fate.ABANDONED),
        (call("AGENT", False, service_s=30), Fate.ANSWERED),
    ],
)
def test_every_kind_of_row_has_its_fate(recorded: RecordedCall, fate: Fate) -> None:
    assert fate_of(recorded) is fate


def test_figures_of_a_handful_of_calls() -> None:
    calls = [
        call("AGENT", False, "agent-01", 60),
        call("AGENT", True, "agent-01", 60, wait_s=20),
        call("AGENT", True, "agent-01", 60, wait_s=40),
        call("HANG", True, wait_s=5),
        call("HANG", False),
        call("PHANTOM", True, wait_s=500),
    ]
    assert figures_of(calls) == DayFigures(4, 3, 1, 0.5, 20_000)
    assert figures_of(calls, threshold_ms=19_999).service_level_ratio == 0.25
    assert figures_of([]) == DayFigures(0, 0, 0, 1.0, 0)


def test_the_shipped_day_recounted_from_its_raw_rows() -> None:
    text = files("simulation").joinpath("data", f"anonymous-bank-{DAY}.csv").read_text()
    rows = [r for r in csv.DictReader(text.splitlines()) if r["outcome"] != "PHANTOM"]
    switch = [
        r for r in rows if r["outcome"] == "AGENT" and not r["agent"] and int(r["service_s"]) < 30
    ]
    served = [r for r in rows if r["outcome"] == "AGENT" and r not in switch]
    lost = [r for r in [*switch, *(r for r in rows if r["outcome"] == "HANG")] if r["queue_entry"]]
    waits_s = [int(r["queue_s"]) for r in served]
    figures = figures_of(load_calls(DAY))
    assert (figures.answered, figures.abandoned) == (len(served), len(lost)) == (1335, 146)
    assert figures.arrived == len(served) + len(lost)
    in_time = len([s for s in waits_s if s <= 20])
    assert figures.service_level_ratio == pytest.approx(in_time / figures.arrived)
    assert figures.asa_ms == pytest.approx(1000 * sum(waits_s) / len(served), abs=1)


def test_half_hours_add_up_to_the_day() -> None:
    calls = load_calls(DAY)
    day, halves = figures_of(calls), figures_by_half_hour(calls)
    assert list(halves) == sorted(halves)
    assert all(start % HALF_HOUR_MS == 0 for start in halves)
    assert sum(f.arrived for f in halves.values()) == day.arrived
    assert sum(f.answered for f in halves.values()) == day.answered
    nine = [c for c in calls if "09:00" <= clock(c.entry_ms) < "09:30" and fate_of(c) in ARRIVED]
    assert halves[18 * HALF_HOUR_MS] == figures_of(nine)


def clock(at_ms: int) -> str:
    return f"{at_ms // 3_600_000:02d}:{at_ms // 60_000 % 60:02d}"


def test_fates_count_every_row_once() -> None:
    counts = count_fates(load_calls(DAY))
    assert set(counts) == set(Fate)
    assert sum(counts.values()) == 1567
    assert counts[Fate.PHANTOM] == 16
