"""The agents of a recorded day: they come, pause and go when the record says so.

A pause is postponed by work, never shortened: it begins when the contact in hand is done, with the
marketing that may follow, and then has its full length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from contacts.vocabulary import AgentState
from router import events as e
from router.decisions import AgentStateChanged
from simulation.recorded_staffing import Pause
from simulation.replay_plan import ReplayPlan, ReplayShift
from simulation.results_counts import ReplicationCounts
from simulation.virtual_day import Centre
from simulation.virtual_staff import Staff

PAUSE = "pause"
PAUSE_NOTICE_MS = 1
"""An agent announces a pause this much before it is due: pauses of a record often begin when a
wrap-up ends, and announced at that very moment each would come after one more contact."""


@dataclass(slots=True)
class _Person:
    """`pauses` are due and not over; the first is under way if `is_pausing`. `next_shift` begins
    when the contact in hand is done."""

    shift: ReplayShift | None = None
    next_shift: ReplayShift | None = None
    pauses: deque[Pause] = field(default_factory=deque)
    is_pausing: bool = False
    is_staffed: bool = False


class ReplayStaff(Staff):
    """Grouped by the queues they may serve. Who pauses is not at work; who is busy still is."""

    def __init__(
        self,
        plan: ReplayPlan,
        pool_of: Mapping[str, str],
        pools: Mapping[str, Collection[str]],
        counts: ReplicationCounts,
    ) -> None:
        super().__init__(pools, counts)
        self._plan = plan
        self._people = {agent_id: _Person() for agent_id in pool_of}
        for agent_id, name in pool_of.items():
            self.belongs(agent_id, name)

    def plan(self, centre: Centre) -> None:
        """Put all shifts and pauses on the agenda."""
        self._centre = centre
        for shift in self._plan.shifts:
            centre.at(shift.from_ms, self._shift_starts, shift)
            for pause in shift.pauses:
                if pause.due_ms > shift.from_ms:
                    centre.at(pause.due_ms - PAUSE_NOTICE_MS, self._pause_due, (shift, pause))
            centre.at(shift.until_ms, self._shift_over, shift)

    # --- what the engine decided -------------------------------------------------------

    def came(self, agent_id: str, now_ms: int) -> None:
        """An agent signed in; at work once ready."""

    def went(self, agent_id: str, now_ms: int) -> None:
        """An agent signed out; a shift that should have begun meanwhile begins."""
        person = self._people[agent_id]
        self._set_staffed(agent_id, now_ms, staffed=False)
        person.shift, next_shift, person.next_shift = None, person.next_shift, None
        person.is_pausing = False
        person.pauses.clear()
        if next_shift is not None:
            self._centre.at(now_ms, self._shift_starts, next_shift)

    def changed(self, decision: AgentStateChanged, now_ms: int) -> None:
        """See `Staff`."""
        agent_id = decision.agent_id
        if decision.state is AgentState.SIGNED_OUT:
            self.went(agent_id, now_ms)
        elif decision.state is AgentState.READY:
            self._set_staffed(agent_id, now_ms, staffed=True)
        elif decision.state is AgentState.NOT_READY:
            self._set_staffed(agent_id, now_ms, staffed=False)
            person = self._people[agent_id]
            if person.pauses and not person.is_pausing:
                self._pause_begins(person, now_ms)

    def _set_staffed(self, agent_id: str, now_ms: int, *, staffed: bool) -> None:
        person = self._people[agent_id]
        if person.is_staffed is not staffed:
            person.is_staffed = staffed
            if staffed:
                super().came(agent_id, now_ms)
            else:
                super().went(agent_id, now_ms)

    # --- what is due -------------------------------------------------------------------

    def _shift_starts(self, shift: ReplayShift) -> None:
        person = self._people[shift.agent_id]
        if person.shift is not None:
            person.next_shift = shift
            return
        person.shift = shift
        person.pauses.extend(one for one in shift.pauses if one.due_ms <= shift.from_ms)
        self._tell(
            e.AgentSignedIn(
                event_id="",
                at_ms=self._centre.now_ms,
                agent_id=shift.agent_id,
                ready=not person.pauses,
                skills=shift.skills,
                capacity=shift.capacity,
            )
        )

    def _shift_over(self, shift: ReplayShift) -> None:
        person = self._people[shift.agent_id]
        if person.next_shift is shift:
            person.next_shift = None
        if person.shift is shift:
            self._tell(
                e.AgentSignOutForced(
                    event_id="", at_ms=self._centre.now_ms, agent_id=shift.agent_id
                )
            )

    def _pause_due(self, both: tuple[ReplayShift, Pause]) -> None:
        shift, pause = both
        person = self._people[shift.agent_id]
        if person.shift is not shift:
            return
        person.pauses.append(pause)
        if len(person.pauses) == 1:
            self._tell(
                e.AgentNotReady(
                    event_id="",
                    at_ms=self._centre.now_ms,
                    agent_id=shift.agent_id,
                    reason=PAUSE,
                )
            )

    def _pause_begins(self, person: _Person, now_ms: int) -> None:
        person.is_pausing = True
        pause = person.pauses[0]
        self._centre.at(
            max(now_ms, pause.due_ms) + pause.duration_ms, self._pause_over, (person.shift, pause)
        )

    def _pause_over(self, both: tuple[ReplayShift, Pause]) -> None:
        """Back to work, unless another pause became due meanwhile: that has its full length too."""
        shift, pause = both
        person = self._people[shift.agent_id]
        if person.shift is not shift or not person.pauses or person.pauses[0] is not pause:
            return
        person.pauses.popleft()
        person.is_pausing = False
        now_ms = self._centre.now_ms
        if person.pauses:
            self._pause_begins(person, now_ms)
        else:
            self._tell(e.AgentReady(event_id="", at_ms=now_ms, agent_id=shift.agent_id))

    def _tell(self, event: e.AnyEvent) -> None:
        self._centre.tell(event)
        self._centre.look()


def served_by(shift: ReplayShift, plan: ReplayPlan) -> tuple[str, ...]:
    """Return the queues an agent may serve with the skills of a shift."""
    return tuple(
        queue.queue_id
        for queue in plan.settings.queues
        if all(shift.skills.get(skill, 0) >= level for skill, level in queue.requires.items())
    )


def pool_name(queue_ids: Collection[str]) -> str:
    """Return the name of the group of agents who may serve these queues."""
    return "+".join(queue_ids) or "no queue"
