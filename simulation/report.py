"""The report of a simulation: one HTML page that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from simulation.report_plots import Bar, Line, Point, bar_plot, line_plot, point_plot
from simulation.results import MAIN_FIGURES, Intervals, PolicyResult, Results
from simulation.results_offers import by_figure
from simulation.results_student import Interval
from simulation.scenario import Scenario
from simulation.scenario_periods import clock_at

HEADINGS = {
    "attempts_per_hour": "marketing attempts an hour",
    "value_per_hour": "value an hour over never",
    "service_level_ratio": "service level",
    "abandoned_ratio": "abandoned",
    "asa_ms": "mean wait of the answered",
    "occupancy_ratio": "occupancy",
    "mode_flips_per_hour": "mode changes an hour",
}
COLOURS = ("#2f6fb2", "#d1662b", "#2f9267", "#8a55b5", "#b03a5b", "#7d7a2c", "#3a9aa8", "#777")
STYLE = """
:root { color-scheme: light dark; --ink: #1c2329; --paper: #fff; --faint: #8886; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7ea; --paper: #15191c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 780px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--faint);
  vertical-align: top }
th:first-child, td:first-child { text-align: left } td small { display: block; opacity: .65 }
.wide { overflow-x: auto } svg { width: 100%; height: auto }
svg text { font-size: 12px; fill: var(--ink) } .grid { stroke: var(--faint) }
polyline { fill: none; stroke-width: 2 } .thin { stroke-width: 1 } .key { margin-right: 1.2rem }
.key i { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem }
"""


def write_report(scenario: Scenario, seed: int, results: Results, thresholds: Results) -> str:
    """Return the page. `thresholds` are results of those from strict to lenient."""
    sections = [
        section("Policies", _policy_table(results), _WHAT),
        *_offers(results),
        *_through_the_day(results),
        section("Attempts against service level", _frontier(results, thresholds), _FRONTIER),
        section("Who waited because of marketing", _waited(results), _WAITED),
        section("By queue", _part_table(results, "queues")),
        section("Agents", _part_table(results, "groups")),
    ]
    about = (
        f"{results.replications} replications of {results.hours:g} hours, {results.contacts:,}"
        f" contacts, seed {seed}. Small print and bands: 95 % confidence intervals."
    )
    return page(f"{scenario.name}: simulated policies", about, sections)


def page(title: str, about: str, sections: Sequence[str]) -> str:
    """Return a whole page in the style of all reports; `sections` are HTML, the rest is text."""
    lead = f"<h1>{escape(title)}</h1><p>{escape(about)}</p>"
    return document(title, lead + "".join(sections))


def document(title: str, body: str, style: str = "") -> str:
    """Return a whole page: `title` is text, `body` HTML, `style` rules beyond all pages' own."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}{_colours()}{style}</style></head><body>{body}</body></html>\n"
    )


_WHAT = (
    "Value: what marketing brought less what waiting cost, less the same of never marketing to"
    " the same customers."
)
_OFFERS = (
    "What was presented to customers with tastes, and how they took it, an hour. Barred: the gate"
    " was open, and there was nothing to present; by the code that barred most products."
)
_FRONTIER = (
    "Up and to the right is better: more marketing, and more customers answered in time. The line"
    " joins thresholds, from strict to lenient."
)
_WAITED = (
    "Customers who had to wait, as a share of all: while somebody who could have served them was"
    " marketing when they came, and while nobody was."
)


def section(title: str, body: str, about: str = "") -> str:
    """Return a part of a page: a heading, what it is about, and HTML."""
    note = f"<p>{escape(about)}</p>" if about else ""
    return f"<section><h2>{escape(title)}</h2>{note}{body}</section>"


def _colours() -> str:
    return "".join(
        f".s{n}{{stroke:{c}}}.f{n}{{fill:{c}}}.k{n}{{background:{c}}}.b{n}{{fill:{c};opacity:.15}}"
        for n, c in enumerate(COLOURS)
    )


# --- tables --------------------------------------------------------------------------------


def _policy_table(results: Results) -> str:
    rows = {name: one.figures for name, one in results.policies.items()}
    return figures_table("policy", rows, MAIN_FIGURES)


