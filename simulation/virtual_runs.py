"""Many replications under several policies, on all cores."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.results import BASELINE
from simulation.results_counts import ReplicationCounts
from simulation.scenario import Scenario
from simulation.virtual_centre import VirtualCentre
from simulation.virtual_policies import Policy, parse_policy
from simulation.virtual_pool import Tell, no_garbage_collection, run_tasks
from simulation.virtual_scenario import ScenarioDay

Runs = dict[str, list[ReplicationCounts]]
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
    with no_garbage_collection():
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
        shared = (plan.scenario, plan.seed)
        for (number, policy), counts in run_tasks(_run, shared, tasks, plan.jobs):
            done[number, policy.name] = counts
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


def _run(shared: tuple[Scenario, int], task: Task) -> ReplicationCounts:
    scenario, seed = shared
    number, policy = task
    return run_replication(scenario, policy, seed, number)
