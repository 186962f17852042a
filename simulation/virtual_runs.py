"""Many replications under several policies, on all cores."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context

from simulation.results import BASELINE
from simulation.results_counts import ReplicationCounts
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import Policy, parse_policy
from simulation.virtual_scenario import ScenarioDay

Runs = dict[str, list[ReplicationCounts]]
Tell = Callable[[int, int], None]
Task = tuple[int, Policy]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `jobs` is how many processes; the results do not depend on it.

    The policies `beside` are run on the same customers, for the report's frontier.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    replications: int
    seed: int
    jobs: int
    beside: tuple[Policy, ...] = ()

    @property
    def tasks(self) -> list[Task]:
        """All replications of all policies, and of "never", to which values are relative."""
        policies = (*self.policies, *self.beside, parse_policy(BASELINE))
        each_once = {one.name: one for one in policies}.values()
        return [(number, one) for number in range(self.replications) for one in each_once]


def run_replication(
    scenario: Scenario, policy: Policy, seed: int, replication: int
) -> ReplicationCounts:
    """Run one replication of one policy; the same arguments always give the same counts."""
    with _no_garbage_collection():
        return VirtualCentre(ScenarioDay(scenario, seed, replication), policy).run()


def run_plan(plan: Plan, tell: Tell) -> tuple[Runs, bool]:
    """Run everything; `tell` hears how much is done, and of how much.

    Return the replications by policy, and whether they are all: an interrupt (Ctrl-C) keeps those
    that are done under every policy.
    """
    tasks = plan.tasks
    done: dict[tuple[int, str], ReplicationCounts] = {}
    whole = True
    try:
        for number, name, counts in _run(plan, tasks):
            done[number, name] = counts
            tell(len(done), len(tasks))
    except KeyboardInterrupt:
        whole = False
    names = list(dict.fromkeys(policy.name for _, policy in tasks))
    complete = [
        number
        for number in range(plan.replications)
        if all((number, name) in done for name in names)
    ]
    return {name: [done[number, name] for number in complete] for name in names}, whole


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(plan: Plan, tasks: Sequence[Task]) -> Iterator[tuple[int, str, ReplicationCounts]]:
    if min(plan.jobs, len(tasks)) <= 1:
        for number, policy in tasks:
            counts = run_replication(plan.scenario, policy, plan.seed, number)
            yield number, policy.name, counts
        return
    executor = ProcessPoolExecutor(
        min(plan.jobs, len(tasks)), get_context("spawn"), _start_worker, (plan.scenario, plan.seed)
    )
    try:
        futures = [executor.submit(_run_task, number, policy) for number, policy in tasks]
        for future in as_completed(futures):
            yield future.result()
    except BaseException:
        for worker in active_children():
            worker.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


_worker_plan: list[tuple[Scenario, int]] = []


def _start_worker(scenario: Scenario, seed: int) -> None:
    """Keep what all tasks share; an interrupt is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker_plan[:] = [(scenario, seed)]


def _run_task(number: int, policy: Policy) -> tuple[int, str, ReplicationCounts]:
    scenario, seed = _worker_plan[0]
    return number, policy.name, run_replication(scenario, policy, seed, number)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Switch the cycle collector off: nothing here makes cycles, and it takes time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
