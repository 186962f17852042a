"""The report of `tidegate offers benchmark`: its figures and a calibration plot, as files."""

from __future__ import annotations

from html import escape
from math import sqrt
from pathlib import Path
from typing import Any

SIZE, EDGE = 420, 50


def write_preference_report(folder: Path, bank: dict[str, Any], words: str) -> None:
    """Write `report.html` and `calibration.svg` into the folder, which must exist."""
    plot = calibration_plot(bank["calibration_bins"])
    (folder / "calibration.svg").write_text(plot, "utf-8")
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Preference model</title>'
        '<body style="font-family:sans-serif;max-width:60rem;margin:2rem auto">'
        f"<h1>Preference model</h1><h2>Calibration: the bank's contacts</h2>{plot}"
        f"<h2>Figures</h2><pre>{escape(words)}</pre></body></html>\n"
    )
    (folder / "report.html").write_text(page, "utf-8")


def calibration_plot(bins: list[dict[str, Any]]) -> str:
    """Return an SVG: predicted chance across, share that accepted up, with 95 % intervals.

    Each point is one of ten bins with equal counts; a calibrated model's lie on the diagonal. The
    intervals are those of a share among as many rows (normal approximation).
    """
    top = 1.15 * max(max(one["predicted"], one["accepted"]) for one in bins) or 1.0
    inner = SIZE - 2 * EDGE

    def across(value: float) -> float:
        return round(EDGE + inner * value / top, 1)

    def up(value: float) -> float:
        return round(SIZE - EDGE - inner * min(value, top) / top, 1)

    parts = [
        f'<rect x="{EDGE}" y="{EDGE}" width="{inner}" height="{inner}" fill="none" stroke="#888"/>',
        f'<path d="M{across(0)} {up(0)}L{across(top)} {up(top)}" stroke="#888"'
        ' stroke-dasharray="4"/>',
    ]
    for one in bins:
        at, share = across(one["predicted"]), one["accepted"]
        wide = 1.96 * sqrt(share * (1.0 - share) / one["rows"])
        parts.append(
            f'<path d="M{at} {up(max(share - wide, 0.0))}V{up(share + wide)}" stroke="#06c"/>'
            f'<circle cx="{at}" cy="{up(share)}" r="4" fill="#06c"/>'
        )
    for tick in range(5):
        value = top * tick / 4
        parts.append(
            f'<text x="{across(value)}" y="{SIZE - EDGE + 18}" text-anchor="middle">'
            f"{value:.2f}</text>"
            f'<text x="{EDGE - 6}" y="{up(value) + 4}" text-anchor="end">{value:.2f}</text>'
        )
    parts.append(
        f'<text x="{SIZE / 2}" y="{SIZE - 10}" text-anchor="middle">predicted chance</text>'
        f'<text x="{EDGE}" y="{EDGE - 12}">share that accepted, 95 % interval</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}"'
        f' font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )
