"""The watch: looks at every step of an engine from outside, and says what must not be.

What is measured against time-outs is the time in which the engine could be heard: its process runs
and its link stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from bus.decision_messages import DecisionBatch
from bus.replies import Reply
from contacts.vocabulary import AssignmentState
from router import decisions as d
from router import events as e
from router.apply import apply_record
from router.decisions import AnyDecision
from router.engine import Engine
from router.events import AnyEvent, ClockTicked
from router.records import Record
from router.snapshot import dump_state, load_state
from router.state import RoutingState
from service.entry import Entry
from service.recovery import record_of
from shaking.disk import Disk
from shaking.invariants import Invariants
from shaking.world import World

ALL_EVERY = 40
"""Records between two checks of the whole state."""
STUCK_S = 5.0
"""How much longer than its time-out anything may last while the engine can be heard, seconds."""
EARLY_S = 0.25
SHORTEST_RING_S = 2.5
"""The shortest time to answer in any plan: a reload may change it while somebody rings."""
STORY_LINES = 4_000
SAID_ON_REVISION = (e.ReservationRinging, e.ReservationAccepted, e.ReservationRejected)


class Violation(msgspec.Struct, frozen=True):
    """What must not be: which rule, what happened, and when (seconds)."""

    rule: str
    detail: str
    at_s: float


class WatchedEngine(Engine):
    """The real engine; whoever watches hears of every step."""

    def __init__(self, state: RoutingState, watch: Watch) -> None:
        super().__init__(state)
        self._watch = watch
        self._invariants = Invariants(self)

    def handle(self, event: AnyEvent) -> Sequence[AnyDecision]:
        """See `Engine.handle`."""
        decisions = super().handle(event)
        self._watch.on_record(self, self._invariants, event, decisions)
        return decisions

    def advance(self, now_ms: int) -> Sequence[AnyDecision]:
        """See `Engine.advance`."""
        seq = self.state.seq
        decisions = super().advance(now_ms)
        if self.state.seq > seq:
            tick = ClockTicked(event_id="", at_ms=self.state.now_ms)
            self._watch.on_record(self, self._invariants, tick, decisions)
        return decisions


class Watch:
    """Watches all engines of a run, one after another. `violations` ends the run at the first."""

    def __init__(self, world: World, disk: Disk) -> None:
        self.world, self.disk = world, disk
        self.violations: list[Violation] = []
        self.story: deque[tuple[float, object, Sequence[object]]] = deque(maxlen=STORY_LINES)
        self.engine: Engine | None = None
        self.expected: dict[int, list[str]] = {}
        self.unwritten: list[Entry] = []
        self.epochs: list[int] = []
        self.on_violation: Callable[[], None] = lambda: None
        self.records = 0
        self._live: bytes | None = None
        self._heard_s = 0.0
        self._heard_since_s: float | None = None
        self._reserved_s: dict[tuple[str, str], float] = {}
        self._revisions: dict[tuple[str, str], int] = {}
        self._first_seen: dict[tuple[object, ...], float] = {}

    def say(self, text: str) -> None:
        """Put what a fault does, or a client, into the story."""
        self.story.append((self.world.now_s, text, ()))

    def violate(self, rule: str, detail: str) -> None:
        """Note a violation."""
        self.violations.append(Violation(rule, detail, self.world.now_s))
        self.say(f"VIOLATION {rule}: {detail}")
        self.on_violation()

    # --- recovery ------------------------------------------------------------------------

    def engine_for(self, state: RoutingState) -> Engine:
        """See `process.Observer`: what was recovered must be what was there."""
        if state.seq != self.disk.end.seq:
            self.violate(
                "recovery", f"state after {state.seq}, journal ends at {self.disk.end.seq}"
            )
        if self._live is not None:
            self._compare(state, self._live)
        self.engine = WatchedEngine(state, self)
        self.unwritten.clear()
        self._live = None
        return self.engine

    def engine_gone(self) -> None:
        """The process has ended or was killed: keep what its engine knew."""
        if self.engine is not None and self._live is None:
            self._live = dump_state(self.engine.state)
        self.on_link(False)

    def _compare(self, state: RoutingState, live: bytes) -> None:
        """Recovered state + records that were not durable = the state the engine had."""
        lost = [one.row for one in self.unwritten if one.row is not None]
        lost = [row for row in lost if row.seq > state.seq]
        again = load_state(dump_state(state))
        for row in lost:
            apply_record(again, record_of(row))
        found = dump_state(again)
        if found != live:
            at = next((i for i, (a, b) in enumerate(zip(found, live, strict=False)) if a != b), 0)
            detail = (
                f"recovered ...{found[at - 60 : at + 60]!r}, was ...{live[at - 60 : at + 60]!r}"
            )
            self.violate("recovery", detail)

    # --- every step ----------------------------------------------------------------------

    def on_record(
        self,
        engine: Engine,
        invariants: Invariants,
        event: AnyEvent,
        decisions: Sequence[AnyDecision],
    ) -> None:
        """Check one step."""
        self.records += 1
        self.story.append((self.world.now_s, event, tuple(decisions)))
        record = Record(engine.state.seq, event, tuple(decisions))
        try:
            invariants.follow(record)
            if self.records % ALL_EVERY == 0:
                invariants.check_all()
        except (AssertionError, KeyError) as error:
            self.violate("core", f"{type(event).__name__}: {error or repr(error)}")
        if type(event) is e.LiveContactsReported:
            self._check_live(engine, event)
        if type(event) in SAID_ON_REVISION:
            self._check_revision(event, decisions)
        for one in decisions:
            if isinstance(one, d.ContactReserved):
                self._revisions[one.contact_id, one.agent_id] = one.revision
                self._reserved_s[one.contact_id, one.agent_id] = self.heard_s()
            elif isinstance(one, d.ReservationTimedOut):
                self._timed_out(one)

    def _check_live(self, engine: Engine, event: e.LiveContactsReported) -> None:
        """After a bridge's list the engine has no contact of that bridge that is not in it."""
        listed = {one.contact_id for one in event.contacts}
        contacts = engine.state.contacts.values()
        kept = {one.contact_id for one in contacts if one.bridge == event.source} - listed
        if kept:
            self.violate("picture", f"{min(kept)} is kept, and {event.source} has it no more")

    def _check_revision(self, event: AnyEvent, decisions: Sequence[AnyDecision]) -> None:
        """A word on a reservation counts only for the one it was said about."""
        said = getattr(event, "revision", None)
        if said is None or any(type(one) is d.EventRejected for one in decisions):
            return
        key = (getattr(event, "contact_id", ""), getattr(event, "agent_id", ""))
        if self._revisions.get(key, said) != said:
            kind = type(event).__name__
            self.violate("stale", f"{kind} of {key} for {said}, it is {self._revisions[key]}")

    def _timed_out(self, one: d.ReservationTimedOut) -> None:
        since_s = self._reserved_s.pop((one.contact_id, one.agent_id), None)
        if since_s is None or not one.charged:
            return
        could_s = self.heard_s() - since_s
        if could_s < SHORTEST_RING_S - EARLY_S:
            detail = f"{one.agent_id} could answer {one.contact_id} for {could_s:.2f} s only"
            self.violate("rona_in_outage", detail)

    def on_entry(self, entry: Entry) -> None:
        """See `process.Observer`."""
        if entry.row is not None:
            self.expected[entry.row.seq] = [one.decision.decision_id for one in entry.outgoing]
            self.unwritten.append(entry)
            if len(self.unwritten) > 2_000:
                self.unwritten = [one for one in self.unwritten if self._is_unwritten(one)]

    def _is_unwritten(self, entry: Entry) -> bool:
        return entry.row is not None and entry.row.seq > self.disk.end.seq

    # --- what reaches others ---------------------------------------------------------------

    def on_reply(self, reply: Reply) -> None:
        """What is acknowledged is durable, at this very moment."""
        if reply.seq is None or reply.event_id is None:
            return
        rows = self.disk.rows
        if reply.seq > len(rows):
            self.violate("durable", f"{reply.event_id} answered at {reply.seq} of {len(rows)}")
        elif rows[reply.seq - 1].event_id != reply.event_id:
            found = rows[reply.seq - 1].event_id
            self.violate("durable", f"{reply.event_id} answered at {reply.seq}, which is {found}")

    def on_batch(self, topic: str, batch: DecisionBatch) -> None:
        """Decisions leave only when durable, and an epoch never goes back."""
        head = len(self.disk.rows)
        for one in batch.decisions:
            if one.seq > head:
                self.violate("durable", f"decision {one.decision_id} left, {head} are durable")
        if batch.epoch != self.disk.epoch:
            self.violate("epoch", f"epoch {batch.epoch} speaks, {self.disk.epoch} leads")

    def check_watermark(self, heard: set[str], published: int) -> None:
        """Whatever lies below the watermark has reached the broker. Forgets what was checked."""
        for seq in [one for one in self.expected if one <= published]:
            missing = [one for one in self.expected.pop(seq) if one not in heard]
            if missing:
                self.violate("outbox", f"{missing[0]} never left, watermark {published}")

    # --- time ------------------------------------------------------------------------------

    def on_link(self, is_up: bool) -> None:
        """See `process.Observer`: the engine can be heard from now on, or no longer."""
        now_s = self.world.now_s
        if self._heard_since_s is not None:
            self._heard_s += now_s - self._heard_since_s
        self._heard_since_s = now_s if is_up else None

    def heard_s(self) -> float:
        """Return for how long in all the engine could be heard, seconds."""
        since_s = self._heard_since_s
        return self._heard_s + (self.world.now_s - since_s if since_s is not None else 0.0)

    def look(self, passed_s: float) -> None:
        """See, while the engine works, that nothing lasts longer than it may."""
        engine = self.engine
        if engine is None or engine.state.paused_since_ms is not None:
            return
        state = engine.state
        seen: dict[tuple[object, ...], float] = {}
        for agent in state.agents.values():
            if agent.lost_until_ms is not None:
                grace_ms = state.settings.limits.agent_grace_ms
                self._older(seen, ("lost", agent.agent_id), passed_s, grace_ms)
            for one in agent.assignments.values():
                queue = state.queues.get(one.queue_id)
                if queue is None:
                    continue
                key: tuple[object, ...] = (one.state, one.contact_id, one.agent_id, one.leg)
                if one.is_unanswered:
                    key = ("unanswered", one.contact_id, one.agent_id, one.revision)
                    self._older(seen, key, passed_s, queue.settings.ring_timeout_ms)
                elif one.state is AssignmentState.WRAP_UP:
                    wrap_up = queue.settings.wrap_up
                    most_ms = wrap_up.duration_ms + wrap_up.extension_max_ms
                    self._older(seen, key, passed_s, most_ms)
        self._first_seen = seen

    def _older(
        self, seen: dict[tuple[object, ...], float], key: tuple[object, ...], s: float, most_ms: int
    ) -> None:
        lasted_s = self._first_seen.get(key, -s) + s
        seen[key] = lasted_s
        if lasted_s > most_ms / 1_000 + STUCK_S:
            self.violate("stuck", f"{key} lasts {lasted_s:.1f} s, its time-out is {most_ms} ms")
