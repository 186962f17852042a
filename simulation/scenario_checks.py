"""What the models of a scenario cannot see table by table: who serves whom, and whether it can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from config.base import HOUR_MS
from config.problems import Finding, shown
from simulation.scenario import AgentGroup, Scenario, ScenarioQueue
from simulation.scenario_arrivals import segments

MOST_QUEUES_TOGETHER = 10
SAMPLES = 288


def contradictions(scenario: Scenario) -> Iterator[Finding]:
    """Yield everything that makes the scenario impossible, with its place."""
    yield from _given_twice("queues", "queue_id", [one.queue_id for one in scenario.queues])
    yield from _given_twice("groups", "name", [one.name for one in scenario.groups])
    for index, queue in enumerate(scenario.queues):
        yield from _nobody_serves(scenario, queue, index)
        if scenario.tastes is not None and queue.gate.decided_at != "service_complete":
            yield Finding(
                ("queues", index, "gate", "decided_at"),
                shown(queue.gate.decided_at),
                "with [tastes] products are selected when the agent says that service is complete;"
                ' use "service_complete"',
            )
    if arrivals_in(scenario) == 0:
        yield Finding(
            ("duration_ms",),
            shown(scenario.duration_ms),
            "nobody arrives in this time; change start, duration_ms or the queues' arrivals",
        )
    yield from _unstable(scenario)


def arrivals_in(scenario: Scenario) -> float:
    """Return how many contacts are expected in the time that is counted."""
    return sum(_arrivals(scenario, queue) for queue in scenario.queues)


def load_without_leaving(scenario: Scenario, *, marketing: bool) -> float:
    """Return the load of the queues nobody leaves: the work that arrives ÷ what agents can do.

    Of several such queues the set with the highest load counts, against all agents who may serve
    any of the set. With `marketing`, everybody who may be is marketed to. 0 if all can leave.
    """
    stuck = [one for one in scenario.queues if not _can_leave(one)]
    sizes = range(1, len(stuck) + 1) if len(stuck) <= MOST_QUEUES_TOGETHER else (1, len(stuck))
    sets = (chosen for size in sizes for chosen in combinations(stuck, size))
    return max((_load(scenario, chosen, marketing=marketing) for chosen in sets), default=0.0)


def _given_twice(table: str, key: str, names: Sequence[str]) -> Iterator[Finding]:
    times = Counter(names)
    for index, name in enumerate(names):
        if times[name] > 1 and names.index(name) < index:
            yield Finding((table, index, key), shown(name), f"each {key} may be given once")


def _nobody_serves(scenario: Scenario, queue: ScenarioQueue, index: int) -> Iterator[Finding]:
    if not queue.requires:
        yield Finding(
            ("queues", index, "requires"),
            "{}",
            "name at least one skill, with the lowest level that will do, as { bank = 1 }",
        )
    elif not any(group.may_serve(queue) for group in scenario.groups):
        has = "; ".join(f"{group.name}: {_skills(group)}" for group in scenario.groups)
        wanted = ", ".join(f"{skill} = {level}" for skill, level in queue.requires.items())
        yield Finding(
            ("queues", index, "requires"),
            f"{{ {wanted} }}",
            f"nobody can serve this queue; the groups have {has}",
        )


def _skills(group: AgentGroup) -> str:
    return ", ".join(f"{skill} = {level}" for skill, level in group.skills.items()) or "no skills"


def _can_leave(queue: ScenarioQueue) -> bool:
    limits = (queue.patience_ms, queue.max_wait_ms, queue.max_waiting, queue.trunk_lines)
    return any(limit is not None for limit in limits)


def _unstable(scenario: Scenario) -> Iterator[Finding]:
    load = load_without_leaving(scenario, marketing=False)
    if load >= 1.0:
        yield Finding(
            ("queues",),
            None,
            f"the load is {load:.3f} without any marketing, and nobody leaves while waiting: the"
            " queue would grow for ever; give patience_ms, more agents or fewer arrivals",
        )


def _load(scenario: Scenario, queues: Sequence[ScenarioQueue], *, marketing: bool) -> float:
    work_ms = sum(_arrivals(scenario, one) * _handling_ms(one, marketing) for one in queues)
    groups = [one for one in scenario.groups if any(one.may_serve(queue) for queue in queues)]
    if not groups:
        return 0.0  # reported as a queue nobody can serve
    step = scenario.duration_ms / SAMPLES
    moments = [round(scenario.counted_from_ms + (i + 0.5) * step) for i in range(SAMPLES)]
    agents = sum(one.agents_at(at) for one in groups for at in moments) / SAMPLES
    return work_ms / scenario.duration_ms / agents if agents else float("inf")


def _handling_ms(queue: ScenarioQueue, marketing: bool) -> float:
    handling = queue.service_ms.average
    if queue.wrap_up_ms is not None:
        handling += queue.wrap_up_ms.average
    elif queue.wrap_up.kind != "none":
        handling += queue.wrap_up.duration_ms
    if marketing and queue.marketing_ms is not None:
        handling += queue.marketing_ms.average * queue.may_market_ratio
    return handling


def _arrivals(scenario: Scenario, queue: ScenarioQueue) -> float:
    pieces = segments(queue.arrivals, scenario.counted_from_ms, scenario.end_ms)
    return sum((one.until_ms - one.from_ms) * one.per_hour for one in pieces) / HOUR_MS
