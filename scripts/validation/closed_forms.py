"""Queues without marketing, against closed forms: Erlang, general service, priority classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.base import HOUR_MS
from gate.erlang import ErlangQueue, queue_figures
from gate.general_service import (
    wait_approximation_ms,
    wait_bounds_ms,
    wait_with_fixed_service_ms,
    wait_with_one_agent_ms,
)
from gate.priority import priority_waits_ms
from scripts.validation import models as m
from scripts.validation.estimates import Control, Estimate, estimate
from scripts.validation.page import Finding, table
from scripts.validation.verdicts import MISSED, Agreement
from simulation.results_counts import ReplicationCounts

REPLICATIONS, HOURS = 24, 24
GENERAL = (
    (1, 0.70, 0.5),
    (1, 0.70, 2.0),
    (1, 0.70, 0.0),
    (2, 0.90, 0.5),
    (2, 0.90, 2.0),
    (20, 0.90, 0.5),
    (20, 0.90, 2.0),
    (20, 0.90, 0.0),
)
MOST_HOURS = 31 * 24


def erlang() -> Finding:
    """M/M/N and M/M/N+M against Erlang's formulas."""
    agreement = Agreement()
    rows = table(
        "model | service level | exact | abandoned | exact | ASA, s | exact",
        _erlang_rows(agreement),
    )
    text = (
        f"20 agents; each row {REPLICATIONS} replications of {HOURS} hours after 2 of warm-up."
        " Exact: Erlang C and Erlang A (`gate/erlang.py`; Erlang 1917, Palm 1957, Baccelli and"
        f" Hebuterne 1981).\n\n{rows}\n\n{agreement.text()}"
    )
    return Finding("M/M/N and M/M/N+M", text, agreement.is_good)


def _erlang_rows(agreement: Agreement) -> Iterator[str]:
    seed = 0
    for load in (0.80, 0.90):
        for patience_ms in (None, m.PATIENCE_MS):
            seed += 1
            per_hour = m.per_hour_at(load, 20)
            one = m.scenario(20, [m.queue(per_hour, patience_ms)], HOURS, warm_up_hours=2)
            runs = m.simulated(one, ["never"], REPLICATIONS, seed)["never"]
            exact = queue_figures(ErlangQueue(20, per_hour, m.SERVICE_MS, patience_ms), 20_000)
            controls = controls_of(runs, per_hour, 20 * exact.occupancy_ratio)
            cells = [
                agreement.cell(
                    estimate([m.service_level(run) for run in runs], controls),
                    exact.service_level_ratio,
                    4,
                ),
                agreement.cell(
                    estimate([m.abandoned(run) for run in runs], controls),
                    exact.abandoned_ratio,
                    4,
                )
                if patience_ms
                else "0 | 0",
                agreement.cell(
                    estimate([m.asa_s(run) for run in runs], controls), exact.asa_ms / 1000, 2
                ),
            ]
            name = "M/M/N" if patience_ms is None else "M/M/N+M"
            yield f"{name}, load {load:.2f} | {' | '.join(cells)}"


def controls_of(
    runs: list[ReplicationCounts], per_hour: float, busy_agents: float
) -> list[Control]:
    """Return arrivals and agents' work as controls: what they are in the long run is known."""
    return [
        Control([m.arrived_per_hour(run) for run in runs], per_hour),
        Control([m.busy_agents(run) for run in runs], busy_agents),
    ]


def general() -> Finding:
    """M/G/N with lognormal and fixed service against exact values and proven bounds."""
    agreement = Agreement()
    bounded: list[bool] = []
    rows = table(
        "agents | load | service | mean wait, s | exact | lower bound | upper bound |"
        " within bounds | approximation | off by",
        _general_rows(agreement, bounded),
    )
    text = (
        "Nobody leaves. Exact where it is known: one agent (Pollaczek and Khinchine), fixed service"
        " (Crommelin 1932). Proven bounds: Brumelle 1971 below, Wolff 1977 with Kingman 1962 above;"
        " with many agents they are wide. The approximation of Lee and Longton (1959; Allen and"
        " Cunneen), (1 + cv²)/2 times the wait of M/M/N, is no bound; 'off by' is how far the"
        " simulated wait is from it (`gate/general_service.py`).\n\n"
        f"{rows}\n\n{agreement.text()}"
    )
    return Finding("M/G/N", text, agreement.is_good and all(bounded))


