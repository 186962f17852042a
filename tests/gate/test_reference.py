"""Every row of the reference table: figures of never, always, the optimum, captured shares."""

from __future__ import annotations

from functools import cache

import pytest

from gate.solver import rules
from gate.solver.blocks import Actions
from gate.solver.figures import evaluate, wait_figures
from gate.solver.optimum import solve
from tests.gate.reference import Row, rows

ROWS = rows()
EACH = pytest.mark.parametrize("index", range(len(ROWS)), ids=[str(row) for row in ROWS])


@cache
def optimum(index: int) -> Actions:
    model = ROWS[index].model
    return rules.priced(model, solve(model).table)


@cache
def value_of_never(index: int) -> float:
    model = ROWS[index].model
    return evaluate(model, rules.never(model)).value_per_hour


def captured(index: int, actions: Actions) -> float:
    model, never = ROWS[index].model, value_of_never(index)
    best = evaluate(model, optimum(index)).value_per_hour - never
    return (evaluate(model, actions).value_per_hour - never) / best


def best_threshold(row: Row) -> Actions:
    name = row.figures["bestK"]
    if name == "always":
        return rules.always(row.model)
    return rules.threshold(row.model, int(name.removeprefix("K=")))


@EACH
def test_the_optimum(index: int) -> None:
    row = ROWS[index]
    figures = evaluate(row.model, optimum(index))
    value = figures.value_per_hour - value_of_never(index)
    assert value == pytest.approx(row.number("value_opt_h"), rel=0.002)
    assert figures.attempts_per_hour == pytest.approx(row.number("opt_att_h"), rel=0.003)
    assert figures.abandoned_ratio == pytest.approx(row.number("opt_Pab"), abs=0.0003)
    waits = wait_figures(row.model, optimum(index))
    assert waits.service_level_ratio == pytest.approx(row.number("opt_SL"), abs=0.0005)


@EACH
def test_never_and_always(index: int) -> None:
    row = ROWS[index]
    never, always = rules.never(row.model), rules.always(row.model)
    for name, actions in (("never", never), ("always", always)):
        waits, figures = wait_figures(row.model, actions), evaluate(row.model, actions)
        assert waits.service_level_ratio == pytest.approx(row.number(f"{name}_SL"), abs=0.0005)
        assert figures.abandoned_ratio == pytest.approx(row.number(f"{name}_Pab"), abs=0.0003)
    assert evaluate(row.model, never).attempts_per_hour == 0.0
    attempts = evaluate(row.model, always).attempts_per_hour
    assert attempts == pytest.approx(row.number("always_att_h"), rel=0.001)


@EACH
def test_the_share_that_simple_policies_capture(index: int) -> None:
    row = ROWS[index]
    share = float(row.figures["best_p"].removeprefix("p="))
    expected = {
        "cap_K0": rules.threshold(row.model, 0),
        "cap_hyst11": rules.hysteresis(row.model, 1, 1),
        "cap_best_p": rules.static(row.model, share),
        "cap_always": rules.always(row.model),
        "cap_bestK": best_threshold(row),
    }
    for name, actions in expected.items():
        assert captured(index, actions) == pytest.approx(row.number(name), rel=0.004, abs=0.002)


@EACH
def test_no_other_threshold_is_better_than_the_best(index: int) -> None:
    row = ROWS[index]
    best = captured(index, best_threshold(row))
    for k in range(-8, 3):
        assert captured(index, rules.threshold(row.model, k)) <= best + 1e-4
