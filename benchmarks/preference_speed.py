"""How long ranking 200 products and learning one reaction take."""

from __future__ import annotations

from random import Random
from time import perf_counter_ns, thread_time_ns
from typing import Any

from marketing.preferences import Preferences
from simulation.taste_population import given_population

CONTACTS = 2000


def measure_speed(contacts: int = CONTACTS) -> dict[str, Any]:
    """Return percentiles in milliseconds, by the clock and of the processor's time alone.

    On a busy machine the clock also counts the time in which other programs had the processor.
    """
    draws = Random(1)
    population = given_population()
    candidates = population.candidates
    by_id = {one.product_id: one for one in candidates}
    model = Preferences()
    ranked: list[tuple[int, int]] = []
    learned: list[tuple[int, int]] = []
    for number in range(contacts):
        context = population.visitor(draws.random).context
        began = perf_counter_ns(), thread_time_ns()
        selection = model.rank(candidates, context, number)
        ranked.append(_since(began))
        for product in selection.products:
            accepted = draws.random() < product.chance
            began = perf_counter_ns(), thread_time_ns()
            model.apply(model.learn(context, by_id[product.product_id], accepted))
            learned.append(_since(began))
    return {"products": len(candidates), "rank_ms": _both(ranked), "learn_ms": _both(learned)}


def _since(began: tuple[int, int]) -> tuple[int, int]:
    return perf_counter_ns() - began[0], thread_time_ns() - began[1]


def _both(times: list[tuple[int, int]]) -> dict[str, dict[str, float]]:
    return {
        name: _percentiles(sorted(one[which] for one in times))
        for which, name in enumerate(("clock", "processor"))
    }


def _percentiles(times_ns: list[int]) -> dict[str, float]:
    return {
        f"p{percent}": round(times_ns[len(times_ns) * percent // 100] / 1e6, 3)
        for percent in (50, 90, 99)
    }
