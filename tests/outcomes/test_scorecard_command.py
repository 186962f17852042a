"""`tidegate scorecard` on a journal that a real engine decided."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contacts.vocabulary import ReactionKind
from outcomes.journal import JournalIdentity
from outcomes.sqlite_journal import SqliteJournal
from service.cli import app
from tests.router.test_marketing import Shop
from tests.support.routed_history import journal_row

run = CliRunner()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Anna presents to two customers; of the products one is accepted, one declined."""
    shop = Shop(limits=[])
    for number, kind in enumerate((ReactionKind.ACCEPTED, ReactionKind.DECLINED)):
        products = shop.selected(f"c{number}", customer_id=f"u{number}")
        shop.present(f"c{number}")
        shop.react(f"c{number}", products[0], kind)
        shop.end(f"c{number}")
    path = tmp_path / "journal.db"
    asyncio.run(_write(path, shop))
    return path


async def _write(path: Path, shop: Shop) -> None:
    journal = await SqliteJournal.open(path, JournalIdentity("demo", "main", "default"))
    await journal.append([journal_row(record) for record in shop.records])
    await journal.close()


def scorecard(journal: Path, *options: str) -> str:
    period = ("--from", "2023-11-14", "--to", "2023-11-15")
    result = run.invoke(app, ["scorecard", "--journal", str(journal), *period, *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_card_counts_what_was_presented_and_accepted(journal: Path) -> None:
    found = json.loads(scorecard(journal, "--json"))
    cards = {one["name"]: one for one in found["cards"]}
    assert sum(one["handled"] for one in cards.values()) == 2
    assert sum(one["presented"] for one in cards.values()) == 10
    assert sum(one["accepted"] for one in cards.values()) == 1
    one = next(one for one in cards.values() if one["accepted"])
    assert one["over_expected"] == pytest.approx(one["accepted"] - one["expected"], abs=1e-3)
    assert (one["satisfaction_ratio"], one["surveys"]) == (None, 0)
    assert found["not_measured"] == {
        "satisfaction_ratio": "no survey was answered",
        "recontacted_ratio": "no contact of a known customer ended so long ago that its time for"
        " coming back is over",
        "adherence_ratio": "no schedule was published",
    }
    assert found["total"]["presented"] == 10


def test_by_queue_as_csv_and_as_a_table(journal: Path) -> None:
    [row] = csv.DictReader(io.StringIO(scorecard(journal, "--by", "queue", "--csv")))
    assert (row["name"], row["presented"], row["accepted"]) == ("sales", "10", "1")
    table = scorecard(journal)
    assert "Not measured: satisfaction (no survey was answered)." in table
    assert "anna" in table or "ben" in table


def test_a_journal_that_is_not_there_is_said() -> None:
    result = run.invoke(app, ["scorecard", "--journal", "/nowhere/journal.db"])
    assert result.exit_code == 2
    assert "nowhere" in result.output
