"""Agents with several skills, shared out."""

from __future__ import annotations

import pytest

from gate.sharing import shared_out


def test_shared_agents_go_where_the_load_is() -> None:
    alone = shared_out([(10, ["a"]), (6, ["b"])], {"a": 4.0, "b": 1.0})
    assert alone == {"a": 10, "b": 6}
    n_design = shared_out([(10, ["a"]), (10, ["a", "b"])], {"a": 12.0, "b": 4.0})
    assert n_design["a"] == pytest.approx(15, abs=0.01)
    assert n_design["b"] == pytest.approx(5, abs=0.01)
    busy_b = shared_out([(10, ["a"]), (10, ["a", "b"])], {"a": 4.0, "b": 9.0})
    assert busy_b["b"] == pytest.approx(10, abs=0.2)
