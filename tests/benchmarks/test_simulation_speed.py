"""The simulator's benchmark measures what it says; how fast is not a test's business."""

from __future__ import annotations

import pytest

from benchmarks.simulation import measure_simulation


def test_both_models_are_measured() -> None:
    pytest.importorskip("simpy", reason="simpy, a development tool, is not installed")
    figures = measure_simulation(lambda line: None, quick=True)
    assert set(figures) == {"contacts_per_second", "simpy_contacts_per_second", "ratio"}
    ours, theirs = figures["contacts_per_second"], figures["simpy_contacts_per_second"]
    assert figures["ratio"] == pytest.approx(ours / theirs)
