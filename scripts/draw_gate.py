"""Draw the pictures of docs/gate.md from the code that decides: prices, a simulated day, frontier.

    python scripts/draw_gate.py docs/images

Takes some seconds. The pictures name no font or style of another site, and fit light and dark.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

from gate.solver import rules

# isort: split
# numpy only now: gate.solver says how many threads it may use.

from gate.model import GateModel
from gate.solver.blocks import Actions
from gate.solver.figures import evaluate, wait_figures
from gate.solver.optimum import solve
from gate.solver.prices import prices_of
from simulation.report_plots import Scale
from simulation.scenario_loader import load_scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import parse_policy
from simulation.virtual_scenario import ScenarioDay

SCENARIO = Path(__file__).parents[1] / "examples" / "scenarios" / "bank-50-agents.toml"
MODEL = GateModel(50, 0.90 * 50 / 210 * 3600, 210_000, 75_000, 120_000, 0.05)
WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 40, 58
SHOWN_MS, STEP_MS, SEED = 90 * 60_000, 10_000, 4

STYLE = """
text{font:13px system-ui,sans-serif;fill:#24292f}.big{font-size:15px;font-weight:600}
.soft{fill:#59636e}.page{fill:#ffffff}.grid{stroke:#d1d9e0}.axis{stroke:#59636e}
.open{fill:#2da44e;opacity:.16}.shut{fill:#cf5b4b;opacity:.16}
.bar-open{fill:#2da44e}.bar-shut{fill:#cf5b4b}polyline{fill:none;stroke-width:2.2}
.a{stroke:#0969da}.b{stroke:#bc6c00}.c{stroke:#8250df}.dash{stroke:#24292f;stroke-dasharray:6 4}
.fa{fill:#0969da}.fb{fill:#bc6c00}.fc{fill:#8250df}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.page{fill:#0d1117}
.grid{stroke:#30363d}.axis{stroke:#9198a1}.open{opacity:.22}.shut{opacity:.24}
.a{stroke:#58a6ff}.b{stroke:#e3a04b}.c{stroke:#b392f0}.dash{stroke:#e6edf3}
.fa{fill:#58a6ff}.fb{fill:#e3a04b}.fc{fill:#b392f0}}
""".replace("\n", "")


def text(x: float, y: float, words: str, anchor: str = "middle", kind: str = "") -> str:
    """Return words at a place."""
    look = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{look}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def area(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a filled rectangle between two corners."""
    return (
        f'<rect class="{kind}" x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}"'
        f' height="{y2 - y1:.1f}"/>'
    )


def path(points: list[tuple[float, float]], kind: str) -> str:
    """Return points joined."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def picture(title: str, drawn: list[str]) -> str:
    """Return the whole SVG; `title` is what a screen reader says."""
    inside = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title><style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>\n{inside}\n</svg>\n'
    )


def axes(across: Scale, up: Scale, show: tuple[Callable[[float], str], ...]) -> Iterator[str]:
    """Yield a grid with round numbers, shown by `show`: across, up."""
    for tick in up.ticks():
        yield line(across.start, up.at(tick), across.end, up.at(tick), "grid")
        yield text(across.start - 8, up.at(tick) + 4, show[1](tick), "end", "soft")
    for tick in across.ticks():
        yield text(across.at(tick), up.start + 18, show[0](tick), kind="soft")
    yield line(across.start, up.start, across.end, up.start, "axis")


def number(value: float) -> str:
    """Show a number without needless digits."""
    return f"{value:g}"


# --- the price by load ---------------------------------------------------------------------


def price_by_load() -> str:
    """Draw what an agent's time is worth at each load, with 0, 5 and 10 agents marketing."""
    grid = prices_of(MODEL)
    assert grid is not None
    loads = range(-14, 9)
    across, up = Scale(-14, 8, LEFT, WIDTH - RIGHT), Scale(0, 2.5, HEIGHT - BOTTOM, TOP)
    one, none = up.at(1), across.at(-0.5)
    drawn = [
        area(across.start, one, across.end, up.start, "open"),
        area(across.start, up.end, across.end, one, "shut"),
        *axes(across, up, (lambda at: number(abs(at)), number)),
        line(none, up.end, none, up.start, "axis"),
        line(across.start, one, across.end, one, "dash"),
        text(across.start + 10, one - 8, "a customer worth 1", "start"),
        text(across.end - 10, one + 22, "price at most 1: gate open", "end", "soft"),
        text(across.start + 10, up.end + 22, "price above 1: gate closed", "start", "soft"),
        text((across.start + none) / 2, HEIGHT - 14, "← agents idle", kind="big"),
        text((none + across.end) / 2, HEIGHT - 14, "contacts waiting →", kind="big"),
        text(12, 22, "price of the agents' time", "start", "big"),
    ]  # fmt: skip
    for colour, marketing in (("c", 10), ("b", 5), ("a", 0)):
        prices = [(load, grid.price_milli(load, marketing) / 1000) for load in loads]
        shown = [(across.at(load), up.at(price)) for load, price in prices if price <= 2.5]
        drawn.append(path(shown, colour))
    for place, (colour, marketing) in enumerate((("a", 0), ("b", 5), ("c", 10))):
        y = up.end + 16 + 20 * place
        drawn.append(area(none + 18, y - 8, none + 40, y - 4, f"f{colour}"))
        words = "nobody marketing" if marketing == 0 else f"{marketing} marketing"
        drawn.append(text(none + 48, y, words, "start"))
    return picture("The price of the agents' time by load, 50 agents at load 0.90", drawn)


# --- a simulated day -----------------------------------------------------------------------


class WatchedCentre(VirtualCentre):
    """A centre that writes down load and displayed mode whenever they may have changed."""

    def __init__(self, day: ScenarioDay) -> None:
        super().__init__(day, parse_policy("optimal"))
        self.seen: list[tuple[int, int, bool]] = []

    def look(self) -> None:
        """See `VirtualCentre`."""
        super().look()
        watch = self.looking[0]
        load = watch.queue.waiting - watch.queue.lines[""].idle
        self.seen.append((self.now_ms, load, watch.shown.is_marketing))


def simulated_day() -> str:
    """Draw an hour and a half of a simulated day: the load, and the mode as a band."""
    scenario = load_scenario(SCENARIO).model_copy(update={"duration_ms": SHOWN_MS})
    centre = WatchedCentre(ScenarioDay(scenario, SEED, 0))
    centre.run()
    first_ms, end_ms = centre.counts.from_ms, centre.counts.until_ms
    seen = [one for one in centre.seen if one[0] < end_ms]
    states = [
        next(one for one in reversed(seen) if one[0] <= at_ms)[1:]
        for at_ms in range(first_ms, end_ms, STEP_MS)
    ]
    loads = [load for load, _ in states]
    across = Scale(0, SHOWN_MS / 60_000, LEFT, WIDTH - RIGHT)
    up = Scale(min(loads) - 1, max(loads) + 1, HEIGHT - BOTTOM - 34, TOP)
    drawn = [*axes(across, up, (lambda _: "", lambda at: number(abs(at))))]
    drawn += _mode_bands(states, across, up)
    drawn += [
        line(across.start, up.at(0), across.end, up.at(0), "dash"),
        text(across.end - 6, up.end + 16, "contacts waiting ↑", "end", "big"),
        text(across.end - 6, up.start - 8, "agents idle ↓", "end", "big"),
        text(12, 22, "load: contacts waiting less agents idle", "start", "big"),
    ]
    steps = []
    for place, load in enumerate(loads):
        left, right = (across.at((place + by) * STEP_MS / 60_000) for by in (0, 1))
        steps += [(left, up.at(load)), (right, up.at(load))]
    drawn.append(path(steps, "a"))
    for minutes in range(0, 91, 15):
        words = f"{minutes} min" if minutes else "0"
        drawn.append(text(across.at(minutes), HEIGHT - 40, words, kind="soft"))
    for left, kind, words in ((LEFT, "open", "marketing"), (LEFT + 130, "shut", "serving only")):
        drawn.append(area(left, HEIGHT - 24, left + 22, HEIGHT - 12, f"bar-{kind}"))
        drawn.append(text(left + 30, HEIGHT - 13, words, "start"))
    return picture("Ninety minutes of a simulated day: load and displayed mode", drawn)


def _mode_bands(states: list[tuple[int, bool]], across: Scale, up: Scale) -> Iterator[str]:
    """Yield the mode of each stretch: a pale ground behind the load, and a strong band below."""
    began = 0
    for place in range(1, len(states) + 1):
        if place < len(states) and states[place][1] is states[began][1]:
            continue
        left, right = (across.at(at * STEP_MS / 60_000) for at in (began, place))
        kind = "open" if states[began][1] else "shut"
        yield area(left, up.end, right, up.start, kind)
        yield area(left, up.start + 8, right, up.start + 24, f"bar-{kind}")
        began = place


# --- the frontier --------------------------------------------------------------------------


def frontier() -> str:
    """Draw attempts an hour against service level, for rules evaluated exactly in the chain."""
    across, up = Scale(0, 700, LEFT, WIDTH - RIGHT), Scale(0.3, 1, HEIGHT - BOTTOM, TOP)
    drawn = [
        *axes(across, up, (number, lambda at: f"{100 * at:.0f} %")),
        text(WIDTH / 2, HEIGHT - 14, "marketing attempts an hour", kind="big"),
        text(12, 22, "service level: answered within 20 s", "start", "big"),
        line(across.start, up.at(0.8), across.end, up.at(0.8), "dash"),
    ]  # fmt: skip

    def place(actions: Actions) -> tuple[float, float]:
        attempts = evaluate(MODEL, actions).attempts_per_hour
        return across.at(attempts), up.at(wait_figures(MODEL, actions).service_level_ratio)

    lot = [place(rules.static(MODEL, share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    by_cost = [
        place(rules.priced(MODEL, solve(replace(MODEL, waiting_cost_per_s=cost)).table))
        for cost in (1.0, 0.3, 0.15, 0.08, 0.05, 0.04, 0.03)
    ]
    drawn += [path(lot, "b"), path(by_cost, "a")]
    drawn += _named(lot[0], "never", "fb", (8, -10), "start")
    drawn += _named(lot[-1], "always", "fb", (8, -10), "start")
    drawn += _named(lot[2], "half of all customers, by lot", "fb", (-12, 18), "end")
    for at, words in ((by_cost[2], "price, 0.15 a second"), (by_cost[4], "price, 0.05 a second")):
        drawn += _named(at, words, "fa", (4, -10), "start")
    named = (
        (rules.threshold(MODEL, 0), "while nobody waits", (10, 16), "start"),
        (rules.hysteresis(MODEL, 1, 1), "on at 1 idle, off at 1 waiting", (12, 2), "start"),
    )
    for actions, words, by, anchor in named:
        drawn += _named(place(actions), words, "fc", by, anchor)
    return picture("Marketing attempts an hour against service level, by rule", drawn)


def _named(
    at: tuple[float, float], words: str, kind: str, by: tuple[int, int], anchor: str
) -> list[str]:
    x, y = at
    return [
        f'<circle class="{kind}" cx="{x}" cy="{y}" r="4.5"/>',
        text(x + by[0], y + by[1], words, anchor),
    ]


PICTURES = {
    "gate-price.svg": price_by_load,
    "gate-day.svg": simulated_day,
    "gate-frontier.svg": frontier,
}


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    for name, draw in PICTURES.items():
        (folder / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
