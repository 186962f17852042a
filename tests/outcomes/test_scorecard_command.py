"""`tidegate scorecard` on a journal that a real engine decided."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.scorecards import Sums
from config.catalogue_loader import CatalogueError, load_catalogue
from contacts.vocabulary import ReactionKind
from outcomes.journal import JournalIdentity
from outcomes.marketing_projection import difficulties_of, version_of
from outcomes.sqlite_journal import SqliteJournal
from service.cli import app
from service.commands.scorecard_fields import card_of
from service.commands.scorecard_page import scorecard_page
from tests.router.test_marketing import Shop
from tests.support.offers import CATEGORIES
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


def test_by_team_the_sums_are_the_same(journal: Path) -> None:
    teams, agents = (
        json.loads(scorecard(journal, "--by", by, "--json"))["total"] for by in ("team", "agent")
    )
    assert teams == agents


def test_the_page_holds_everything_in_two_languages(journal: Path) -> None:
    page = scorecard(journal, "--html")
    parser = Page()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert parser.asked_for == [], "a page that asks nobody for anything"
    assert parser.seen["svg"] >= 2
    assert parser.seen["table"] == 3
    for english, chinese in (("adherence", "排班遵守率"), ("Not measured", "未测量")):
        assert english in page
        assert chinese in page
    assert parser.classes["en"] == parser.classes["zh"] > 40, "every text has its translation"
    assert "@media print" in page


def test_names_in_a_page_are_text() -> None:
    card = card_of("<script>alert(1)</script>", Sums(handled=1, handling_ms=5), "agent")
    page = scorecard_page("agent", "today & more", [card], card, {})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_two_ways_of_printing_at_once_are_refused(journal: Path) -> None:
    result = run.invoke(app, ["scorecard", "--journal", str(journal), "--html", "--json"])
    assert result.exit_code == 2
    assert "--html" in result.output


class Page(HTMLParser):
    """Follows the tags of a page, and what it would fetch."""

    VOID = ("meta", "input", "line", "circle", "polyline")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked_for: list[str] = []
        self.seen: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.classes[dict(attrs).get("class") or ""] += 1
        self.asked_for += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "url(" not in data
        assert "@import" not in data


# --- tidegate difficulty propose ------------------------------------------------------------


def propose(journal: Path, *options: str) -> str:
    period = ("--from", "2023-11-14", "--to", "2023-11-15")
    command = ["difficulty", "propose", "--journal", str(journal), *period, *options]
    result = run.invoke(app, command)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_proposal_has_its_evidence(journal: Path) -> None:
    found = json.loads(propose(journal, "--json"))
    assert found["version"] == "2023-11-14 to 2023-11-15"
    assert sum(one["trials"] for one in found["products"]) == 10
    assert sum(one["accepted"] for one in found["products"]) == 1
    assert all(one["proposed"] == pytest.approx(1.0, abs=0.3) for one in found["products"])
    table = propose(journal)
    assert all(one["product_id"] in table for one in found["products"])


def test_what_is_written_can_be_put_into_the_catalogue(journal: Path, tmp_path: Path) -> None:
    file = tmp_path / "proposal.toml"
    proposed = json.loads(propose(journal, "--json", "--write", str(file), "--version", "autumn"))
    catalogue_file = tmp_path / "catalogue.toml"
    products = "".join(
        f'[[products]]\nproduct_id = "{name}"\ncategory = "{category}"\n'
        f'names = {{ en = "{name}" }}\nvalue_milli = 1\n'
        for name, category in CATEGORIES.items()
    )
    catalogue_file.write_text(products + file.read_text("utf-8"), "utf-8")
    loaded = load_catalogue(catalogue_file)
    assert loaded.difficulties is not None
    assert loaded.difficulties.version == "autumn"
    weights = {one.product_id: loaded.difficulty_of(one) for one in loaded.products}
    assert weights == {one["product_id"]: one["proposed"] for one in proposed["products"]}
    dumped = loaded.model_dump(mode="json")
    assert (difficulties_of(dumped), version_of(dumped)) == (weights, "autumn")


def test_a_weight_for_an_unknown_product_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(
        '[[products]]\nproduct_id = "gold"\ncategory = "cards"\nnames = { en = "Gold" }\n'
        'value_milli = 1\n[difficulties]\nversion = "1"\n[difficulties.weights]\ngolt = 1.5\n',
        "utf-8",
    )
    with pytest.raises(CatalogueError, match=r'golt.*did you mean "gold"'):
        load_catalogue(file)
