"""Contacts in agents' hands, by queue, brought up to date with each decision."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from router.state import RoutingState

Key = tuple[str, str]
Kind = Literal["reserved", "in_service"]


class InHand:
    """How many contacts of each queue are `reserved` (not answered yet) and `in_service`.

    `with_customer` are those in service, as (agent, contact).
    """

    def __init__(self) -> None:
        self.reserved: Counter[str] = Counter()
        self.in_service: Counter[str] = Counter()
        self.with_customer: set[Key] = set()
        self._known: dict[Key, tuple[str, Kind]] = {}

    def begin(self, state: RoutingState) -> None:
        """Count all there are: O(agents)."""
        self.reserved.clear()
        self.in_service.clear()
        self.with_customer.clear()
        self._known.clear()
        for agent in state.agents.values():
            for contact_id in agent.assignments:
                self.look(state, agent.agent_id, contact_id)

    def look(self, state: RoutingState, agent_id: str, contact_id: str) -> None:
        """See how a contact stands with an agent after a decision on both. O(1)."""
        key = (agent_id, contact_id)
        known = self._known.pop(key, None)
        if known is not None:
            self._counter(known[1])[known[0]] -= 1
            self.with_customer.discard(key)
        one = state.assignment(contact_id, agent_id)
        if one is None or not (one.is_unanswered or one.is_with_customer):
            return
        kind: Kind = "reserved" if one.is_unanswered else "in_service"
        self._known[key] = (one.queue_id, kind)
        self._counter(kind)[one.queue_id] += 1
        if one.is_with_customer:
            self.with_customer.add(key)

    def _counter(self, kind: Kind) -> Counter[str]:
        return self.reserved if kind == "reserved" else self.in_service
