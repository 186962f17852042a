"""The end of the demo: the recorded day against the routed day, and where to go next."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simulation.demo_marketing import MarketingDay
from simulation.demo_marketing_view import summary as marketing_summary
from simulation.demo_window import clock_text
from simulation.demo_words import (
    date_text,
    duration_text,
    ratio_text,
    seconds_text,
    speed_text,
)
from simulation.recorded_figures import DayFigures
from simulation.recorded_staffing import Span


@dataclass(frozen=True)
class DemoResult:
    """What a run of the demo gave.

    `hours` is the part of `day` asked for (ms since midnight), `played_until_ms` how far it came:
    when stopped early, both figures are of the callers whose wait was over by then.
    `is_undisturbed` unless somebody acted on the pages meanwhile. `is_complete`
    unless it was stopped; `is_part` if the hours asked for are not the whole day.
    """

    day: str
    hours: Span
    played_until_ms: int
    is_complete: bool
    seed: int
    speed: float
    wall_s: float
    is_part: bool
    journal: Path
    recorded: DayFigures
    routed: DayFigures
    is_undisturbed: bool = True
    marketing: MarketingDay | None = None

    def as_json(self) -> dict[str, Any]:
        """The result as `tidegate demo --json` prints it."""
        return {
            "day": self.day,
            "from": clock_text(self.hours.from_ms),
            "to": clock_text(self.hours.until_ms),
            "played_until": clock_text(self.played_until_ms, seconds=True),
            "complete": self.is_complete,
            "seed": self.seed,
            "speed": self.speed,
            "undisturbed": self.is_undisturbed,
            "wall_seconds": round(self.wall_s, 1),
            "journal": str(self.journal),
            "recorded": asdict(self.recorded),
            "routed": asdict(self.routed),
            "marketing": None if self.marketing is None else self.marketing.as_json(),
        }


def summary(result: DemoResult, scorecard: RenderableType) -> RenderableType:
    """The result for people, with the day's scorecard."""
    return Group(
        Text(),
        _table(result),
        Text(_how_it_ran(result)),
        Text(),
        *_marketing(result),
        scorecard,
        Text.assemble(("What is estimated.  ", "bold"), ESTIMATED),
        Text(),
        Text("Where to go next", "bold"),
        _next_steps(result),
    )


ESTIMATED = (
    "Arrivals, types and service times are as recorded. Agents are at work from their first to"
    " their last recorded call, with the skills they used; where callers they could have served"
    " waited for more than 30 s in a gap between two calls, they paused. Who hung up has the"
    " patience recorded; who was served only shows that it was longer than the wait, so theirs is"
    " drawn from the Kaplan-Meier estimate, given that it exceeds the wait. Pauses are"
    " inferred from the waits that are compared here: the two days should be alike, and are no"
    " contest. docs/recorded-day.md has the details. What customers are like, why they call and"
    " what they say to products is made up."
)
COMPARED = "The engine's own outcome store has the same figures."
DISTURBED = (
    "Somebody acted on the pages, so what the players saw is not compared with the engine's store."
)
PART_OF_A_DAY = (
    " A part of a day begins with empty queues and no call in progress, which makes its first"
    " minutes easier than they were."
)


def _marketing(result: DemoResult) -> tuple[RenderableType, ...]:
    if result.marketing is None:
        return ()
    hours = result.hours
    return marketing_summary(result.marketing, hours.from_ms, hours.until_ms), Text()


def _table(result: DemoResult) -> Table:
    hours = result.hours
    end_ms = hours.until_ms if result.is_complete else result.played_until_ms
    span = f"{clock_text(hours.from_ms)} to {clock_text(end_ms)}"
    table = Table(title=f"{date_text(result.day)}, {span}", title_justify="left", box=box.SIMPLE)
    table.add_column("")
    table.add_column("recorded", justify="right")
    table.add_column("routed", justify="right", style="bold")
    pair = (result.recorded, result.routed)
    table.add_row("arrived", *(f"{one.arrived:,}" for one in pair))
    table.add_row("answered", *(f"{one.answered:,}" for one in pair))
    table.add_row("abandoned", *(f"{one.abandoned:,}" for one in pair))
    levels = [ratio_text(one.service_level_ratio, 1) for one in pair]
    table.add_row("service level (answered within 20 s ÷ arrived)", *levels)
    asas = [seconds_text(one.asa_ms, 1) for one in pair]
    table.add_row("average speed of answer (ASA)", *asas)
    return table


def _how_it_ran(result: DemoResult) -> str:
    length_ms = result.played_until_ms - result.hours.from_ms
    reached = length_ms / 1000 / max(result.wall_s, 0.001)
    return (
        f"{'Played' if result.is_complete else 'Stopped early:'} {duration_text(length_ms)} in"
        f" {result.wall_s:.0f} s, {reached:,.0f} times real time (asked for:"
        f" {speed_text(result.speed)}). {COMPARED if result.is_undisturbed else DISTURBED}"
        f"{PART_OF_A_DAY if result.is_part else ''}"
    )


def _next_steps(result: DemoResult) -> Table:
    report = f"tidegate report --journal {result.journal} --from {result.day} --to {result.day}"
    steps = (
        (report, "this day by queue; add --by agent or --interval 30m"),
        (f"tidegate journal verify {result.journal}", "every event and decision is in there"),
        (
            f"tidegate scorecard --journal {result.journal} --from {result.day} --to {result.day}",
            "who presented what, with which success, given the customers they got",
        ),
        ("tidegate serve", "your own engine; tidegate check-config --print-default shows settings"),
        ("docs/bus.md, examples/pbx_bridge.py", "five minutes to the first message of your PBX"),
    )
    table = Table.grid(padding=(0, 0, 0, 2))
    for command, purpose in steps:
        table.add_row(Text(command, "cyan", overflow="fold"))
        table.add_row(Text(f"    {purpose}", "bright_black"))
    return table
