"""The figures of `tidegate offers benchmark` as text for people."""

from __future__ import annotations

from typing import Any

from benchmarks.preference_suite import targets


def in_words(figures: dict[str, Any]) -> str:
    """Return all figures, and the targets at the end."""
    lines = [f"{key:12}{value}" for key, value in figures["machine"].items()]
    lines += ["", "tastes: share of the oracle's value, first and second half"]
    lines.append(f"  {'population':12}{'free':>16}{'two of a category':>22}{'same rule':>16}")
    for name, scores in figures["tastes"].items():
        parts = (scores["free"], scores["ruled_of_free_oracle"], scores["ruled"])
        free, ruled, same = (f"{one['early']:.3f} {one['late']:.3f}" for one in parts)
        lines.append(f"  {name:12}{free:>16}{ruled:>22}{same:>16}")
    lines.append("  (same rule: the oracle, too, presents at most two of a category)")
    lines += ["", "bank", *(f"  {line}" for line in _bank(figures["bank"]))]
    lines += ["", "speed, milliseconds"]
    for name in ("rank_ms", "learn_ms"):
        for by, times in figures["speed"][name].items():
            text = "".join(f"  {key} {value:.3f}" for key, value in times.items())
            lines.append(f"  {name.removesuffix('_ms'):8}{by:12}{text}")
    lines += ["", f"{'target':40}{'measured':>10}  wanted"]
    for name, value, wanted, met in targets(figures):
        lines.append(f"{name:40}{value:>10.4f}  {wanted}{'' if met else '   NOT MET'}")
    return "\n".join(lines)


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
