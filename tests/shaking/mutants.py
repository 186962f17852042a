"""Faults put into the engine on purpose, to see whether shaking finds them.

Each is a function that patches the product for the time of a test; nothing of it is in the product.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec
import pytest

from contacts.vocabulary import AssignmentState
from marketing import fatigue, suppression
from router import decisions as d
from router import engine
from router import events as e
from router.apply import APPLY
from router.deadlines import DeadlineKind, Deadlines
from router.rules import arrivals, reservations
from router.state import RoutingState
from service import clock, recovery
from service.committer import Committer
from service.entry import Entry
from service.intake import Intake
from service.outbox import Outbox
from shaking import process
from shaking.disk import Disk
from shaking.journal import SimulatedJournal

Patch = pytest.MonkeyPatch
MUTANTS: dict[str, Callable[[Patch], None]] = {}


def mutant(make: Callable[[Patch], None]) -> Callable[[Patch], None]:
    MUTANTS[make.__name__] = make
    return make


def _nothing(*_: Any) -> None:
    return None


# --- the core --------------------------------------------------------------------------------


@mutant
def stale_accept_honoured(patch: Patch) -> None:
    found = reservations.find_assignment

    def lenient(turn: Any, event: Any) -> Any:
        return found(turn, msgspec.structs.replace(event, revision=None))

    patch.setattr(reservations, "find_assignment", lenient)


@mutant
def rona_charged_in_an_outage(patch: Patch) -> None:
    patch.setitem(engine.RULES, e.LinkLost, _nothing)


@mutant
def ringing_forgets_the_outage(patch: Patch) -> None:
    patch.setattr(reservations, "until_now", lambda turn, one: one.until_ms)


@mutant
def wrap_up_forgotten(patch: Patch) -> None:
    set_deadline = RoutingState.set_assignment_deadline

    def forget(self: RoutingState, one: Any) -> None:
        if one.state is not AssignmentState.WRAP_UP:
            set_deadline(self, one)

    patch.setattr(RoutingState, "set_assignment_deadline", forget)


@mutant
def deadline_dropped(patch: Patch) -> None:
    _drop(patch, DeadlineKind.ASSIGNMENT, every=40)


@mutant
def grace_without_end(patch: Patch) -> None:
    _drop(patch, DeadlineKind.AGENT_GRACE, every=1)


def _drop(patch: Patch, kind: DeadlineKind, every: int) -> None:
    set_it, numbers = Deadlines.set, count(1)

    def forgetful(self: Deadlines, key: Any, at_ms: int) -> None:
        if key[0] is not kind or next(numbers) % every:
            set_it(self, key, at_ms)

    patch.setattr(Deadlines, "set", forgetful)


@mutant
def contact_freed_twice(patch: Patch) -> None:
    leave = arrivals.leave_queue

    def twice(turn: Any, contact: Any, disposition: Any, *, final: bool = True) -> None:
        leave(turn, contact, disposition, final=final)
        turn.decisions.append(turn.decisions[-1])

    patch.setattr(arrivals, "leave_queue", twice)


@mutant
def outcome_not_final(patch: Patch) -> None:
    leave = arrivals.leave_queue
    patch.setattr(
        arrivals,
        "leave_queue",
        lambda turn, contact, how, **_: leave(turn, contact, how, final=False),
    )


@mutant
def live_list_ignored(patch: Patch) -> None:
    patch.setitem(engine.RULES, e.LiveContactsReported, _nothing)


@mutant
def capacity_ignored(patch: Patch) -> None:
    from agents.agent import Agent

    patch.setattr(Agent, "has_room", lambda self, channel, exclusive: True)


@mutant
def pause_not_applied(patch: Patch) -> None:
    patch.setitem(
        APPLY, d.TimersResumed, lambda state, one: setattr(state, "paused_since_ms", None)
    )


# --- marketing -------------------------------------------------------------------------------


@mutant
def fatigue_limit_off_by_one(patch: Patch) -> None:
    over = fatigue.Standing._over

    def one_more(self: Any, limit: Any, of: str, moments: Any, beside: int) -> Any:
        more = limit.model_copy(update={"most": limit.most + 1})
        return over(self, more, of, moments, beside)

    patch.setattr(fatigue.Standing, "_over", one_more)


@mutant
def opt_out_ignored(patch: Patch) -> None:
    patch.setattr(suppression, "_known_bars", lambda settings, context: iter(()))


# --- durability ------------------------------------------------------------------------------


@mutant
def reply_before_durable(patch: Patch) -> None:
    add = Committer.add

    def early(self: Committer, entry: Entry) -> None:
        if entry.reply is not None and entry.row is not None:
            self._release([Entry(reply=entry.reply, reply_topic=entry.reply_topic)])
        add(self, entry)

    patch.setattr(Committer, "add", early)


@mutant
def decision_before_durable(patch: Patch) -> None:
    add = Committer.add

    def early(self: Committer, entry: Entry) -> None:
        if entry.outgoing:
            self._release([Entry(outgoing=entry.outgoing)])
        add(self, entry)

    patch.setattr(Committer, "add", early)


@mutant
def torn_record_read(patch: Patch) -> None:
    patch.setattr(Disk, "is_whole", lambda self, transaction: True)


@mutant
def synced_record_lost(patch: Patch) -> None:
    recover = Disk.recover

    def careless(self: Disk) -> None:
        if self.rows:
            self.rows.pop()
            self.end = self.end._replace(seq=self.end.seq - 1)
        recover(self)

    patch.setattr(Disk, "recover", careless)


# --- restarts --------------------------------------------------------------------------------


@mutant
def double_leader(patch: Patch) -> None:
    patch.setattr(Disk, "lock", lambda self, process: setattr(self, "holder", process))


@mutant
def epoch_not_raised(patch: Patch) -> None:
    async def the_same(self: SimulatedJournal) -> int:
        return max(1, self._disk.epoch)

    patch.setattr(SimulatedJournal, "begin_epoch", the_same)


@mutant
def receipts_forgotten(patch: Patch) -> None:
    def forget(state: RoutingState) -> None:
        state.receipts._by_id.clear()
        state.receipts._order.clear()

    _recovered(patch, forget)


@mutant
def wait_credit_lost_at_restart(patch: Patch) -> None:
    def forget(state: RoutingState) -> None:
        for one in state.contacts.values():
            one.waiting_since_ms = state.now_ms

    _recovered(patch, forget)


def _recovered(patch: Patch, change: Callable[[RoutingState], None]) -> None:
    recover = process.recover

    async def changed(*values: Any) -> RoutingState:
        state = await recover(*values)
        change(state)
        return state

    patch.setattr(process, "recover", changed)


@mutant
def snapshot_one_record_off(patch: Patch) -> None:
    load = recovery.load_newest

    def off(*values: Any) -> RoutingState:
        state = load(*values)
        if state.seq:
            state.seq += 1
        return state

    patch.setattr(recovery, "load_newest", off)


@mutant
def clock_goes_back_at_restart(patch: Patch) -> None:
    begin = clock.RealClock.__init__
    patch.setattr(
        clock.RealClock, "__init__", lambda self, not_before_ms, *clocks: begin(self, 0, *clocks)
    )


# --- the bus ---------------------------------------------------------------------------------


@mutant
def duplicate_taken_twice(patch: Patch) -> None:
    def again(self: Intake, incoming: Any, receipt: Any) -> Entry:
        return self._handled(incoming, incoming.sender, self._desk.now_ms())

    patch.setattr(Intake, "_repeated", again)


@mutant
def outbox_entry_lost(patch: Patch) -> None:
    publish, numbers = Outbox._publish_decisions, count(1)

    def lossy(self: Outbox, outgoing: list[Any]) -> None:
        publish(self, outgoing[1:] if outgoing and next(numbers) % 50 == 0 else outgoing)

    patch.setattr(Outbox, "_publish_decisions", lossy)


@mutant
def watermark_advanced_too_early(patch: Patch) -> None:
    confirm = Outbox.confirm

    async def early(self: Outbox, topic: str, payload: bytes) -> None:
        self.published_seq = self._durable_seq
        await confirm(self, topic, payload)

    patch.setattr(Outbox, "confirm", early)


@mutant
def nothing_sent_again_after_a_restart(patch: Patch) -> None:
    async def live_at_once(self: Outbox) -> None:
        self._sent_seq = self._durable_seq
        self._is_live = True

    patch.setattr(Outbox, "resume", live_at_once)
