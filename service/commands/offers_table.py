"""The figures of `tidegate offers benchmark` as text for people."""

from __future__ import annotations

from typing import Any

from benchmarks.preference_engine_suite import engine_targets
from benchmarks.preference_suite import targets


def in_words(figures: dict[str, Any]) -> str:
    """Return all figures, and the targets at the end."""
    lines = [f"{key:12}{value}" for key, value in figures["machine"].items()]
    lines += ["", "tastes: share of the oracle's value, first and second half"]
    for name, one in figures["tastes"].items():
        lines.append(f"  {name:12}{one['runs']:>4} runs  {one['early']:.3f} {one['late']:.3f}")
    lines += ["", "bank", *(f"  {line}" for line in _bank(figures["bank"]))]
    lines += ["", "speed, milliseconds"]
    for name in ("rank_ms", "learn_ms"):
        for by, times in figures["speed"][name].items():
            text = "".join(f"  {key} {value:.3f}" for key, value in times.items())
            lines.append(f"  {name.removesuffix('_ms'):8}{by:12}{text}")
    return "\n".join([*lines, *_targets(targets(figures))])


def engine_in_words(figures: dict[str, Any]) -> str:
    """Return the figures of `--through-engine`, and the targets at the end."""
    lines = [f"{key:12}{value}" for key, value in figures["machine"].items()]
    lines += [
        "",
        "tastes through the engine: share of an oracle's value, first and second half",
        f"  {'population':12}{'consent, fatigue':>18}{'runs':>6}{'same permissions':>18}"
        f"{'free oracle':>15}{'rounds':>9}{'opt-outs':>10}",
    ]
    for name, ways in figures["engine"].items():
        for way, one in ways.items():
            same, free = (
                f"{one[of]['early']:.3f} {one[of]['late']:.3f}" for of in ("permitted", "free")
            )
            lines.append(
                f"  {name:12}{way:>18}{one['permitted']['runs']:>6}{same:>18}{free:>15}"
                f"{one['rounds']:>9.0f}{one['opt_outs']:>10.1f}"
            )
    lines += ["", "on: contacts with an open gate and nothing to present, per run, by code"]
    for name, ways in figures["engine"].items():
        codes = "  ".join(f"{code} {count:.0f}" for code, count in ways["on"]["denied"].items())
        lines.append(f"  {name:12}{codes}")
    return "\n".join([*lines, *_targets(engine_targets(figures))])


def _targets(found: list[tuple[str, float, str, bool]]) -> list[str]:
    lines = ["", f"{'target':46}{'measured':>10}  wanted"]
    for name, value, wanted, met in found:
        lines.append(f"{name:46}{value:>10.4f}  {wanted}{'' if met else '   NOT MET'}")
    return lines


def _bank(bank: dict[str, Any]) -> list[str]:
    lines = [f"{bank['rows']:,} rows, {bank['splits']} splits into 10 folds; {bank['peer']}"]
    lines += [
        f"{key:24}{bank[key]:.4f}"
        for key in (
            "auc",
            "peer_auc",
            "auc_over_peer",
            "pooled_auc",
            "pooled_auc_over_peer",
            "calibration_error",
        )
        if key in bank
    ]
    for one in bank["calibration_bins"]:
        lines.append(f"predicted {one['predicted']:.3f}  accepted {one['accepted']:.3f}")
    return lines
