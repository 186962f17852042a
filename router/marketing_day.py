"""What came of marketing today: presented, said, sold and barred, by queue, by agent and in all.

A correction takes back only what was counted today. For that the newest rounds are remembered; a
reaction to an older one is counted for the domain and the agent who says so, not for a queue.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from contacts.vocabulary import ReactionKind
from marketing import ledger_changes as c
from queues.by_day import ByDay
from queues.local_time import LocalTime
from router import marketing_decisions as m
from router.decision import Decision

ROUNDS_REMEMBERED = 20_000
DOMAIN = ""

COUNTED = tuple(kind.value for kind in ReactionKind if kind is not ReactionKind.NOT_PRESENTED)


@dataclass(slots=True)
class MarketingSums:
    """Products presented, customers' reactions, value earned (thousandths), products barred."""

    presented: int = 0
    accepted: int = 0
    interested: int = 0
    declined: int = 0
    not_now: int = 0
    never_again: int = 0
    value_milli: int = 0
    barred: dict[str, int] = field(default_factory=dict)

    def bar(self, codes: dict[str, int]) -> None:
        """Count products that were not presented, by the code of why."""
        for code, products in codes.items():
            self.barred[code] = self.barred.get(code, 0) + products


@dataclass(slots=True)
class RoundSeen:
    """Whose a round is, and when (milliseconds) what of it was counted last, by product."""

    queue_id: str | None
    agent_id: str
    presented_ms: dict[str, int] = field(default_factory=dict)
    said_ms: dict[str, int] = field(default_factory=dict)
    sold_ms: dict[str, int] = field(default_factory=dict)


class MarketingDay:
    """Folds decisions about products.

    `sums` are by queue, and of the domain; `touched_agents` are those whose sums changed since
    somebody last emptied the set.
    """

    def __init__(self) -> None:
        self.sums: ByDay[MarketingSums] = ByDay(MarketingSums)
        self.of_agents: ByDay[MarketingSums] = ByDay(MarketingSums)
        self.rounds: dict[str, RoundSeen] = {}
        self.touched_agents: set[str] = set()
        self._local = LocalTime("UTC")
        self._of_queues: dict[str, LocalTime] = {}

    def configure(self, local: LocalTime, of_queues: dict[str, LocalTime]) -> None:
        """Use these midnights: the domain's and its agents', and each queue's."""
        self._local, self._of_queues = local, of_queues

    def fold(self, decision: Decision, queue_id: str | None, at_ms: int) -> None:
        """Take up a decision at `at_ms`; `queue_id` is that of its contact, if that is in hand."""
        match decision:
            case m.ProductsSelected():
                self._remember(decision.round_id, RoundSeen(queue_id, decision.agent_id))
                for sums in self._sums(queue_id, None, at_ms):
                    sums.bar(decision.barred)
            case m.ProductsWithdrawn():
                for sums in self._sums(queue_id, None, at_ms):
                    sums.bar(Counter(decision.why.values()))
            case m.LedgerChanged(change):
                self._fold_ledger(change, at_ms)
            case m.SaleRecorded():
                self._fold_sale(decision, at_ms)
            case _:
                pass

    def _fold_ledger(self, change: c.AnyLedgerChange, at_ms: int) -> None:
        match change:
            case c.FatigueCounted(round_id, product_ids):
                seen = self._seen(round_id, "")
                for product_id in product_ids:
                    seen.presented_ms[product_id] = at_ms
                self._add(seen, seen.agent_id, at_ms, "presented", len(product_ids))
            case c.RoundReleased(round_id, product_ids):
                seen = self._seen(round_id, "")
                back = sum(self._was_today(seen.presented_ms, one, at_ms) for one in product_ids)
                self._add(seen, seen.agent_id, at_ms, "presented", -back)
            case c.ReactionNoted():
                self._fold_reaction(change, at_ms)
            case _:
                pass

    def _fold_reaction(self, one: c.ReactionNoted, at_ms: int) -> None:
        seen = self._seen(one.round_id, one.agent_id)
        agent_id = seen.agent_id or one.agent_id
        was_today = self._was_today(seen.said_ms, one.product_id, at_ms)
        if was_today and one.previous in COUNTED:
            self._add(seen, agent_id, at_ms, one.previous, -1)
        if one.kind in COUNTED:
            self._add(seen, agent_id, at_ms, one.kind, 1)
        seen.said_ms[one.product_id] = at_ms

    def _fold_sale(self, one: m.SaleRecorded, at_ms: int) -> None:
        seen = self._seen(one.round_id, one.agent_id)
        agent_id = seen.agent_id or one.agent_id
        if not one.is_cancelled:
            seen.sold_ms[one.product_id] = at_ms
            self._add(seen, agent_id, at_ms, "value_milli", one.value_milli)
        elif self._was_today(seen.sold_ms, one.product_id, at_ms):
            self._add(seen, agent_id, at_ms, "value_milli", -one.value_milli)

    def _was_today(self, times_ms: dict[str, int], product_id: str, at_ms: int) -> bool:
        """Tell whether it was counted today, and forget it."""
        return times_ms.pop(product_id, -1) >= self._local.day_start_ms(at_ms)

    def _add(self, seen: RoundSeen, agent_id: str, at_ms: int, name: str, more: int) -> None:
        for sums in self._sums(seen.queue_id, agent_id, at_ms):
            setattr(sums, name, max(0, getattr(sums, name) + more))

    def _sums(self, queue_id: str | None, agent_id: str | None, at_ms: int) -> list[MarketingSums]:
        found = [self.sums.at(DOMAIN, self._local, at_ms)]
        if queue_id is not None:
            found.append(self.sums.at(queue_id, self.midnights_of(queue_id), at_ms))
        if agent_id:
            self.touched_agents.add(agent_id)
            found.append(self.of_agents.at(agent_id, self._local, at_ms))
        return found

    def midnights_of(self, queue_id: str) -> LocalTime:
        """Return the days of a queue; those of the domain if it is not configured."""
        return self._of_queues.get(queue_id, self._local)

    def _seen(self, round_id: str, agent_id: str) -> RoundSeen:
        found = self.rounds.get(round_id)
        return found if found is not None else RoundSeen(None, agent_id)

    def _remember(self, round_id: str, seen: RoundSeen) -> None:
        self.rounds.pop(round_id, None)
        self.rounds[round_id] = seen
        if len(self.rounds) > ROUNDS_REMEMBERED:
            del self.rounds[next(iter(self.rounds))]
