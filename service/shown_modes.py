"""The mode shown for each queue and each contact: steadier than the gate's single decisions."""

from __future__ import annotations

from collections import deque
from functools import partial

from agents.agent import Agent, Assignment
from bus.snapshot_parts import ModeChange
from contacts.vocabulary import Mode
from gate.display import DisplayedMode
from queues.contact_queue import ContactQueue
from router.gatekeeper import Quote, above_policy, answered, policy_quote, usual_answer
from router.state import RoutingState

Shown = tuple[Mode, str]
"""A mode to show, and why: a code as in a gate's decision."""

CHANGES_KEPT = 5


class ShownModes:
    """Follows the modes; `changes` has each queue's latest, newest first."""

    def __init__(self) -> None:
        self.changes: dict[str, deque[ModeChange]] = {}
        self._modes: dict[str, DisplayedMode] = {}
        self._contacts: dict[tuple[str, str], tuple[DisplayedMode, str]] = {}

    def see(self, state: RoutingState, queue: ContactQueue, now_ms: int) -> Shown:
        """Return the mode to show now for a queue."""
        queue_id = queue.settings.queue_id
        load = queue.waiting - queue.lines[""].idle
        gap = queue.settings.gate.display_gap
        shown = self._modes.setdefault(queue_id, DisplayedMode(gap))
        shown.gap = gap
        changed = shown.see(load, lambda at: usual_answer(state, queue, at)[0])
        mode, reason = _mode(shown), usual_answer(state, queue, load)[1]
        changes = self.changes.setdefault(queue_id, deque(maxlen=CHANGES_KEPT))
        if changed or not changes:
            changes.appendleft(ModeChange(at_ms=now_ms, mode=mode, reason=reason))
        return mode, reason

    def restore(self, changes: dict[str, list[ModeChange]]) -> None:
        """Go on from the changes of an earlier run; the mode is the one shown last."""
        for queue_id, kept in changes.items():
            self.changes[queue_id] = deque(kept, maxlen=CHANGES_KEPT)
            is_marketing = bool(kept) and kept[0].mode is Mode.MARKETING
            self._modes[queue_id] = DisplayedMode(0, is_marketing, is_marketing)

    def see_contacts(self, state: RoutingState, in_hand: set[tuple[str, str]]) -> set[str]:
        """Follow the mode of every contact with its customer, given as (agent, contact).

        Return the agents for whom one changed.
        """
        changed, answers, seen = set(), _Answers(state), self._contacts
        self._contacts = {}
        for key in in_hand:
            one = state.agents[key[0]].assignments[key[1]]
            shown, reason = seen.get(key) or (DisplayedMode(gap=0), "")
            shown.gap = answers.gap(one)
            is_new = shown.see(0, partial(answers.is_open, one)) or not reason
            now = answers.ask(one, 0)[1]
            if is_new or now != reason:
                changed.add(key[0])
            self._contacts[key] = shown, now
        return changed

    def of_contact(self, agent_id: str, contact_id: str) -> Shown | None:
        """Return the mode last seen of a contact in hand."""
        found = self._contacts.get((agent_id, contact_id))
        return None if found is None else (_mode(found[0]), found[1])


class _Answers:
    """What the gate would answer now; prices are asked once for all for whom they are the same."""

    def __init__(self, state: RoutingState) -> None:
        self._state = state
        self._words: dict[tuple[str, bool], tuple[bool, str] | None] = {}
        self._quotes: dict[tuple[object, str, int], Quote] = {}

    def gap(self, one: Assignment) -> int:
        queue = self._state.queues.get(one.queue_id)
        return queue.settings.gate.display_gap if queue is not None else 0

    def is_open(self, one: Assignment, more_load: int) -> bool:
        return self.ask(one, more_load)[0]

    def ask(self, one: Assignment, more_load: int) -> tuple[bool, str]:
        """As `gatekeeper.decide`, without the numbers."""
        queue = self._state.queues.get(one.queue_id)
        if queue is None:
            return False, "queue_gone"
        key = (one.queue_id, one.may_market)
        if key not in self._words:
            self._words[key] = above_policy(self._state, one, queue)
        word = self._words[key]
        if word is not None:
            return word
        agent: Agent = self._state.agents[one.agent_id]
        place = (self._state.matcher.pool_of(agent), one.queue_id, more_load)
        quote = self._quotes.get(place)
        if quote is None:
            quote = self._quotes[place] = policy_quote(self._state, one, queue, more_load)
        return answered(self._state, one, queue, quote)


def _mode(shown: DisplayedMode) -> Mode:
    return Mode.MARKETING if shown.is_marketing else Mode.SERVING
