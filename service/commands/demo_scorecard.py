"""The scorecard at the end of the demo: the day's agents, in one narrow table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from config.base import DAY_MS
from outcomes.scorecards import scorecard_sums
from service.commands.outcome_store import up_to_date_store
from service.commands.scorecard_fields import Card, card_of, total_of
from service.commands.scorecard_table import figure
from service.commands.scorecard_words import HEADINGS
from simulation.recorded_settings import midnight_ms

COLUMNS = (
    "handled",
    "aht_ms",
    "occupancy_ratio",
    "presented",
    "accepted",
    "expected",
    "value_milli",
)
EXPLAINED = (
    "expected: acceptances of an average agent with the same customers and products."
    " One day decides nothing: tidegate scorecard has the intervals."
)


async def demo_cards(journal: Path, date: str) -> tuple[list[Card], Card]:
    """Return the cards of the day's agents, and that of them all.

    Raises `JournalError` or `OutcomeStoreError` if the figures cannot be read.
    """
    from_ms = midnight_ms(date)
    async with up_to_date_store(journal) as store:
        sums = await scorecard_sums(store, from_ms, from_ms + 2 * DAY_MS, "agent", 7 * DAY_MS)
    cards = [card_of(name, one, "agent") for name, one in sums.items()]
    return cards, total_of(sums.values(), "agent")


def demo_scorecard(cards: Sequence[Card], total: Card) -> RenderableType:
    """Show the cards of the demo's agents."""
    table = Table(box=box.SIMPLE, show_footer=True, padding=(0, 1))
    table.add_column("agent", footer="all", no_wrap=True)
    for name in COLUMNS:
        heading = HEADINGS[name].english
        table.add_column(heading, footer=figure(name, total[name]), justify="right")
    for card in cards:
        table.add_row(str(card["name"]), *(figure(name, card[name]) for name in COLUMNS))
    return Group(Text("Scorecard", "bold"), table, Text(EXPLAINED, "bright_black"), Text())
