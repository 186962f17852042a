"""Small plots as inline SVG: lines with their intervals, points with crosses, stacked bars.

Colours and text follow the page's style sheet (`report.py`), so plots fit light and dark pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from simulation.results_student import Interval

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 44
TICKS = 5

Show = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A named line: its heights, one for each place along the axis."""

    name: str
    heights: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Point:
    """A named point, sure within two intervals; `colour` is its number in the style sheet."""

    name: str
    across: Interval
    up: Interval
    colour: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A named bar made of parts that stand on each other."""

    name: str
    parts: Sequence[float]


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, drawn from `start` to `end` (pixels)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value is drawn."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Return round numbers along the axis."""
        rough = (self.high - self.low) / TICKS
        power = 10 ** floor(log10(rough))
        step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * 0.999)
        first = ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, floor(self.high / step + 1e-9) + 1)]


def line_plot(lines: Sequence[Line], places: Sequence[str], show: Show) -> str:
    """Return lines over `places` (their labels); the band around each is its 95 % interval."""
    up = _height_scale([height for line in lines for height in line.heights])
    across = Scale(0, max(len(places) - 1, 1), LEFT, WIDTH - RIGHT)
    drawn = [*_up_axis(up, show), *_place_axis(across, places)]
    for colour, line in enumerate(lines):
        drawn.append(_band(line, across, up, colour))
        drawn.append(_path(line, across, up, colour))
    return _svg(drawn) + legend(line.name for line in lines)


def point_plot(
    points: Sequence[Point], across_name: str, up_name: str, show: tuple[Show, Show]
) -> str:
    """Return points with a cross each; points that share a colour are joined, in order."""
    across = _scale([one for p in points for one in _ends(p.across)], LEFT, WIDTH - RIGHT)
    up = _scale([one for p in points for one in _ends(p.up)], HEIGHT - BOTTOM, TOP)
    drawn = [*_up_axis(up, show[1])]
    drawn += [
        _text(across.at(tick), HEIGHT - BOTTOM + 16, show[0](tick), "middle")
        for tick in across.ticks()
    ]
    drawn.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, across_name, "middle"))
    drawn.append(_text(LEFT, TOP - 2, up_name, "start"))
    drawn += _joined(points, across, up)
    drawn += [_cross(point, across, up) for point in points]
    return _svg(drawn)


def bar_plot(bars: Sequence[Bar], names: Sequence[str], show: Show) -> str:
    """Return one bar per line, lying; `names` are those of the parts, none: there is but one."""
    longest = max((sum(bar.parts) for bar in bars), default=0.0) or 1.0
    across = Scale(0, longest, LEFT + 120, WIDTH - 80)
    drawn = []
    for index, bar in enumerate(bars):
        top, reached = 8 + index * 28, 0.0
        drawn.append(_text(LEFT + 112, top + 15, bar.name, "end"))
        for colour, part in enumerate(bar.parts):
            left, right = across.at(reached), across.at(reached + part)
            title = names[colour] if names else bar.name
            drawn.append(
                f'<rect class="f{colour}" x="{left}" y="{top}" width="{right - left:.1f}"'
                f' height="20"><title>{escape(f"{title}: {show(part)}")}</title></rect>'
            )
            reached += part
        drawn.append(_text(across.at(reached) + 6, top + 15, show(reached), "start"))
    return _svg(drawn, 16 + 28 * len(bars)) + (legend(names) if names else "")


def interval_plot(
    rows: Sequence[tuple[str, Interval]],
    show: Show,
    at_least: tuple[float, float],
    mark: float | None = None,
) -> str:
    """Return a named dot with its interval per row; the axis covers `at_least`, shows `mark`."""
    dots = [one.mean for _, one in rows if one.mean is not None]
    whole = Interval(None, min([*dots, at_least[0]]), max([*dots, at_least[1]]))
    across = _scale(_ends(whole), LEFT + 120, WIDTH - 80)
    bottom = 8 + 28 * len(rows)
    drawn = [_upright(across.at(tick), bottom, show(tick)) for tick in across.ticks()]
    if mark is not None:
        drawn.append(_upright(across.at(mark), bottom, "", "s0"))
    for index, (name, one) in enumerate(rows):
        y = 22 + 28 * index
        drawn += [_text(LEFT + 112, y + 4, name, "end"), _dot(one, across, y, show)]
    return _svg(drawn, bottom + 28)


def _upright(x: float, bottom: float, text: str, kind: str = "grid") -> str:
    line = f'<line class="{kind}" x1="{x}" x2="{x}" y1="8" y2="{bottom}"/>'
    return line + _text(x, bottom + 18, text, "middle")