def _general_rows(agreement: Agreement, bounded: list[bool]) -> Iterator[str]:
    for seed, (agents, load, cv) in enumerate(GENERAL, start=11):
        per_hour = m.per_hour_at(load, agents)
        hours = min(MOST_HOURS, 24 * 20 * 3 / agents)
        service = _service(cv)
        queue = m.queue(per_hour, None, service_ms=service)
        one = m.scenario(agents, [queue], hours, warm_up_hours=24)
        runs = m.simulated(one, ["never"], REPLICATIONS, seed)["never"]
        exact_queue = ErlangQueue(agents, per_hour, m.SERVICE_MS)
        controls = controls_of(runs, per_hour, exact_queue.offered_load)
        found = estimate([m.asa_s(run) for run in runs], controls)
        exact_ms = _exact_ms(exact_queue, cv)
        if exact_ms is None:
            seen = f"{found.text(1)} | -"
        else:
            seen = agreement.cell(found, exact_ms / 1000, 1)
        low, high = (each / 1000 for each in wait_bounds_ms(exact_queue, cv))
        bounded.append(_is_between(found, low, high))
        near = wait_approximation_ms(exact_queue, cv) / 1000
        cells = [
            f"{agents} | {load:.2f} | {'fixed' if cv == 0 else f'lognormal, cv {cv:g}'} | {seen}",
            f"{low:.1f} | {high:.1f} | {'yes' if bounded[-1] else MISSED}",
            f"{near:.1f} | {found.mean / near - 1:+.1%}",
        ]
        yield " | ".join(cells)


def _service(cv: float) -> dict[str, Any]:
    if cv == 0:
        return {"kind": "fixed", "value": m.SERVICE_MS}
    return {"kind": "lognormal", "mean": m.SERVICE_MS, "cv": cv}


def _exact_ms(queue: ErlangQueue, cv: float) -> float | None:
    if queue.agents == 1:
        return wait_with_one_agent_ms(queue, cv)
    return wait_with_fixed_service_ms(queue) if cv == 0 else None


def _is_between(found: Estimate, low: float, high: float) -> bool:
    return found.high >= low and found.low <= high


def priority() -> Finding:
    """Two priority classes against Cobham's formula."""
    agreement = Agreement()
    rows = table("agents | load | class | share | mean wait, s | exact", _priority_rows(agreement))
    text = (
        "`strict_priority`, no interruption, nobody leaves; both classes have the same exponential"
        " service. Exact: Cobham 1954, Kella and Yechiali 1985 (`gate/priority.py`).\n\n"
        f"{rows}\n\n{agreement.text()}"
    )
    return Finding("Priority classes", text, agreement.is_good)


def _priority_rows(agreement: Agreement) -> Iterator[str]:
    for seed, (agents, load, share) in enumerate(((10, 0.80, 0.5), (10, 0.90, 0.2)), start=21):
        per_hour = load * agents * HOUR_MS / m.SERVICE_MS
        rates = [share * per_hour, (1 - share) * per_hour]
        keys = {"strict_priority": True, "priority_step_ms": 0}
        queues = [
            m.queue(rates[0], None, queue_id="urgent", priority=1, **keys),
            m.queue(rates[1], None, queue_id="other", **keys),
        ]
        one = m.scenario(agents, queues, 2 * HOURS, warm_up_hours=4)
        runs = m.simulated(one, ["never"], REPLICATIONS, seed)["never"]
        controls = controls_of(runs, per_hour, load * agents)
        exact = priority_waits_ms(agents, rates, m.SERVICE_MS)
        names = ("urgent", "other")
        for name, part, wait_ms in zip(names, (share, 1 - share), exact, strict=True):
            found = estimate([m.asa_s(run, name) for run in runs], controls)
            cell = agreement.cell(found, wait_ms / 1000, 2)
            yield f"{agents} | {load:.2f} | {name} | {part:.0%} | {cell}"
