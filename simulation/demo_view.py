"""The demo's live table: queues, agents and the time of day, made for 80 columns and 24 lines."""

from collections import Counter

from rich import box
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulation.demo_day import DemoDay
from simulation.demo_figures import QueueLine, queue_line, recorded_by_now
from simulation.demo_marketing_view import now_lines
from simulation.demo_people import Caller, DemoAgent, Doing
from simulation.demo_window import clock_text
from simulation.demo_words import date_text, duration_text, ratio_text, seconds_text, speed_text
from simulation.recorded_figures import DayFigures

WIDTH = 80
AGENTS_A_ROW = 4
COLUMNS = (
    ("Wait", 4),
    ("Longest", 7),
    ("Talk", 4),
    ("Arrived", 7),
    ("Answered", 8),
    ("Aband.", 6),
    ("SL 30m", 6),
    ("SL", 5),
    ("ASA", 5),
)
"""Headings of a queue's figures, and the least width of each."""
LEGEND = "SL: answered within 20 s ÷ arrived, last half-hour and so far; ASA: mean wait"
LONG_WAIT_MS = 60_000
GOOD_RATIO, FAIR_RATIO = 0.8, 0.5

STYLES = {
    Doing.TALKING: "green",
    Doing.OFFERING: "bold green",
    Doing.WRAPPING_UP: "yellow",
    Doing.AVAILABLE: "cyan",
    Doing.PAUSING: "magenta",
    Doing.AWAY: "bright_black",
}


def demo_view(day: DemoDay, now_ms: int, speed: float) -> RenderableType:
    """Everything there is to see at `now_ms` (since midnight)."""
    return Group(
        _title(day, now_ms, speed),
        _progress(day, now_ms, speed),
        Text(),
        _queue_table(day, now_ms),
        Text(LEGEND, "bright_black", no_wrap=True),
        *_marketing(day),
        _agent_summary(day),
        _agent_grid(list(day.agents.values()), now_ms),
    )


def _title(day: DemoDay, now_ms: int, speed: float) -> Text:
    return Text.assemble(
        ("Tidegate demo", "bold"),
        f"   {date_text(day.plan.date)}   ",
        (clock_text(now_ms, seconds=True), "bold reverse"),
        (f"   {speed_text(speed)}", "bright_black"),
    )


def _progress(day: DemoDay, now_ms: int, speed: float) -> Table:
    hours = day.plan.open_hours
    length_ms = hours.until_ms - hours.from_ms
    done_ms = min(max(now_ms - hours.from_ms, 0), length_ms)
    left = f"{duration_text(int((length_ms - done_ms) / speed))} left" if speed else ""
    line = Table.grid(padding=(0, 1))
    line.add_row(
        ProgressBar(total=length_ms, completed=done_ms, width=WIDTH - 19),
        Text(f"{100 * done_ms / length_ms:3.0f} %", "bold"),
        Text(left, "bright_black"),
    )
    return line


def _marketing(day: DemoDay) -> tuple[RenderableType, ...]:
    if day.offers is None:
        return (Text(),)
    hours = day.plan.open_hours
    return (now_lines(day.offers.day, hours.from_ms, hours.until_ms),)


# --- queues --------------------------------------------------------------------------------


def _queue_table(day: DemoDay, now_ms: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, width=WIDTH)
    table.add_column("Queue", no_wrap=True, min_width=15)
    for heading, width in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    by_queue: dict[str, list[Caller]] = {queue_id: [] for queue_id in day.plan.queue_ids}
    for caller in day.callers.values():
        by_queue[caller.contact.queue_id].append(caller)
    for queue_id, callers in by_queue.items():
        table.add_row(queue_id, *_cells(queue_line(callers, now_ms)))
    table.add_section()
    everyone = queue_line(day.callers.values(), now_ms)
    table.add_row("all, routed", *_cells(everyone), style="bold")
    recorded = recorded_by_now(day.plan.calls, now_ms)
    table.add_row("all, recorded", *_recorded_cells(recorded), style="bright_black")
    return table


def _cells(line: QueueLine) -> list[Text]:
    return [
        Text(str(line.waiting), "yellow" if line.waiting else "bright_black"),
        Text(
            duration_text(line.longest_ms) if line.waiting else "",
            "red" if line.longest_ms > LONG_WAIT_MS else "yellow",
        ),
        Text(str(line.talking), "green" if line.talking else "bright_black"),
        Text(f"{line.arrived:,}"),
        Text(f"{line.answered:,}"),
        Text(f"{line.abandoned:,}"),
        Text(ratio_text(line.level_now_ratio), _level_style(line.level_now_ratio)),
        Text(ratio_text(line.level_ratio), _level_style(line.level_ratio)),
        Text(seconds_text(line.asa_ms)),
    ]


def _recorded_cells(figures: DayFigures) -> list[str]:
    counts = [f"{one:,}" for one in (figures.arrived, figures.answered, figures.abandoned)]
    level = ratio_text(figures.service_level_ratio if figures.arrived else None)
    asa = seconds_text(figures.asa_ms if figures.answered else None)
    return ["", "", "", *counts, "", level, asa]


def _level_style(ratio: float | None) -> str:
    if ratio is None:
        return "bright_black"
    return "green" if ratio >= GOOD_RATIO else "yellow" if ratio >= FAIR_RATIO else "red"


# --- agents --------------------------------------------------------------------------------


def _agent_summary(day: DemoDay) -> Text:
    counts = Counter(agent.doing for agent in day.agents.values())
    parts = [Text(f"{counts[doing]} {doing.value}", style) for doing, style in STYLES.items()]
    return Text.assemble((f"{'Agents':<11}", "bold"), Text("  ").join(parts))


def _agent_grid(agents: list[DemoAgent], now_ms: int) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for start in range(0, len(agents), AGENTS_A_ROW):
        grid.add_row(*(_agent(one, now_ms) for one in agents[start : start + AGENTS_A_ROW]))
    return grid


def _agent(agent: DemoAgent, now_ms: int) -> Text:
    name = agent.agent_id.removeprefix("agent-")
    is_away = agent.doing is Doing.AWAY
    since = "" if is_away else duration_text(max(now_ms - agent.since_ms, 0))
    return Text(f"{name} {agent.doing.value:<9} {since:>5}", STYLES[agent.doing])
