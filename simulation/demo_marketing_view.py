"""The demo's marketing as people see it: a strip of the gate's day, and what came of it."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bus.offer_words import OFFER_ENGLISH
from contacts.vocabulary import ReactionKind
from simulation.demo_marketing import HalfHour, MarketingDay
from simulation.demo_window import clock_text
from simulation.demo_words import ratio_text
from simulation.recorded_figures import HALF_HOUR_MS

SHADES = "▁▂▃▄▅▆▇█"
REACTION_WORDS = {
    ReactionKind.ACCEPTED: "accepted",
    ReactionKind.INTERESTED: "interested",
    ReactionKind.NOT_NOW: "not now",
    ReactionKind.DECLINED: "declined",
    ReactionKind.NEVER_AGAIN: "never again",
    ReactionKind.NOT_PRESENTED: "not presented",
}
BAR = 24


def strip(day: MarketingDay, from_ms: int, until_ms: int) -> Text:
    """One sign for each half-hour: how often the gate was open of the times it was asked."""
    numbers = range(from_ms // HALF_HOUR_MS, -(-until_ms // HALF_HOUR_MS))
    return Text.assemble(*(_sign(day.half_hours.get(number)) for number in numbers))


def _sign(slot: HalfHour | None) -> tuple[str, str]:
    ratio = None if slot is None else slot.open_ratio
    if ratio is None:
        return " ", ""
    if ratio == 0:
        return "·", "bright_black"
    return SHADES[min(int(ratio * len(SHADES)), len(SHADES) - 1)], "green"


def now_lines(day: MarketingDay, from_ms: int, until_ms: int) -> Group:
    """Two lines for the live table."""
    accepted = day.reactions[ReactionKind.ACCEPTED]
    gate = Text.assemble(("Gate open", "bold"), f"  {clock_text(from_ms)} ")
    gate.append_text(strip(day, from_ms, until_ms)).append(f" {clock_text(until_ms)}")
    done = Text.assemble(
        ("Marketing", "bold"),
        f"  {day.rounds} rounds, {day.presented} products presented, {accepted} accepted, worth"
        f" {money(day.value_milli)}",
    )
    return Group(gate, done)


def summary(day: MarketingDay, from_ms: int, until_ms: int) -> RenderableType:
    """The whole day: the gate by half-hour, the reactions, and why nothing was presented."""
    asked = sum(one.asked for one in day.half_hours.values())
    opened = sum(one.opened for one in day.half_hours.values())
    lines: list[RenderableType] = [
        Text("The gate", "bold"),
        Text(
            f"Agents asked {asked:,} times whether to go on to market; the load permitted it"
            f" {opened:,} times ({ratio_text(opened / asked if asked else None)})."
        ),
        Text(f"{clock_text(from_ms)} ").append_text(strip(day, from_ms, until_ms))
        + Text(f" {clock_text(until_ms)}   each sign a half-hour: · closed, █ always open"),
        Text(),
        Text("What was presented", "bold"),
        Text(
            f"{day.rounds:,} rounds, {day.presented:,} products,"
            f" worth {money(day.value_milli)} by what was accepted."
        ),
        _reactions(day),
    ]
    if day.barred:
        lines += [Text("The load permitted it, but nothing was presented, because"), _barred(day)]
    return Group(*lines)


def _barred(day: MarketingDay) -> Table:
    table = Table.grid(padding=(0, 2))
    for code, count in day.barred.most_common():
        table.add_row(f"{count:>5}", OFFER_ENGLISH.get(code, code))
    return table


def _reactions(day: MarketingDay) -> Table:
    table = Table(box=box.SIMPLE, show_header=False, padding=(0, 1))
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right")
    table.add_column("", no_wrap=True)
    most = max(day.reactions.values(), default=1)
    for kind, words in REACTION_WORDS.items():
        count = day.reactions[kind]
        style = "green" if kind in (ReactionKind.ACCEPTED, ReactionKind.INTERESTED) else "yellow"
        table.add_row(words, f"{count:,}", Text("█" * round(BAR * count / most), style))
    return table


def money(value_milli: int) -> str:
    """A value in whole units."""
    return f"{value_milli / 1000:,.0f}"
