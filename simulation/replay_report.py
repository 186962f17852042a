"""The report of a replay: one HTML page that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from simulation.replay_gate import GateComparison
from simulation.replay_json import ReplayAbout, clock_of
from simulation.replay_results import ReplayPart, ReplayResults
from simulation.replay_words import DEFINITIONS, QUIET
from simulation.report import figures_table, page, percent, plain, seconds, section
from simulation.report_plots import Bar, Line, bar_plot, line_plot
from simulation.results import BASELINE, Intervals
from simulation.results_student import Interval

OUTCOME = ("arrived", "answered", "abandoned", "service_level_ratio", "asa_ms", "waiting_minutes")
FOUND = (
    "attempts",
    "marketing_minutes",
    "quiet_marketing_minutes",
    "service_level_ratio",
    "asa_ms",
    "abandoned",
    "occupancy_ratio",
)
COST = (
    "asa_ms_added",
    "service_level_ratio_added",
    "abandoned_added",
    "waited_added",
    "waiting_minutes_added",
    "waited_behind_marketing",
    "value",
    "net_value",
)


def write_replay_report(
    about: ReplayAbout, results: ReplayResults, gate: GateComparison | None
) -> str:
    """Return the page. `gate` compares a journal's own gate decisions, if it was one."""
    total, days = results.total, len(results.days)
    sections = [
        section(
            "Recorded, and replayed without marketing", _recorded_table(results), _RECORDED_ABOUT
        ),
        *_recorded_by_half_hour(results),
        section("What each policy finds", figures_table("policy", total.policies, FOUND), QUIET),
        section(
            "Marketing minutes by half-hour",
            line_plot(_policy_lines(results, "marketing_minutes", days), _places(results), plain),
            f"On average of {days} day(s). {total.quiet} of {total.half_hours} half-hours of all"
            f" days are quiet; by time of day, quiet on every day: {_quiet_times(results)}.",
        ),
        *_waits_by_half_hour(results),
        section(
            "What it costs in waiting",
            figures_table("policy", _without_never(total), COST) + _waiting_bars(total),
            _COST_ABOUT,
        ),
        section("Day by day", figures_table("day, policy", _by_day(results), (*FOUND, *COST))),
        *([] if gate is None else [section("The gate's own decisions", _gate(gate), _GATE_ABOUT)]),
        section("How it was done, and its limits", _list(about.assumptions)),
        section("Words", _list(f"{name}: {words}." for name, words in DEFINITIONS.items())),
    ]
    lead = (
        f"{about.source} ({about.kind}): {days} day(s), {results.seeds} seed(s) from {about.seed}"
        " on. Small print and bands: 95 % confidence intervals over seeds."
    )
    return page("Recorded days replayed under other policies", lead, sections)


_RECORDED_ABOUT = (
    "The same calls and the same agents through the engine, and nobody markets: how far the replay"
    " is from what really happened is how far its other figures may be trusted."
)
_COST_ABOUT = (
    'More than with the policy "never" and the same seed. The bars: who had to wait, as a share of'
    " all, while somebody who could have served them was marketing when they came, and others."
)
_GATE_ABOUT = (
    "What each policy would have answered in the very states in which the journal's gate decided,"
    " one by one; what would have followed from another answer is not followed here."
)


def _recorded_table(results: ReplayResults) -> str:
    rows: dict[str, Intervals] = {}
    parts = {**results.days, **({"all": results.total} if len(results.days) > 1 else {})}
    for date, part in parts.items():
        rows[f"{date} recorded"] = {name: _sure(part.recorded[name]) for name in OUTCOME}
        rows[f"{date} replayed"] = part.policies[BASELINE]
    return figures_table("day", rows, OUTCOME)


def _recorded_by_half_hour(results: ReplayResults) -> list[str]:
    parts, days = results.half_hours.values(), len(results.days)

    def both(name: str, share: float = 1.0) -> list[Line]:
        recorded = [_scaled(_sure(one.recorded[name]), share) for one in parts]
        replayed = [_scaled(one.policies[BASELINE][name], share) for one in parts]
        return [Line("recorded", recorded), Line("replayed without marketing", replayed)]

    return [
        section(title, line_plot(lines, _places(results), show))
        for title, lines, show in (
            ("Answered per half-hour, average day", both("answered", 1 / days), plain),
            ("Abandoned per half-hour, average day", both("abandoned", 1 / days), plain),
            ("Service level by half-hour", both("service_level_ratio"), percent),
            ("Mean wait of the answered by half-hour", both("asa_ms"), seconds),
        )
    ]


def _waits_by_half_hour(results: ReplayResults) -> list[str]:
    places = _places(results)
    return [
        section(
            "Mean wait by half-hour and policy",
            line_plot(_policy_lines(results, "asa_ms"), places, seconds),
        ),
        section(
            "Service level by half-hour and policy",
            line_plot(_policy_lines(results, "service_level_ratio"), places, percent),
        ),
    ]


def _policy_lines(results: ReplayResults, name: str, divided_by: int = 1) -> list[Line]:
    parts = results.half_hours.values()
    return [
        Line(policy, [_scaled(one.policies[policy][name], 1 / divided_by) for one in parts])
        for policy in results.total.policies
    ]


def _waiting_bars(part: ReplayPart) -> str:
    bars = []
    for name, figures in part.policies.items():
        arrived = figures["arrived"].mean or 1.0
        behind = (figures["waited_behind_marketing"].mean or 0.0) / arrived
        bars.append(Bar(name, (behind, (figures["waited"].mean or 0.0) / arrived - behind)))
    return bar_plot(bars, ("while an agent was marketing", "others"), percent)


def _by_day(results: ReplayResults) -> dict[str, Intervals]:
    return {
        f"{date}, {name}": figures
        for date, part in results.days.items()
        for name, figures in part.policies.items()
    }


def _without_never(part: ReplayPart) -> Mapping[str, Intervals]:
    return {name: one for name, one in part.policies.items() if name != BASELINE}


def _gate(gate: GateComparison) -> str:
    head = "".join(f"<th>{one}</th>" for one in ("same", "would grant", "would deny", "unknown"))
    body = "".join(
        f"<tr><td>{escape(name)}</td><td>{one.same}</td><td>{one.grants}</td>"
        f"<td>{one.denies}</td><td>{one.unknown}</td></tr>"
        for name, one in gate.answers.items()
    )
    lead = (
        f"{gate.decisions} decisions, {gate.granted} granted; {gate.overruled} were not the"
        " policy's."
    )
    return f"<p>{lead}</p><table><tr><th>policy</th>{head}</tr>{body}</table>"


def _quiet_times(results: ReplayResults) -> str:
    quiet = [
        clock_of(slot) for slot, one in results.half_hours.items() if one.quiet == one.half_hours
    ]
    return ", ".join(quiet) or "none"


def _places(results: ReplayResults) -> Sequence[str]:
    return [clock_of(slot) for slot in results.half_hours]


def _list(sentences: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in sentences) + "</ul>"


def _sure(value: float | None) -> Interval:
    return Interval(value, None, None)


def _scaled(one: Interval, factor: float) -> Interval:
    return Interval(*(None if value is None else value * factor for value in one))
