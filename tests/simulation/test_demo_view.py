"""The live table fits a terminal of 80 columns and 24 lines, at every moment of a day."""

import io

import pytest
from rich.console import Console

from simulation.demo_customers import DemoCustomers
from simulation.demo_day import DemoDay
from simulation.demo_people import Caller, Doing
from simulation.demo_view import demo_view
from simulation.demo_words import duration_text, ratio_text, seconds_text
from simulation.recorded_plan import build_day_plan

EVENING_MS = 23 * 3_600_000


def drawn(day: DemoDay, now_ms: int, speed: float) -> list[str]:
    console = Console(file=io.StringIO(), width=80, height=24, legacy_windows=False)
    with console.capture() as capture:
        console.print(demo_view(day, now_ms, speed))
    return [line.rstrip() for line in capture.get().splitlines()]


def busy_day() -> DemoDay:
    """A day that has everything at its widest: long waits, many callers, many agents."""
    plan = build_day_plan("1999-02-01", seed=1)
    day = DemoDay(plan, DemoCustomers(plan.date, plan.seed))
    for number, contact in enumerate(day.plan.calls):
        answered_ms = contact.at_ms + 100_000 if number % 3 else None
        day.callers[contact.contact_id] = Caller(contact, answered_ms)
    for agent, doing in zip(day.agents.values(), list(Doing) * 4, strict=False):
        agent.begin(doing, 0)
    return day


@pytest.mark.parametrize("speed", [0, 1, 600])
def test_nothing_is_cut_at_80_by_24(speed: float) -> None:
    for day in (busy_day(), DemoDay(build_day_plan("1999-02-01", seed=1))):
        lines = drawn(day, EVENING_MS, speed)
        assert len(lines) <= 23
        assert max(map(len, lines)) <= 80
        assert "…" not in "".join(lines)
        [agents] = [line for line in lines if line.startswith("Agents ")]
        assert agents.endswith(" away")


def test_it_shows_queues_agents_and_the_record() -> None:
    text = "\n".join(drawn(busy_day(), EVENING_MS, 600))
    for words in ("23:00:00", "stock-exchange", "all, recorded", "Monday, 1 February 1999"):
        assert words in text
    assert "19 away" in text or "19 available" in text or "19 offering" in text
    assert "Gate open" in text
    assert "0 rounds" in text


def test_words_for_figures() -> None:
    assert duration_text(125_999) == "2:05"
    assert duration_text(3_725_000) == "1h02"
    assert ratio_text(0.5814) == "58 %"
    assert ratio_text(0.5814, 1) == "58.1 %"
    assert ratio_text(None) == seconds_text(None) == "-"
    assert seconds_text(35_547, 1) == "35.5 s"
