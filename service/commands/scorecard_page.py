"""Scorecards as one page for a browser or a printer, in English and Chinese by a switch.

The page holds everything it needs; both languages are in it, and a style rule hides one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from service.commands import scorecard_words as words
from service.commands.scorecard_fields import GROUPS, Card
from service.commands.scorecard_table import NOBODY, figure, interval_of
from service.commands.scorecard_words import Words
from simulation.report import document, percent
from simulation.report_plots import Bar, bar_plot, interval_plot
from simulation.results_student import Interval

_STYLE = """
.zh, #zh:checked ~ main .en { display: none } #zh:checked ~ main .zh { display: inline }
body { max-width: 1160px } table { font-size: 14px } td { white-space: nowrap }
dt { font-weight: 600 } dd { margin: 0 0 .4rem 1rem }
figure { display: inline-block; width: 48%; margin: 1rem 1% 0 0; vertical-align: top }
@media print { input, label { display: none } section { break-inside: avoid }
  body { max-width: none; margin: 0; font-size: 11px } .wide { overflow: visible } }
@page { size: A4 landscape; margin: 12mm }
"""
_SWITCH = (
    '<input type="radio" name="language" id="en" checked><label for="en">English</label> '
    '<input type="radio" name="language" id="zh"><label for="zh" lang="zh-CN">中文</label>'
)
_PICTURES = {
    "quality": ("satisfaction_ratio", "recontacted_ratio"),
    "productivity": ("occupancy_ratio", "adherence_ratio"),
    "marketing": ("against_expected", "weighted_milli"),
}
_AS_EXPECTED = 1.0


def scorecard_page(
    by: str, period: str, cards: Sequence[Card], total: Card, not_measured: Mapping[str, Words]
) -> str:
    """Return the page; `period` is for people, `not_measured` what nobody has, with why."""
    body = [
        f"<h1>{_both(words.TITLE)} {_both(words.BY[by])}</h1>",
        f"<p>{escape(period)}. {_both(words.READING)}</p>",
    ]
    if cards:
        body += [_group(name, by, cards, total) for name in GROUPS]
    else:
        body.append(f"<p>{_both(words.NOTHING)}</p>")
    body += [_missing(not_measured), _meanings()]
    main = f"{_SWITCH}<main>{''.join(body)}</main>"
    return document(f"{words.TITLE.english}, {period}", main, _STYLE)


def _both(text: Words) -> str:
    """Return a text in both languages; the switch shows one."""
    return (
        f'<span class="en">{escape(text.english)}</span>'
        f'<span class="zh" lang="zh-CN">{escape(text.chinese)}</span>'
    )


def _group(name: str, by: str, cards: Sequence[Card], total: Card) -> str:
    pictures = "".join(_picture(figure_name, cards) for figure_name in _PICTURES[name])
    return (
        f"<section><h2>{_both(words.GROUPS[name])}</h2>{_table(name, by, cards, total)}"
        f"{pictures}</section>"
    )


def _table(group: str, by: str, cards: Sequence[Card], total: Card) -> str:
    names = [name for name in GROUPS[group] if name in words.HEADINGS]
    head = "".join(f"<th>{_both(words.HEADINGS[name])}</th>" for name in names)
    rows = [(escape(str(card["name"]) or NOBODY), card) for card in cards]
    if len(cards) > 1:
        rows.append((_both(words.TOTAL), total))
    lines = "".join(
        f"<tr><td>{label}</td>" + "".join(_cell(card, name) for name in names) + "</tr>"
        for label, card in rows
    )
    first = _both(words.NAMES[by])
    return f'<div class="wide"><table><tr><th>{first}</th>{head}</tr>{lines}</table></div>'


def _cell(card: Card, name: str) -> str:
    low, high = interval_of(card, name)
    shown = escape(figure(name, card[name]))
    if low is not None and high is not None:
        shown += f"<small>{escape(figure(name, low))} &ndash; {escape(figure(name, high))}</small>"
    return f"<td>{shown}</td>"


def _picture(name: str, cards: Sequence[Card]) -> str:
    """Return a picture of one figure of all cards, nothing if none of them has it."""
    drawn = "".join(_drawn(name, cards))
    if not drawn:
        return ""
    caption = _both(words.CAPTIONS[name])
    return f"<figure><figcaption>{caption}</figcaption>{drawn}</figure>"


def _drawn(name: str, cards: Sequence[Card]) -> Iterator[str]:
    measured = [(str(card["name"]) or NOBODY, card) for card in cards if card[name] is not None]
    if not measured:
        return
    if name.endswith("_milli"):
        bars = [Bar(label, (_number(card[name]) or 0.0,)) for label, card in measured]
        yield bar_plot(bars, (), lambda value: figure(name, value))
        return
    rows = []
    for label, card in measured:
        low, high = interval_of(card, name)
        rows.append((label, Interval(_number(card[name]), _number(low), _number(high))))
    if name.endswith("_ratio"):
        yield interval_plot(rows, percent, (0.0, 1.0))
    else:
        yield interval_plot(
            rows, lambda value: f"{value:.2f}", (0.0, 2 * _AS_EXPECTED), mark=_AS_EXPECTED
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _missing(not_measured: Mapping[str, Words]) -> str:
    """Return the list of what was not measured, with the reasons."""
    if not not_measured:
        return ""
    entries = "".join(
        f"<li>{_both(words.HEADINGS[name])}: {_both(why)}</li>"
        for name, why in not_measured.items()
    )
    return f"<section><h2>{_both(words.NOT_MEASURED)}</h2><ul>{entries}</ul></section>"


def _meanings() -> str:
    entries = "".join(
        f"<dt>{_both(words.HEADINGS[name])}</dt><dd>{_both(text)}</dd>"
        for name, text in words.EXPLAINED.items()
    )
    return f"<section><h2>{_both(words.MEANINGS)}</h2><dl>{entries}</dl></section>"