def _part_table(results: Results, part: str) -> str:
    rows: dict[str, Intervals] = {}
    for policy, result in results.policies.items():
        parts: dict[str, Intervals] = getattr(result, part)
        rows |= {f"{name}, {policy}": figures for name, figures in parts.items()}
    names = next(iter(rows.values()))
    shown = [name for name in MAIN_FIGURES if name in names]
    if part == "groups":
        shown = list(names)
    return figures_table("", rows, shown)


def _offers(results: Results) -> list[str]:
    """What came of presenting products, where customers have tastes: policies across."""
    policies = {name: one.offers for name, one in results.policies.items()}
    rows = {_in_words(name): row for name, row in by_figure(policies).items()}
    if not rows:
        return []
    return [section("Products", figures_table("", rows, list(policies)), _OFFERS)]


def figures_table(first: str, rows: Mapping[str, Intervals], names: Sequence[str]) -> str:
    """Return a table of some figures, a line for each row; `first` heads the rows' labels."""
    head = "".join(f"<th>{escape(HEADINGS.get(one, _in_words(one)))}</th>" for one in names)
    body = "".join(
        f"<tr><td>{escape(label)}</td>"
        + "".join(f"<td>{_cell(name, figures[name])}</td>" for name in names)
        + "</tr>"
        for label, figures in rows.items()
    )
    return f'<div class="wide"><table><tr><th>{escape(first)}</th>{head}</tr>{body}</table></div>'


def _in_words(name: str) -> str:
    words = name.replace("_ratio", "").replace("_per_hour", " an hour").replace("_", " ")
    return f"{words.removesuffix(' added')}, more than never" if name.endswith("_added") else words


def _cell(name: str, one: Interval) -> str:
    if one.mean is None:
        return "-"
    if one.low is None or one.high is None:
        return _shown(name, one.mean)
    return f"{_shown(name, one.mean)}<small>± {_shown(name, (one.high - one.low) / 2)}</small>"


def _shown(name: str, value: float) -> str:
    kind = name.removesuffix("_added")
    if kind.endswith("_ratio"):
        return percent(value)
    return seconds(value) if kind.endswith("_ms") else f"{value:.1f}"


def percent(value: float) -> str:
    """Show a ratio."""
    return f"{100 * value:.1f} %"


def seconds(value: float) -> str:
    """Show milliseconds."""
    return f"{value / 1000:.1f} s"


def plain(value: float) -> str:
    """Show a number."""
    return f"{value:g}"


# --- plots ---------------------------------------------------------------------------------


def _through_the_day(results: Results) -> list[str]:
    first = next(iter(results.policies.values()))
    if len(first.periods) < 2:
        return []
    places = [clock_at(one.from_ms) for one in first.periods]

    def plot(name: str, policies: dict[str, PolicyResult]) -> list[Line]:
        return [
            Line(policy, [one.figures[name] for one in result.periods])
            for policy, result in policies.items()
        ]

    every = results.policies
    arrivals = plot("arrived_per_hour", dict([next(iter(every.items()))]))
    agents = plot("agents", dict([next(iter(every.items()))]))
    demand = [Line("arrivals an hour", arrivals[0].heights), Line("agents", agents[0].heights)]
    return [
        section("Arrivals and agents through the day", line_plot(demand, places, plain)),
        section("Mean wait through the day", line_plot(plot("asa_ms", every), places, seconds)),
        section(
            "Service level through the day",
            line_plot(plot("service_level_ratio", every), places, percent),
        ),
        section(
            "Marketing attempts an hour through the day",
            line_plot(plot("attempts_per_hour", every), places, plain),
        ),
        section(
            "Share of time in marketing mode through the day",
            line_plot(plot("marketing_mode_ratio", every), places, percent),
        ),
    ]


def _frontier(results: Results, thresholds: Results) -> str:
    points = [
        Point(name, one.figures["service_level_ratio"], one.figures["attempts_per_hour"], colour)
        for colour, (name, one) in enumerate(results.policies.items())
    ]
    points += [
        Point("", one.figures["service_level_ratio"], one.figures["attempts_per_hour"], 7)
        for one in thresholds.policies.values()
    ]
    return point_plot(points, "service level", "marketing attempts an hour", (percent, plain))


def _waited(results: Results) -> str:
    bars = []
    for name, one in results.policies.items():
        waited = one.figures["waited_ratio"].mean or 0.0
        behind = one.figures["waited_behind_marketing_ratio"].mean or 0.0
        bars.append(Bar(name, (behind, waited - behind)))
    return bar_plot(bars, ("while an agent was marketing", "while none was"), percent)
