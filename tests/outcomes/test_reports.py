"""Reports against the observer, which counts the same records in another way; and the rest."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from config.base import HOUR_MS
from outcomes.periods import Period, PeriodError, parse_period
from outcomes.report_fields import queue_total
from outcomes.reports import agent_report, queue_report
from outcomes.sqlite_journal import SqliteJournal
from outcomes.store import OutcomeStore
from queues.agent_times import AgentSums
from queues.metrics import QueueCounts
from router import events as e
from router.engine import Engine
from router.observer import Observer
from router.records import Record
from service.commands.report import report
from tests.outcomes.journal_rows import IDENTITY
from tests.support.routed_history import START_MS, TIME_ZONE, history, journal_row, settings

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 27)
WHOLE = Period(START_MS - HOUR_MS, START_MS + 24 * HOUR_MS, TIME_ZONE)
SEEDS = range(6)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[OutcomeStore]:
    opened = await OutcomeStore.open(tmp_path / "outcomes.db")
    yield opened
    await opened.close()


def observed(seed: int, steps: int = 500) -> Observer:
    observer = Observer()
    for record in history(seed, steps):
        observer.observe(record)
    return observer


def figures(counts: QueueCounts) -> dict[str, int]:
    return {field.name: getattr(counts, field.name) for field in fields(QueueCounts)}


# --- the same numbers, computed twice ------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
async def test_queue_report_equals_the_observer(store: OutcomeStore, seed: int) -> None:
    await store.project(history(seed, 500))
    observer = observed(seed)
    reported = {
        (line.interval[0], line.queue_id): figures(line.counts)
        for line in await queue_report(store, WHOLE.intervals("30m"))
    }
    expected = {
        (start_ms, queue_id): figures(counts)
        for queue_id, metrics in observer.queues.items()
        for start_ms, counts in metrics.half_hours()
    }
    assert reported == expected
    assert len(expected) > 4


@pytest.mark.parametrize("seed", SEEDS)
async def test_agent_report_equals_the_observer(store: OutcomeStore, seed: int) -> None:
    await store.project(history(seed, 500))
    observer = observed(seed)
    reported = {
        (line.interval[0], line.agent_id): line.sums
        for line in await agent_report(store, WHOLE.intervals("30m"))
    }
    expected = {
        (start_ms, agent_id): sums
        for agent_id, times in observer.agents.items()
        for start_ms, sums in times.half_hours(observer.now_ms)
    }
    assert reported == expected
    assert len(expected) > 8


@pytest.mark.parametrize("seed", SEEDS)
async def test_derived_figures_equal_the_observers(store: OutcomeStore, seed: int) -> None:
    await store.project(history(seed, 500))
    observer = observed(seed)
    period = parse_period("2026-03-27", "2026-03-27", TIME_ZONE, TODAY)
    for line in await queue_report(store, period.intervals(None)):
        metrics = observer.queues[line.queue_id]
        today = metrics.today(observer.now_ms)
        level = today.service_level_ratio(metrics.denominator)
        assert line.counts.service_level_ratio(line.denominator) == level
        assert (line.counts.asa_ms, line.counts.aht_ms) == (today.asa_ms, today.aht_ms)
    for agent in await agent_report(store, period.intervals(None)):
        own = observer.agents[agent.agent_id].today(observer.now_ms)
        assert agent.sums.occupancy_ratio == own.occupancy_ratio


async def test_limits_are_part_of_the_time_they_allow(store: OutcomeStore) -> None:
    """Accepted at the very threshold is in time, abandoned at the very limit is short."""
    engine = Engine()
    observer = Observer()
    seq = 0

    async def tell(event: e.AnyEvent) -> None:
        nonlocal seq
        seq += 1
        record = Record(seq, event, tuple(engine.handle(event)))
        observer.observe(record)
        await store.project([record])

    dumped = settings(threshold_ms=20_000).model_dump(mode="json")
    await tell(e.ConfigurationChanged(event_id="e1", at_ms=START_MS, settings=dumped))
    for contact, queue in (("a", "service"), ("b", "sales")):
        arrived = e.ContactArrived(
            event_id=contact, at_ms=START_MS, contact_id=contact, queue_id=queue
        )
        await tell(arrived)
    late = START_MS + 20_000
    await tell(e.AgentSignedIn(event_id="e2", at_ms=late, agent_id="agent-1", ready=True))
    await tell(e.ReservationAccepted(event_id="e3", at_ms=late, agent_id="agent-1", contact_id="a"))
    await tell(e.ContactEnded(event_id="e4", at_ms=START_MS + 30_000, contact_id="b"))
    sales, service = await queue_report(store, WHOLE.intervals(None))
    assert (service.counts.accepted_in_time, sales.counts.short_abandoned) == (1, 1)
    for line in (sales, service):
        assert line.counts == observer.queues[line.queue_id].today(observer.now_ms)


async def test_intervals_add_up_to_the_whole(store: OutcomeStore) -> None:
    await store.project(history(3, 500))
    (whole, *_) = [await queue_report(store, WHOLE.intervals(None))]
    for name in ("30m", "1h", "1d"):
        parts = await queue_report(store, WHOLE.intervals(name))
        assert queue_total(parts) == queue_total(whole)
    all_spent, pieces = AgentSums(), AgentSums()
    for line in await agent_report(store, WHOLE.intervals(None)):
        all_spent.merge(line.sums)
    for line in await agent_report(store, WHOLE.intervals("1h")):
        pieces.merge(line.sums)
    assert pieces == all_spent


# --- periods -------------------------------------------------------------------------------


def test_a_date_as_the_end_means_the_end_of_that_day() -> None:
    period = parse_period("yesterday", "today", "UTC", TODAY)
    assert period.in_words(period.from_ms) == "2026-03-26T00:00:00+00:00"
    assert period.in_words(period.until_ms) == "2026-03-28T00:00:00+00:00"


def test_times_are_local_unless_they_have_an_offset() -> None:
    period = parse_period("2026-01-14T08:30", "2026-01-14T08:00Z", "Asia/Jerusalem", TODAY)
    assert period.until_ms - period.from_ms == 90 * 60_000


def test_the_day_clocks_go_forward_has_23_hours() -> None:
    period = parse_period("2026-03-27", "2026-03-27", "Asia/Jerusalem", TODAY)
    assert len(period.intervals("1h")) == 23
    assert len(period.intervals("30m")) == 46
    assert period.intervals("1d") == period.intervals(None)


def test_intervals_begin_on_the_clock_and_cover_the_period() -> None:
    period = parse_period("2026-01-14T08:40", "2026-01-14T10:10", "Asia/Kathmandu", TODAY)
    cuts = period.intervals("30m")
    assert [period.in_words(start)[11:16] for start, _ in cuts] == [
        "08:40",
        "09:00",
        "09:30",
        "10:00",
    ]
    assert all(one[1] == other[0] for one, other in pairwise(cuts))
    assert cuts[-1][1] == period.until_ms


@pytest.mark.parametrize(
    ("start", "end", "zone", "message"),
    [
        ("27.3.2026", "today", "UTC", r"--from '27.3.2026' is not a time; write today"),
        ("today", "soon", "UTC", r"--to 'soon' is not a time"),
        ("today", "yesterday", "UTC", r"is not before"),
        ("today", "today", "Europe/Haifa", r"no time zone 'Europe/Haifa'; give an IANA name"),
        ("today", "today", "../etc", r"no time zone"),
    ],
)
def test_what_cannot_be_understood(start: str, end: str, zone: str, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        parse_period(start, end, zone, TODAY)


# --- the command ---------------------------------------------------------------------------


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    written = await SqliteJournal.open(path, IDENTITY)
    await written.append([journal_row(record) for record in history(3, 500)])
    await written.close()
    return path


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(report)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments)


DAY = ("--from", "2026-03-27", "--to", "2026-03-27")


def test_json_has_rows_and_their_total(journal: Path) -> None:
    result = run(*DAY, "--journal", str(journal), "--json", "--interval", "30m")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["time_zone"] == TIME_ZONE
    assert document["from"] == "2026-03-27T00:00:00+02:00"
    rows = document["rows"]
    assert {row["queue_id"] for row in rows} == {"service", "sales", "chat"}
    for name in ("arrived", "accepted", "abandoned", "refused"):
        assert document["total"][name] == sum(row[name] for row in rows) > 0
    assert document["total"]["service_level_ratio"] is None  # the queues count it differently


def test_csv_has_a_header_and_the_same_rows(journal: Path) -> None:
    asked = (*DAY, "--journal", str(journal), "--by", "agent")
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--csv").stdout)))
    expected = json.loads(run(*asked, "--json").stdout)["rows"]
    assert [row["agent_id"] for row in rows] == [f"agent-{n}" for n in range(5)]
    words = [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in expected
    ]
    assert rows == words


@pytest.mark.parametrize("by", ["queue", "agent"])
def test_a_table_for_people(journal: Path, by: str) -> None:
    result = run(*DAY, "--journal", str(journal), "--by", by, "--interval", "1h")
    assert result.exit_code == 0, result.output
    for word in ("2026-03-27 01:00", "total", "service" if by == "queue" else "agent-3", "%"):
        assert word in result.stdout


def test_an_empty_period_says_so(journal: Path) -> None:
    result = run("--from", "2020-01-01", "--to", "2020-01-01", "--journal", str(journal))
    assert result.exit_code == 0
    assert "No contact entered a queue from 2020-01-01T00:00:00+02:00" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "noon"), "--from 'noon' is not a time"),
        (("--time-zone", "Mars"), "no time zone 'Mars'"),
        (("--interval", "5m"), "5m"),
        (("--csv", "--json"), "not both"),
    ],
)
def test_wrong_options(journal: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("--journal", str(journal), *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_journal_that_is_not_there(tmp_path: Path) -> None:
    result = run("--journal", str(tmp_path / "none.db"))
    assert result.exit_code == 2
    assert "there is no journal at" in result.output


# --- the document --------------------------------------------------------------------------


def queries() -> list[str]:
    text = (ROOT / "docs" / "outcomes.md").read_text()
    return re.findall(r"```sql\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("sql", queries(), ids=range(len(queries())))
async def test_queries_of_the_document_give_rows(store: OutcomeStore, sql: str) -> None:
    await store.project(history(3, 500))
    assert await store.fetch(sql)


async def test_the_document_names_every_column(store: OutcomeStore) -> None:
    text = (ROOT / "docs" / "outcomes.md").read_text()
    tables = await store.fetch("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
    for table in tables:
        assert f"`{table['name']}`" in text
    named = ("outcomes", "queue_entries", "refusals", "agent_spans", "agent_answers", "queues")
    for name in (*named, "surveys", "schedules", "pauses", "refused_reactions", "difficulties"):
        columns = await store.fetch(f"SELECT name FROM pragma_table_xinfo('{name}')")
        assert columns
        for column in columns:
            assert re.search(rf"\b{column['name']}\b", text), column["name"]
