"""Handling: talk, hold, service complete, marketing and wrap-up of an assignment."""

from __future__ import annotations

from agents.agent import Assignment
from agents.transitions import ASSIGNMENT_TRANSITIONS, AssignmentTrigger
from config.routing import WrapUpSettings
from contacts.vocabulary import (
    AssignmentState,
    Disposition,
    Mode,
    Rejection,
)
from router import events as e
from router.decisions import (
    AssignmentChanged,
    AssignmentRestated,
    DispositionNoted,
    OutcomeRecorded,
)
from router.rules.selecting import release_unpresented, restate_round, with_products
from router.turn import Refused, Turn

NO_WRAP_UP = WrapUpSettings(kind="none")


def find_assignment(turn: Turn, event: e.AssignmentEvent) -> Assignment:
    """Return the assignment an event speaks of; raises `Refused` if it is stale or not there."""
    agent = turn.agent(event.agent_id, event.source)
    assignment = agent.assignments.get(event.contact_id)
    if assignment is None:
        contact = turn.state.contacts.get(event.contact_id)
        if contact is None:
            raise Refused(Rejection.CONTACT_UNKNOWN, event.contact_id)
        if event.revision is not None and event.revision != contact.revision:
            raise Refused(Rejection.REVISION_STALE, str(event.revision), str(contact.revision))
        raise Refused(Rejection.CONTACT_NOT_WITH_AGENT, event.contact_id, contact.agent_id or "")
    if event.revision is not None and event.revision != assignment.revision:
        raise Refused(Rejection.REVISION_STALE, str(event.revision), str(assignment.revision))
    return assignment


def target_state(assignment: Assignment, trigger: AssignmentTrigger) -> AssignmentState:
    """Look the transition up in the table; raises `Refused` if the state forbids it."""
    target = ASSIGNMENT_TRANSITIONS.get((assignment.state, trigger))
    if target is None:
        raise Refused(Rejection.STATE_FORBIDS, trigger.value, assignment.state.value)
    return target


def move(turn: Turn, assignment: Assignment, trigger: AssignmentTrigger) -> None:
    """Move an assignment to where the table says, without a time limit."""
    state = target_state(assignment, trigger)
    turn.emit(
        AssignmentChanged(
            assignment.contact_id, assignment.agent_id, state, bridge=assignment.bridge
        )
    )


def restate(turn: Turn, assignment: Assignment) -> None:
    """Tell again how an assignment and its products stand, to who may have missed it."""
    turn.emit(
        AssignmentRestated(
            assignment.contact_id,
            assignment.agent_id,
            assignment.queue_id,
            assignment.state,
            assignment.revision,
            assignment.until_ms,
            assignment.bridge,
        )
    )
    restate_round(turn, assignment)


def until_now(turn: Turn, assignment: Assignment) -> int | None:
    """Return when the assignment's time is over, as it stands while timers may stand still.

    A state that is entered anew begins a new shift, so what stood still before it counts here.
    """
    since_ms, until_ms = turn.state.paused_since_ms, assignment.until_ms
    if since_ms is None or until_ms is None:
        return until_ms
    return until_ms + turn.state.now_ms - max(since_ms, assignment.since_ms)


def contact_held(turn: Turn, event: e.ContactHeld) -> None:
    """Put on hold."""
    move(turn, find_assignment(turn, event), AssignmentTrigger.HOLD)


def contact_resumed(turn: Turn, event: e.ContactResumed) -> None:
    """Back to talk: from hold, or when the customer brings up something else."""
    move(turn, find_assignment(turn, event), AssignmentTrigger.RESUME)


def service_completed(turn: Turn, event: e.ServiceCompleted) -> None:
    """Service is complete: the gate decides at once whether marketing may follow."""
    assignment = find_assignment(turn, event)
    target_state(assignment, AssignmentTrigger.COMPLETE_SERVICE)
    note_disposition(turn, assignment, event)
    move(turn, assignment, AssignmentTrigger.COMPLETE_SERVICE)
    answer = with_products(turn, assignment, turn.gate(turn.state, assignment))
    turn.emit(answer)
    if answer.granted:
        move(turn, assignment, AssignmentTrigger.MARKET)