def _dot(one: Interval, across: Scale, y: int, show: Show) -> str:
    if one.mean is None:
        return ""
    drawn = f'<circle class="f1" cx="{across.at(one.mean)}" cy="{y}" r="5"/>'
    if one.low is not None and one.high is not None:
        first, last = across.at(max(one.low, across.low)), across.at(min(one.high, across.high))
        drawn += f'<line class="s1" x1="{first}" x2="{last}" y1="{y}" y2="{y}"/>'
    return drawn + _text(WIDTH - 72, y + 4, show(one.mean), "start")


def legend(names: Iterable[str]) -> str:
    """Return names beside their colours."""
    entries = (
        f'<span class="key"><i class="k{colour}"></i>{escape(name)}</span>'
        for colour, name in enumerate(names)
    )
    return f'<p class="legend">{"".join(entries)}</p>'


def _svg(drawn: Iterable[str], height: int = HEIGHT) -> str:
    inside = "".join(drawn)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{inside}</svg>'


def _ends(one: Interval) -> list[float]:
    return [value for value in (one.mean, one.low, one.high) if value is not None]


def _scale(seen: Sequence[float], start: float, end: float) -> Scale:
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    margin = (high - low) * 0.05 or 0.5
    return Scale(low - margin, high + margin, start, end)


def _height_scale(heights: Sequence[Interval]) -> Scale:
    """Fit the means and zero, with half as much again for wide bands, which may be cut off."""
    means = [one.mean for one in heights if one.mean is not None]
    low, high = min(means, default=0.0), max(means, default=1.0)
    low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) / 2 or 0.5
    highest = max((end for one in heights for end in _ends(one)), default=1.0)
    lowest = min((end for one in heights for end in _ends(one)), default=0.0)
    least = 0.0 if low >= 0.0 else max(lowest, low - room)
    return Scale(least, max(min(highest, high + room), high + room / 10), HEIGHT - BOTTOM, TOP)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _up_axis(up: Scale, show: Show) -> Iterable[str]:
    for tick in up.ticks():
        y = up.at(tick)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield _text(LEFT - 8, y + 4, show(tick), "end")


def _place_axis(across: Scale, places: Sequence[str]) -> Iterable[str]:
    step = ceil(len(places) / 12)
    for index in range(0, len(places), step):
        yield _text(across.at(index), HEIGHT - BOTTOM + 18, places[index], "middle")


def _band(line: Line, across: Scale, up: Scale, colour: int) -> str:
    sure = [
        (across.at(index), one.low, one.high)
        for index, one in enumerate(line.heights)
        if one.low is not None and one.high is not None
    ]
    upper = [f"{x},{up.at(min(high, up.high))}" for x, _, high in sure]
    lower = [f"{x},{up.at(max(low, up.low))}" for x, low, _ in reversed(sure)]
    return f'<polygon class="b{colour}" points="{" ".join(upper + lower)}"/>'


def _path(line: Line, across: Scale, up: Scale, colour: int) -> str:
    places = [
        f"{across.at(index)},{up.at(one.mean)}"
        for index, one in enumerate(line.heights)
        if one.mean is not None
    ]
    return f'<polyline class="s{colour}" points="{" ".join(places)}"/>'


def _joined(points: Sequence[Point], across: Scale, up: Scale) -> Iterable[str]:
    for colour in dict.fromkeys(point.colour for point in points):
        places = [
            f"{across.at(one.across.mean)},{up.at(one.up.mean)}"
            for one in points
            if one.colour == colour and one.across.mean is not None and one.up.mean is not None
        ]
        yield f'<polyline class="s{colour} thin" points="{" ".join(places)}"/>'


def _cross(point: Point, across: Scale, up: Scale) -> str:
    if point.across.mean is None or point.up.mean is None:
        return ""
    x, y = across.at(point.across.mean), up.at(point.up.mean)
    drawn = f'<circle class="f{point.colour}" cx="{x}" cy="{y}" r="4"/>'
    for one, scale, is_across in ((point.across, across, True), (point.up, up, False)):
        if one.low is not None and one.high is not None:
            first, last = scale.at(one.low), scale.at(one.high)
            ends = (first, last, y, y) if is_across else (x, x, first, last)
            places = 'x1="{}" x2="{}" y1="{}" y2="{}"'.format(*ends)
            drawn += f'<line class="s{point.colour} thin" {places}/>'
    return drawn + _text(x + 7, y - 6, point.name, "start")
