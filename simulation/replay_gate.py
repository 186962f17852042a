"""What another policy would have decided in the very states in which a journal's gate decided.

The journal's decisions are applied, as a restart applies them, to one state for each policy, whose
queues have that policy's gates. At each decision of the gate the engine's own gatekeeper is asked
again there. What would have followed from another answer is not followed; replaying the day does
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from config.routing import RoutingSettings
from router import decisions as d
from router.apply import APPLY, begin
from router.gatekeeper import decide
from router.records import Record
from router.state import RoutingState
from simulation.virtual_policies import Policy


@dataclass(slots=True)
class PolicyAnswers:
    """How a policy's answers compare with the journal's: `same`, `grants` what was denied,
    `denies` what was granted; `unknown`: cannot be told, since the journal lacks what it needs."""

    same: int = 0
    grants: int = 0
    denies: int = 0
    unknown: int = 0


class GateComparison:
    """Takes a journal's records from its first one on.

    `decisions` were made in the period, `granted` of them; `overruled` by something above the
    policy (customer excluded, supervisor, emergency, guard rail), which no policy would change.
    """

    def __init__(self, policies: Sequence[Policy], from_ms: int, until_ms: int) -> None:
        self.decisions = self.granted = self.overruled = 0
        self.answers = {one.name: PolicyAnswers() for one in policies}
        self._policies = {one.name: one for one in policies}
        self._states = {one.name: RoutingState() for one in policies}
        self._from_ms, self._until_ms = from_ms, until_ms

    def take(self, record: Record) -> None:
        """Take up the next record."""
        for name, state in self._states.items():
            begin(state, max(record.event.at_ms, state.now_ms))
            for decision in record.decisions:
                if isinstance(decision, d.MarketingDecided) and self._counts(decision, state):
                    self._compare(name, state, decision)
                changed = decision
                if isinstance(decision, d.ConfigurationApplied):
                    changed = self._configured(self._policies[name], decision)
                APPLY[type(changed)](state, changed)
        for decision in record.decisions:
            if isinstance(decision, d.MarketingDecided) and not decision.is_forecast:
                self._count(record.event.at_ms, decision)

    def _counts(self, decision: d.MarketingDecided, state: RoutingState) -> bool:
        in_time = self._from_ms <= state.now_ms < self._until_ms
        return in_time and not decision.is_forecast and _is_of_policy(decision)

    def _count(self, at_ms: int, decision: d.MarketingDecided) -> None:
        if self._from_ms <= at_ms < self._until_ms:
            self.decisions += 1
            self.granted += decision.granted
            self.overruled += not _is_of_policy(decision)

    def _compare(self, name: str, state: RoutingState, logged: d.MarketingDecided) -> None:
        answers = self.answers[name]
        agent = state.agents.get(logged.agent_id)
        assignment = agent.assignments.get(logged.contact_id) if agent is not None else None
        if assignment is None or _lacks(state, assignment.queue_id, logged):
            answers.unknown += 1
            return
        if logged.from_products:
            assignment.products_milli = logged.value_milli
        granted = decide(state, assignment).granted
        if granted is logged.granted:
            answers.same += 1
        elif granted:
            answers.grants += 1
        else:
            answers.denies += 1

    def _configured(
        self, policy: Policy, decision: d.ConfigurationApplied
    ) -> d.ConfigurationApplied:
        settings = RoutingSettings.model_validate(decision.settings)
        gates = policy.gates({one.queue_id: one.gate for one in settings.queues})
        queues = [one.model_copy(update={"gate": gates[one.queue_id]}) for one in settings.queues]
        changed = settings.model_copy(update={"queues": queues})
        return msgspec.structs.replace(decision, settings=changed.model_dump(mode="json"))


def _is_of_policy(decision: d.MarketingDecided) -> bool:
    return decision.reason.startswith("policy_")


def _lacks(state: RoutingState, queue_id: str, logged: d.MarketingDecided) -> bool:
    """Tell whether the journal lacks what the policy goes by: prices, or how the latch stood.

    They are journaled only while that policy is in force.
    """
    queue = state.queues.get(queue_id)
    if queue is None:
        return True
    policy = queue.settings.gate.policy
    if logged.reason == f"policy_{policy}":
        return False
    return policy == "hysteresis" or (policy == "optimal" and queue.gate.prices is None)
