"""Recorded days played under several policies with several seeds, on all cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.replay_day import ReplayDay
from simulation.replay_plan import ReplayPlan, ReplaySource
from simulation.results import BASELINE
from simulation.results_counts import ReplicationCounts
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import Policy, parse_policy
from simulation.virtual_pool import Tell, no_garbage_collection, run_tasks

Shared = tuple[Sequence[ReplaySource], int]
Task = tuple[int, int, Policy]


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What to play: every day under every policy, `replications` times with seeds from `seed` on.

    The results do not depend on `jobs`, the number of processes.
    """

    days: Sequence[ReplaySource]
    policies: tuple[Policy, ...]
    replications: int
    seed: int
    jobs: int

    @property
    def names(self) -> list[str]:
        """The policies' names; "never", with which all are compared, is always the first."""
        return list(dict.fromkeys([BASELINE, *(one.name for one in self.policies)]))

    @property
    def tasks(self) -> list[Task]:
        """All there is to play, seed by seed."""
        each = {one.name: one for one in (parse_policy(BASELINE), *self.policies)}.values()
        return [
            (number, day, one)
            for number in range(self.replications)
            for day in range(len(self.days))
            for one in each
        ]


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """A day, with what really happened and what happened under each policy, seed by seed."""

    plan: ReplayPlan
    recorded: ReplicationCounts
    runs: dict[str, list[ReplicationCounts]]


def play_days(request: ReplayRequest, tell: Tell) -> tuple[list[PlayedDay], bool]:
    """Play everything; `tell` hears how much is done, and of how much.

    Return the days and whether they are all there, with all seeds: an interrupt (Ctrl-C) keeps
    the days played under every policy with at least one seed, and the seeds they all have.
    """
    tasks = request.tasks
    done: dict[tuple[int, int, str], ReplicationCounts] = {}
    whole = True
    try:
        shared = (request.days, request.seed)
        for (number, day, policy), counts in run_tasks(_play, shared, tasks, request.jobs):
            done[number, day, policy.name] = counts
            tell(len(done), len(tasks))
    except KeyboardInterrupt:
        whole = False
    return _complete(request, done), whole


def recorded_counts(plan: ReplayPlan) -> ReplicationCounts:
    """Count what really happened, as a run of the plan is counted."""
    queues = {one.queue_id: one for one in plan.settings.queues}
    counts = ReplicationCounts.empty(plan.start_ms, plan.end_ms, queues, ())
    for fact in plan.facts:
        level = queues[fact.queue_id].service_level
        cell = counts.cell(fact.queue_id, fact.at_ms)
        cell.arrived += 1
        cell.wait_ms += fact.wait_ms
        cell.waited += fact.wait_ms > 0
        cell.attempts += fact.marketing_ms > 0
        cell.marketing_ms += fact.marketing_ms
        if fact.answered:
            cell.answered += 1
            cell.answered_wait_ms += fact.wait_ms
            cell.in_time += fact.wait_ms <= level.threshold_ms
        elif fact.answered is None:
            cell.diverted += 1
        else:
            cell.abandoned += 1
            cell.short_abandoned += fact.wait_ms <= level.short_abandon_ms
    for queue_id, cells in counts.queues.items():
        for cell in cells:
            cell.settle_level_base(queues[queue_id].service_level.denominator)
    return counts


def _play(shared: Shared, task: Task) -> ReplicationCounts:
    days, seed = shared
    number, day, policy = task
    plan = days[day].plan(seed + number)
    with no_garbage_collection():
        return VirtualCentre(ReplayDay(plan), policy).run()


def _complete(
    request: ReplayRequest, done: dict[tuple[int, int, str], ReplicationCounts]
) -> list[PlayedDay]:
    names = request.names
    seeds = {
        day: [
            number
            for number in range(request.replications)
            if all((number, day, name) in done for name in names)
        ]
        for day in range(len(request.days))
    }
    played = {day: set(numbers) for day, numbers in seeds.items() if numbers}
    common = sorted(set.intersection(*played.values())) if played else []
    found = []
    for day in played if common else ():
        plan = request.days[day].plan(request.seed)
        runs = {name: [done[number, day, name] for number in common] for name in names}
        found.append(PlayedDay(plan, recorded_counts(plan), runs))
    return found