def end_with_customer(turn: Turn, assignment: Assignment, disposition: Disposition) -> None:
    """The customer has left the agent: start wrap-up, or close if the queue has none."""
    release_unpresented(turn, assignment)
    wrap_up = wrap_up_of(turn, assignment)
    if wrap_up.kind == "none" or wrap_up.duration_ms == 0:
        close_assignment(turn, assignment, disposition)
        return
    turn.emit(
        AssignmentChanged(
            assignment.contact_id,
            assignment.agent_id,
            AssignmentState.WRAP_UP,
            turn.state.now_ms + wrap_up.duration_ms,
            disposition,
            bridge=assignment.bridge,
        )
    )


def wrap_up_of(turn: Turn, assignment: Assignment) -> WrapUpSettings:
    """Return the wrap-up rules of the assignment's queue; none if the queue is gone."""
    queue = turn.state.queues.get(assignment.queue_id)
    return queue.settings.wrap_up if queue is not None else NO_WRAP_UP


def wrap_up_completed(turn: Turn, event: e.WrapUpCompleted) -> None:
    """The agent is done with after-contact work."""
    assignment = find_assignment(turn, event)
    if assignment.state is not AssignmentState.WRAP_UP:
        raise Refused(Rejection.STATE_FORBIDS, "wrap_up_completed", assignment.state.value)
    if wrap_up_of(turn, assignment).kind == "forced":
        raise Refused(Rejection.WRAP_UP_FORCED, event.contact_id, str(assignment.until_ms))
    note_disposition(turn, assignment, event)
    close_assignment(turn, assignment)


def note_disposition(
    turn: Turn, assignment: Assignment, event: e.ServiceCompleted | e.WrapUpCompleted
) -> None:
    """Note what the agent says came of the contact, if anything.

    Raises `Refused` if the assignment's queue has disposition codes and not this one.
    """
    code = event.disposition_code
    queue = turn.state.queues.get(assignment.queue_id)
    codes = queue.settings.disposition_codes if queue is not None else []
    if code is not None and codes and code not in codes:
        raise Refused(Rejection.DISPOSITION_UNKNOWN, code, ", ".join(codes))
    if code is not None or event.note is not None:
        turn.emit(DispositionNoted(event.contact_id, event.agent_id, code, event.note))


def wrap_up_extended(turn: Turn, event: e.WrapUpExtended) -> None:
    """The agent needs more time, within the queue's limit."""
    assignment = find_assignment(turn, event)
    state = target_state(assignment, AssignmentTrigger.EXTEND)
    left_ms = wrap_up_of(turn, assignment).extension_max_ms - assignment.wrap_up_extended_ms
    if not 0 < event.by_ms <= left_ms:
        raise Refused(Rejection.EXTENSION_TOO_LONG, str(event.by_ms), str(left_ms))
    turn.emit(
        AssignmentChanged(
            event.contact_id,
            event.agent_id,
            state,
            (until_now(turn, assignment) or turn.state.now_ms) + event.by_ms,
            extended_ms=assignment.wrap_up_extended_ms + event.by_ms,
            bridge=assignment.bridge,
        )
    )


def close_assignment(
    turn: Turn, assignment: Assignment, disposition: Disposition | None = None
) -> None:
    """Record the leg's outcome; the agent is free of it."""
    turn.emit(outcome_of(turn, assignment, disposition))


def outcome_of(
    turn: Turn, assignment: Assignment, disposition: Disposition | None
) -> OutcomeRecorded:
    """Write down an assignment as it ends now."""
    now = turn.state.now_ms
    talk_ms, hold_ms, marketing_ms, wrap_up_ms = assignment.phases_ms(now)
    accepted = assignment.accepted_at_ms if assignment.accepted_at_ms is not None else now
    ended = disposition or assignment.disposition or Disposition.COMPLETED
    return OutcomeRecorded(
        contact_id=assignment.contact_id,
        leg=assignment.leg,
        queue_id=assignment.queue_id,
        agent_id=assignment.agent_id,
        disposition=ended,
        final=ended is not Disposition.TRANSFERRED,
        mode=Mode.MARKETING if assignment.marketed else Mode.SERVING,
        queued_at_ms=assignment.queued_at_ms,
        accepted_at_ms=accepted,
        ended_at_ms=assignment.ended_at_ms if assignment.ended_at_ms is not None else now,
        wait_ms=accepted - assignment.queued_at_ms,
        talk_ms=talk_ms,
        hold_ms=hold_ms,
        marketing_ms=marketing_ms,
        wrap_up_ms=wrap_up_ms,
        rona_count=assignment.rona_count,
        reason=assignment.reason,
        customer_id=assignment.customer_id,
        bridge=assignment.bridge,
        disposition_code=assignment.disposition_code,
        note=assignment.note,
    )
